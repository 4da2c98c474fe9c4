"""RDS Proxy: over TLS only, with exactly the logins that go through it, by declared edges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config.graph import Edge
from stackyard.database_proxy import DatabaseProxy
from stackyard.edges import ways
from stackyard.key import EnvironmentKey
from tests.components.building import (
    REGION,
    Made,
    Properties,
    made,
    placement_in,
    resolved,
    stack_in,
    statements,
)
from tests.components.stores import GROUP, SECRET, database_in, described

PROXY, TARGETS, ROLE = "AWS::RDS::DBProxy", "AWS::RDS::DBProxyTargetGroup", "AWS::IAM::Role"
LOGINS = ("app-proxy", "reports")


class Pooled(NamedTuple):
    made: Made
    host: str
    group: str
    colours: dict[str, dict[str, str]]

    @property
    def proxy(self) -> Properties:
        return self.made.only(PROXY)

    @property
    def secrets(self) -> list[str]:
        """References to the secrets of all colours."""
        return [secret for pair in self.colours.values() for secret in pair.values()]

    @property
    def allowed(self) -> list[dict[str, Any]]:
        (role,) = self.made.of(ROLE)
        return statements(role)


@pytest.fixture(scope="module")
def pooled(folder: Path) -> Pooled:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Orders", logs=True)
    placement = placement_in(stack)
    database = database_in(stack, "orders", placement=placement, key=key)
    edges = (Edge("orders-proxy", "orders", (5432,)),)
    proxy = DatabaseProxy(
        stack,
        "OrdersProxy",
        node="orders-proxy",
        store="orders",
        database=database,
        logins=LOGINS,
        out=ways(edges, group_ids={"orders": database.group_id}, region=REGION),
        placement=placement,
        key=key,
    )
    colours = {
        login: {colour: resolved(stack, secret.secret_arn) for colour, secret in pair.items()}
        for login, pair in proxy.colours.items()
    }
    host, group = resolved(stack, proxy.host), resolved(stack, proxy.group_id)
    return Pooled(made(stack), host, group, colours)


def test_it_takes_no_connection_without_tls(pooled: Pooled) -> None:
    assert pooled.proxy["RequireTLS"] is True
    assert pooled.proxy["EngineFamily"] == "POSTGRESQL"
    assert not pooled.proxy.get("DebugLogging")


def test_each_login_has_a_secret_for_each_of_its_two_colours(pooled: Pooled) -> None:
    assert pooled.colours == {
        login: {
            colour: described(
                pooled.made, SECRET, f"Login {login}_{colour} of demo-orders, for its proxy"
            )
            for colour in ("blue", "green")
        }
        for login in LOGINS
    }


def test_a_colour_is_what_the_proxy_reads_before_the_admin_wrote_it(pooled: Pooled) -> None:
    """A secret that is no JSON keeps the proxy's target from ever being available."""
    names = {reference[1:-1] for reference in pooled.secrets}
    found = [
        pooled.made.whole(SECRET)[name]["Properties"]["GenerateSecretString"] for name in names
    ]
    assert {each["GenerateStringKey"] for each in found} == {"password"}
    assert {json.loads(each["SecretStringTemplate"])["username"] for each in found} == {
        f"{login.replace('-', '_')}_{colour}" for login in LOGINS for colour in ("blue", "green")
    }


def test_it_knows_exactly_these_logins_and_no_others(pooled: Pooled) -> None:
    assert len(pooled.secrets) == 4
    assert pooled.proxy["Auth"] == [
        {"AuthScheme": "SECRETS", "IAMAuth": "DISABLED", "SecretArn": secret}
        for secret in pooled.secrets
    ]


def test_it_may_read_these_secrets_and_their_key_for_them_only(pooled: Pooled) -> None:
    (key,) = pooled.made.whole("AWS::KMS::Key")
    assert pooled.allowed == [
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": pooled.secrets,
        },
        {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": f"<{key}.Arn>",
            "Condition": {
                "StringEquals": {
                    "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
                    "kms:EncryptionContext:SecretARN": pooled.secrets,
                }
            },
        },
    ]


def test_it_never_sees_the_masters_password(pooled: Pooled) -> None:
    master = described(pooled.made, SECRET, "Password of the master user of demo-orders")
    assert master not in str(pooled.made.whole(PROXY))
    assert master not in str(pooled.made.whole(ROLE))


def test_only_rds_may_take_its_role(pooled: Pooled) -> None:
    (role,) = pooled.made.of(ROLE)
    assert role["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "rds.amazonaws.com"},
        }
    ]
    (name,) = pooled.made.whole(ROLE)
    assert pooled.proxy["RoleArn"] == f"<{name}.Arn>"


def test_it_has_a_group_of_its_own_that_leads_to_the_database_alone(pooled: Pooled) -> None:
    group = pooled.made.only(GROUP, GroupDescription="Proxy of demo-orders")
    database = described(pooled.made, GROUP, "Database demo-orders", by="GroupDescription")
    database = database.replace(">", ".GroupId>")
    assert pooled.proxy["VpcSecurityGroupIds"] == [pooled.group]
    assert pooled.proxy["VpcSubnetIds"] == ["subnet-1", "subnet-2"]
    (rule,) = group["SecurityGroupEgress"]
    assert rule["DestinationSecurityGroupId"] == database
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 5432, 5432)
    assert "SecurityGroupIngress" not in group
    opened = pooled.made.only("AWS::EC2::SecurityGroupIngress")
    assert (opened["GroupId"], opened["SourceSecurityGroupId"]) == (database, pooled.group)


def test_it_pools_the_one_instance_and_leaves_some_connections_to_the_admin(
    pooled: Pooled,
) -> None:
    instance = described(
        pooled.made, "AWS::RDS::DBInstance", "demo-orders", by="DBInstanceIdentifier"
    )
    targets = pooled.made.only(TARGETS)
    assert targets["DBInstanceIdentifiers"] == [instance]
    assert targets["TargetGroupName"] == "default"
    (name,) = pooled.made.whole(PROXY)
    assert targets["DBProxyName"] == f"<{name}>"
    assert targets["ConnectionPoolConfigurationInfo"] == {"MaxConnectionsPercent": 70}


def test_its_target_waits_for_the_database_and_the_way_to_it(pooled: Pooled) -> None:
    """CloudFormation waits for the target to answer, and gives up when there is no way."""
    (targets,) = pooled.made.whole(TARGETS).values()
    (instance,) = pooled.made.whole("AWS::RDS::DBInstance")
    (ingress,) = pooled.made.whole("AWS::EC2::SecurityGroupIngress")
    assert {instance, ingress} <= {*targets["DependsOn"]}


def test_its_secrets_begin_as_random_text_under_the_key_and_outlive_the_stack(
    pooled: Pooled,
) -> None:
    (key,) = pooled.made.whole("AWS::KMS::Key")
    for reference in pooled.secrets:
        secret = pooled.made.whole(SECRET)[reference[1:-1]]
        assert secret["Properties"]["KmsKeyId"] == f"<{key}.Arn>"
        assert secret["Properties"]["GenerateSecretString"]["PasswordLength"] == 32
        assert "SecretString" not in secret["Properties"]
        assert secret["DeletionPolicy"] == "RetainExceptOnCreate"
        assert secret["Metadata"]["Stackyard::Node"] in ("orders/app-proxy", "orders/reports")


def test_consumers_go_to_its_own_endpoint(pooled: Pooled) -> None:
    (name,) = pooled.made.whole(PROXY)
    assert pooled.host == f"<{name}.Endpoint>"
    assert pooled.proxy["DBProxyName"] == "demo-orders-proxy"
