"""The function that makes a database's roles: its secrets, schedules and permissions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.credentials import Credential
from config.graph import Edge
from config.model.postgres import Postgres
from database_admin.settings import Credential as UnderstoodCredential
from stackyard.database import Database
from stackyard.database_admin import DatabaseAdmin
from stackyard.edges import ways
from stackyard.function import NETWORK_INTERFACES
from stackyard.key import EnvironmentKey
from tests.components.building import (
    ACCOUNT,
    REGION,
    Made,
    made,
    placement_in,
    spec,
    stack_in,
    statements,
)
from tests.systems.policies import listed

QUERY = {"sslmode": "require", "options": "-c statement_timeout=5s&x"}
CREDENTIALS = (
    Credential("orders", "app", "application", QUERY, "demo/url"),
    Credential("orders", "read-only", "owner", {}, None),
)
EDGES = (Edge("orders-admin", "orders", (5432,)), Edge("orders-admin", "endpoint:sm", (443,)))
ROTATE = [
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
]
SCHEDULE, SECRET = "AWS::SecretsManager::RotationSchedule", "AWS::SecretsManager::Secret"


@pytest.fixture(scope="module")
def admin(folder: Path) -> Made:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Orders", logs=True)
    placement = placement_in(stack)
    fields = {"kind": "postgres", "version": "17.11", "class": "t4g.small", "database": "shop"}
    database = Database(
        stack,
        "Orders",
        node="orders",
        identifier="demo-orders",
        spec=spec(Postgres, **fields, rotation_days=14, log_days=30),
        placement=placement,
        key=key,
        protected=True,
    )
    group_ids = {"orders": database.group_id, "endpoint:sm": "sg-endpoint"}
    DatabaseAdmin(
        stack,
        "Admin",
        node="orders-admin",
        database=database,
        store="orders",
        credentials=CREDENTIALS,
        hosts={None: database.instance.db_instance_endpoint_address},
        colours={},
        out=ways(EDGES, group_ids=group_ids, region=REGION),
        placement=placement,
        key=key,
    )
    return made(stack)


@pytest.fixture(scope="module")
def secrets(admin: Made) -> dict[str, str]:
    """The secrets by what is in them."""
    words = {"master": "Password of the master", "app": "login app", "read-only": "login read-only"}
    return {
        word: f"<{name}>"
        for word, text in words.items()
        for name, each in admin.whole(SECRET).items()
        if text in each["Properties"]["Description"]
    }


def variables(admin: Made) -> dict[str, str]:
    found: dict[str, str] = admin.only("AWS::Lambda::Function")["Environment"]["Variables"]
    return found


def allowed(admin: Made) -> list[dict[str, Any]]:
    (role,) = admin.of("AWS::IAM::Role")
    return statements(role)


def test_every_secret_is_rotated_at_once_and_then_as_often_as_the_file_says(
    admin: Made, secrets: dict[str, str]
) -> None:
    schedules = admin.of(SCHEDULE)
    assert len(schedules) == 3
    assert {each["SecretId"] for each in schedules} == {*secrets.values()}
    for schedule in schedules:
        assert schedule["RotateImmediatelyOnUpdate"] is True
        assert schedule["RotationRules"] == {"ScheduleExpression": "rate(14 days)"}


def test_no_rotation_begins_before_the_database_and_the_way_to_it(admin: Made) -> None:
    (instance,) = admin.whole("AWS::RDS::DBInstance")
    ingress = admin.whole("AWS::EC2::SecurityGroupIngress")
    (function,) = admin.whole("AWS::Lambda::Function")
    principal = "secretsmanager.amazonaws.com"
    permission = admin.name_of("AWS::Lambda::Permission", Principal=principal)
    assert len(ingress) == 2
    for schedule in admin.whole(SCHEDULE).values():
        assert {instance, permission, *ingress} <= {*schedule["DependsOn"]}
        assert schedule["Properties"]["RotationLambdaARN"] == f"<{function}.Arn>"


def test_only_this_accounts_secrets_manager_and_its_own_rule_may_call_it(admin: Made) -> None:
    (function,) = admin.whole("AWS::Lambda::Function")
    (rule,) = admin.whole("AWS::Events::Rule")
    what = {"Action": "lambda:InvokeFunction", "FunctionName": f"<{function}.Arn>"}
    assert admin.of("AWS::Lambda::Permission") == [
        {**what, "Principal": "events.amazonaws.com", "SourceArn": f"<{rule}.Arn>"},
        {**what, "Principal": "secretsmanager.amazonaws.com", "SourceAccount": ACCOUNT},
    ]


def test_the_function_knows_the_secrets_by_their_arns(admin: Made, secrets: dict[str, str]) -> None:
    known = json.loads(variables(admin)["CREDENTIALS"])
    assert known.keys() == {secrets["app"], secrets["read-only"]}
    assert variables(admin)["MASTER_SECRET_ARN"] == secrets["master"]
    assert known[secrets["app"]]["role"] == "application"
    assert known[secrets["read-only"]]["role"] == "owner"


def test_the_function_understands_every_login_that_a_file_may_name(
    admin: Made, secrets: dict[str, str]
) -> None:
    known = json.loads(variables(admin)["CREDENTIALS"])
    # Of a host the template knows only where it will be found.
    entries = {arn: {**each, "host": "db.demo.aws"} for arn, each in known.items()}
    logins = {arn: UnderstoodCredential(**each).login for arn, each in entries.items()}
    assert logins == {secrets["app"]: "app", secrets["read-only"]: "read_only"}


def test_a_query_is_written_as_a_url_needs_it(admin: Made, secrets: dict[str, str]) -> None:
    known = json.loads(variables(admin)["CREDENTIALS"])
    expected = "sslmode=require&options=-c%20statement_timeout%3D5s%26x"
    assert known[secrets["app"]]["query"] == expected
    assert known[secrets["read-only"]]["query"] == ""


def test_the_function_knows_the_database(admin: Made) -> None:
    (instance,) = admin.whole("AWS::RDS::DBInstance")
    told = {"DATABASE_PORT": "5432", "DATABASE_NAME": "shop", "MASTER_USERNAME": "postgres_admin"}
    assert told.items() <= variables(admin).items()
    assert variables(admin)["DATABASE_HOST"] == f"<{instance}.Endpoint.Address>"


def test_it_may_rotate_each_secret_and_list_only_the_masters_versions(
    admin: Made, secrets: dict[str, str]
) -> None:
    found = [
        (each["Action"], each["Resource"])
        for each in allowed(admin)
        if "secretsmanager:" in str(each["Action"])
    ]
    assert found == [
        (ROTATE, list(secrets.values())),
        ("secretsmanager:ListSecretVersionIds", secrets["master"]),
    ]


def test_it_may_use_the_key_for_each_of_the_secrets_only(
    admin: Made, secrets: dict[str, str]
) -> None:
    (key,) = admin.whole("AWS::KMS::Key")
    found = [each for each in allowed(admin) if "kms:GenerateDataKey" in each["Action"]]
    (statement,) = found
    assert statement["Condition"]["StringEquals"] == {
        "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
        "kms:EncryptionContext:SecretARN": list(secrets.values()),
    }
    assert statement["Resource"] == f"<{key}.Arn>"
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]


def test_beyond_that_it_may_only_log_and_have_network_interfaces(admin: Made) -> None:
    (logs,) = [n for n in admin.whole("AWS::Logs::LogGroup") if n.startswith("Admin")]
    actions = [action for each in allowed(admin) for action in listed(each["Action"])]
    services = {action.split(":")[0] for action in actions}
    assert services == {"logs", "secretsmanager", "kms", "ec2"}
    (log,) = [each for each in allowed(admin) if each["Action"][0].startswith("logs:")]
    assert log["Resource"] == f"<{logs}.Arn>"
    everywhere = [each["Action"] for each in allowed(admin) if each["Resource"] == "*"]
    assert everywhere == [NETWORK_INTERFACES]


def test_it_runs_in_the_network_in_a_group_of_its_own(admin: Made) -> None:
    description = "Rotates demo-orders"
    group = admin.name_of("AWS::EC2::SecurityGroup", GroupDescription=description)
    assert admin.only("AWS::Lambda::Function")["VpcConfig"] == {
        "SubnetIds": ["subnet-1", "subnet-2"],
        "SecurityGroupIds": [f"<{group}.GroupId>"],
    }


def test_connection_strings_begin_as_random_text_under_the_names_of_the_file(
    admin: Made, secrets: dict[str, str]
) -> None:
    url = admin.only(SECRET, Name="demo/url")
    assert f"<{admin.name_of(SECRET, Name='demo/url')}>" == secrets["app"]
    assert url["GenerateSecretString"]["PasswordLength"] == 32
    assert not [each for each in admin.of(SECRET) if "SecretString" in each]
