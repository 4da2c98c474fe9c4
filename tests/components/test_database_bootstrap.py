"""What the admin of a database is told beyond its logins: hosts, formats, colours, extensions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config.credentials import Credential
from config.graph import Edge
from database_admin.settings import Settings
from stackyard.database_admin import DatabaseAdmin
from stackyard.database_proxy import DatabaseProxy
from stackyard.database_replica import replica
from stackyard.edges import ways
from stackyard.key import EnvironmentKey
from tests.components.building import REGION, Made, made, placement_in, stack_in, statements
from tests.components.stores import SECRET, database_in, described

DJANGO = Credential("orders", "app-proxy", "application", {}, None, "json", "proxy")
CREDENTIALS = (
    Credential("orders", "app", "application", {"sslmode": "require"}, None),
    DJANGO,
    Credential("orders", "reports", "application", {}, None, via="reader"),
)
FORMATS = ("url", "json", "url")
EXTENSIONS = ["vector", "uuid-ossp"]
INSTANCE = "AWS::RDS::DBInstance"


class Admins(NamedTuple):
    made: Made

    def function(self, database: str) -> tuple[str, dict[str, str]]:
        """A reference to a database's admin, and the admin's variables."""
        says = f"Makes the roles of demo-{database} and rotates its credentials"
        name = self.made.name_of("AWS::Lambda::Function", Description=says)
        found = self.made.whole("AWS::Lambda::Function")[name]["Properties"]
        return f"<{name}>", found["Environment"]["Variables"]

    def entries(self, database: str) -> dict[str, dict[str, Any]]:
        """What an admin is told, by login."""
        told = json.loads(self.function(database)[1]["CREDENTIALS"])
        return {each["login"]: each for each in told.values()}

    def colours(self) -> dict[str, str]:
        """The secrets that the proxy reads."""
        says = "Login app-proxy_{} of demo-orders, for its proxy"
        return {c: described(self.made, SECRET, says.format(c)) for c in ("blue", "green")}

    def allowed(self, database: str) -> list[dict[str, Any]]:
        """What an admin may do."""
        name = self.function(database)[0][1:-1]
        role = self.made.whole("AWS::Lambda::Function")[name]["Properties"]["Role"]
        return statements(self.made.whole("AWS::IAM::Role")[role[1:-5]]["Properties"])


@pytest.fixture(scope="module")
def admins(folder: Path) -> Admins:
    """A database with replica, proxy and extensions, and one with nothing of that."""
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Databases", logs=True)
    placement = placement_in(stack)
    common: dict[str, Any] = {"placement": placement, "key": key}
    orders = database_in(stack, "orders", extensions=EXTENSIONS, **common)
    plain = database_in(stack, "plain", **common)
    copy = replica(stack, "OrdersReplica", node="orders", database=orders, key=key)
    proxy = DatabaseProxy(
        stack,
        "OrdersProxy",
        node="orders-proxy",
        store="orders",
        database=orders,
        logins=[DJANGO.login],
        out=(),
        **common,
    )
    own = {each: each.instance.db_instance_endpoint_address for each in (orders, plain)}
    hosts = {None: own[orders], "reader": copy.attr_endpoint_address, "proxy": proxy.host}
    told: dict[str, dict[str, Any]] = {
        "orders": {"credentials": CREDENTIALS, "hosts": hosts, "colours": proxy.colours},
        "plain": {"credentials": CREDENTIALS[:1], "hosts": {None: own[plain]}, "colours": {}},
    }
    for database in (orders, plain):
        store = database.identifier.removeprefix("demo-")
        edge = Edge(f"{store}-admin", store, (5432,))
        admin = DatabaseAdmin(
            stack,
            f"{store.title()}Admin",
            node=f"{store}-admin",
            store=store,
            database=database,
            out=ways((edge,), group_ids={store: database.group_id}, region=REGION),
            **told[store],
            **common,
        )
        if store == "orders":
            proxy.wait_for(admin.schedules)
    return Admins(made(stack))


def test_each_login_is_given_the_host_that_its_link_chose(admins: Admins) -> None:
    instance, copy = (
        described(admins.made, INSTANCE, name, by="DBInstanceIdentifier")
        for name in ("demo-orders", "demo-orders-replica")
    )
    (proxy,) = admins.made.whole("AWS::RDS::DBProxy")
    assert {login: each["host"] for login, each in admins.entries("orders").items()} == {
        "app": instance.replace(">", ".Endpoint.Address>"),
        "app_proxy": f"<{proxy}.Endpoint>",
        "reports": copy.replace(">", ".Endpoint.Address>"),
    }


def test_the_proxy_logs_in_only_after_its_login_is_about_to_be_made(admins: Admins) -> None:
    (targets,) = admins.made.whole("AWS::RDS::DBProxyTargetGroup").values()
    schedules = [each for each in targets["DependsOn"] if "Rotate" in each]
    assert len(schedules) == 1
    assert "AppProxy" in schedules[0]


def test_the_admin_itself_always_goes_to_the_database(admins: Admins) -> None:
    instance = described(admins.made, INSTANCE, "demo-orders", by="DBInstanceIdentifier")
    host = admins.function("orders")[1]["DATABASE_HOST"]
    assert host == instance.replace(">", ".Endpoint.Address>")


def test_each_login_is_written_in_the_format_that_its_program_reads(admins: Admins) -> None:
    found = [each["format"] for each in admins.entries("orders").values()]
    assert found == [*FORMATS]


def test_only_a_login_through_the_proxy_has_colours(admins: Admins) -> None:
    colours = {login: each.get("colours") for login, each in admins.entries("orders").items()}
    assert colours == {"app": None, "app_proxy": admins.colours(), "reports": None}
    assert "colours" not in admins.entries("plain")["app"]


@pytest.mark.parametrize(("database", "names"), [("orders", EXTENSIONS), ("plain", [])])
def test_the_admin_makes_the_extensions_of_the_file(
    admins: Admins, database: str, names: list[str]
) -> None:
    assert json.loads(admins.function(database)[1]["EXTENSIONS"]) == names


@pytest.mark.parametrize("database", ["orders", "plain"])
def test_the_function_understands_what_it_is_told(admins: Admins, database: str) -> None:
    variables = dict(admins.function(database)[1])
    told = json.loads(variables["CREDENTIALS"])
    # Of a host the template knows only where it will be found.
    hosts = {arn: {**each, "host": f"{each['login'][:3]}.aws"} for arn, each in told.items()}
    settings = Settings.from_environment({**variables, "CREDENTIALS": json.dumps(hosts)})
    assert settings.extensions == (*(EXTENSIONS if database == "orders" else ()),)
    assert settings.verify_tls
    logins = [each.login for each in settings.credentials.values()]
    assert logins == ["app", "app_proxy", "reports"][: 3 if database == "orders" else 1]


def test_it_may_write_the_proxys_secrets_and_not_read_them(admins: Admins) -> None:
    colours = set(admins.colours().values())
    found = {
        action: set(each["Resource"])
        for each in admins.allowed("orders")
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
        if "secretsmanager" in action and isinstance(each["Resource"], list)
    }
    assert {action for action, secrets in found.items() if secrets & colours} == {
        "secretsmanager:PutSecretValue"
    }
    (key,) = [s for s in admins.allowed("orders") if "kms:GenerateDataKey" in s["Action"]]
    assert colours < set(key["Condition"]["StringEquals"]["kms:EncryptionContext:SecretARN"])


def test_the_proxys_secrets_are_rotated_by_nobody_else(admins: Admins) -> None:
    rotated = {each["SecretId"] for each in admins.made.of("AWS::SecretsManager::RotationSchedule")}
    assert not rotated & set(admins.colours().values())
    assert len(rotated) == 6


@pytest.mark.parametrize("database", ["orders", "plain"])
def test_after_each_deploy_of_its_own_stack_the_admin_brings_roles_up_to_date(
    admins: Admins, database: str
) -> None:
    says = f"Brings roles and extensions of demo-{database} up to date"
    name = admins.made.name_of("AWS::Events::Rule", Description=says)
    rule = admins.made.whole("AWS::Events::Rule")[name]["Properties"]
    assert rule["EventPattern"] == {
        "source": ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
        "detail": {
            "stack-id": ["<AWS::StackId>"],
            "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
        },
    }
    function = admins.function(database)[0].replace(">", ".Arn>")
    (target,) = rule["Targets"]
    assert target["Arn"] == function
    assert json.loads(target["Input"]) == {"Step": "bootstrap"}
    permission = admins.made.only("AWS::Lambda::Permission", SourceArn=f"<{name}.Arn>")
    assert (permission["FunctionName"], permission["Principal"]) == (
        function,
        "events.amazonaws.com",
    )


def test_no_connection_string_stands_in_the_template(admins: Admins) -> None:
    assert not [each for each in admins.made.of(SECRET) if "SecretString" in each]
    assert "postgresql://" not in json.dumps(admins.made.template)
