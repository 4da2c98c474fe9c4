"""A read replica: where its source is, as it is; without what belongs to the source."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from stackyard.database_replica import replica
from stackyard.key import EnvironmentKey
from tests.components.building import Made, Properties, made, placement_in, resolved, stack_in
from tests.components.stores import database_in

KIND = "AWS::RDS::DBInstance"
# RDS refuses them of a replica in its source's region, or takes them from the source.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-rds-dbinstance.html
OF_THE_SOURCE = {
    "AllocatedStorage",
    "BackupRetentionPeriod",
    "CharacterSetName",
    "DBName",
    "DBSnapshotIdentifier",
    "DeleteAutomatedBackups",
    "Engine",
    "EngineVersion",
    "KmsKeyId",
    "ManageMasterUserPassword",
    "MasterUserPassword",
    "MasterUsername",
    "PreferredBackupWindow",
    "SourceRegion",
    "StorageEncrypted",
    "Timezone",
}


class Pair(NamedTuple):
    made: Made
    source: Properties
    copy: Properties
    host: str
    accepted: str


@pytest.fixture(scope="module")
def pair(folder: Path) -> Pair:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Orders", logs=True)
    placement = placement_in(stack)
    fields: dict[str, Any] = {
        "max_storage_gb": 90,
        "certificate_authority": "rds-ca-ecc384-g1",
    }
    database = database_in(stack, "orders", placement=placement, key=key, **fields)
    copy = replica(stack, "OrdersReplica", node="orders", database=database, key=key)
    host = resolved(stack, copy.attr_endpoint_address)
    accepted = " ".join(str(each.data) for each in copy.node.metadata)
    other = database_in(stack, "plain", placement=placement, key=key, protected=False)
    replica(stack, "PlainReplica", node="plain", database=other, key=key)
    template = made(stack)
    source, own = (
        template.only(KIND, DBInstanceIdentifier=f"demo-orders{end}") for end in ("", "-replica")
    )
    return Pair(template, source, own, host, accepted)


def test_it_leaves_out_what_only_its_source_may_say(pair: Pair) -> None:
    assert not OF_THE_SOURCE & pair.copy.keys()


def test_it_names_its_source_by_the_arn(pair: Pair) -> None:
    """With a mere name RDS refuses a subnet group."""
    source = pair.made.name_of(KIND, DBInstanceIdentifier="demo-orders")
    arn = f"arn:aws:rds:us-east-1:111111111111:db:<{source}>"
    assert pair.copy["SourceDBInstanceIdentifier"] == arn


@pytest.mark.parametrize(
    "key",
    ["DBSubnetGroupName", "VPCSecurityGroups", "CACertificateIdentifier", "DBInstanceClass"],
)
def test_it_stands_where_and_as_its_source_does(pair: Pair, key: str) -> None:
    assert pair.copy[key] == pair.source[key]


def test_who_may_reach_the_source_may_reach_it(pair: Pair) -> None:
    assert len(pair.copy["VPCSecurityGroups"]) == 1
    assert len(pair.made.whole("AWS::EC2::SecurityGroup")) == 2


def test_it_is_as_private_and_grows_as_far(pair: Pair) -> None:
    expected = {
        "PubliclyAccessible": False,
        "StorageType": "gp3",
        "MaxAllocatedStorage": 90,
        "AutoMinorVersionUpgrade": True,
        "CopyTagsToSnapshot": True,
        "DeletionProtection": True,
    }
    assert {key: pair.copy[key] for key in expected} == expected


def test_protection_and_growth_follow_the_source(pair: Pair) -> None:
    plain = pair.made.only(KIND, DBInstanceIdentifier="demo-plain-replica")
    assert plain["DeletionProtection"] is False
    assert plain["MaxAllocatedStorage"] == 100


def test_readers_have_a_host_of_their_own(pair: Pair) -> None:
    name = pair.made.name_of(KIND, DBInstanceIdentifier="demo-orders-replica")
    assert pair.host == f"<{name}.Endpoint.Address>"


def test_it_goes_with_the_stack_and_names_its_node(pair: Pair) -> None:
    name = pair.made.name_of(KIND, DBInstanceIdentifier="demo-orders-replica")
    found = pair.made.whole(KIND)[name]
    assert found["DeletionPolicy"] == found["UpdateReplacePolicy"] == "Delete"
    assert found["Metadata"]["Stackyard::Node"] == "orders"


def test_what_its_source_has_for_it_is_accepted_and_no_protection_is_given_up(pair: Pair) -> None:
    for finding in ("RDS2", "RDS3", "RDS11"):
        assert f"AwsSolutions-{finding}'" in pair.accepted
    assert "AwsSolutions-RDS10'" not in pair.accepted
