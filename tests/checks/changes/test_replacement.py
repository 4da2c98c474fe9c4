"""Properties that AWS can't change in place, and those that it can."""

from __future__ import annotations

from typing import Any

import pytest

from checks.changes.schemas import behaviour
from tests.checks.changes.building import database, lines, only, resource, verdict


def test_the_same_templates_have_nothing_to_say() -> None:
    found = verdict({"Db": database()}, {"Db": database()})
    assert found.changes == []
    assert found.identical


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"DBName": "other"}, "DBName"),
        ({"KmsKeyId": "arn:aws:kms:us-east-1:111111111111:key/1"}, "KmsKeyId"),
        ({"MasterUsername": "root"}, "MasterUsername"),
        ({"DBSubnetGroupName": "other"}, "DBSubnetGroupName"),
        ({"Port": "5433"}, "Port"),
        ({"Engine": "mysql"}, "Engine"),
    ],
)
def test_a_create_only_property_replaces_the_database(change: dict[str, Any], name: str) -> None:
    found = only({"Db": database()}, {"Db": database(**change)})
    assert (found.verdict, found.fails, found.node) == ("replaced", True, "database")
    assert found.message.startswith(f"{name} changes, which AWS can't change in place")
    assert "the old one is deleted with every row" in found.message


@pytest.mark.parametrize("encrypted", [False, None])
def test_encryption_that_goes_is_a_replacement_too(encrypted: bool | None) -> None:
    found = verdict({"Db": database()}, {"Db": database(StorageEncrypted=encrypted)}).changes
    assert [each.verdict for each in found] == ["replaced", "weaker"]


def test_what_aws_changes_in_place_is_told_and_passes() -> None:
    found = only({"Db": database()}, {"Db": database(AllocatedStorage="50", MultiAZ=True)})
    assert (found.verdict, found.fails) == ("updated", False)
    assert found.message == "AllocatedStorage 20 → 50, MultiAZ nothing → true"


def test_a_conditional_property_may_replace_unless_it_is_known_not_to() -> None:
    zone = only({"Db": database()}, {"Db": database(AvailabilityZone="us-east-1a")})
    assert (zone.verdict, zone.fails) == ("may be replaced", True)
    longer = only({"Db": database()}, {"Db": database(BackupRetentionPeriod=14)})
    assert longer.verdict == "updated"


def test_numbers_and_their_text_are_the_same() -> None:
    changes = verdict({"Db": database(Port="5432")}, {"Db": database(Port=5432)}).changes
    assert changes == []


def test_a_name_that_stays_makes_cloudformation_refuse() -> None:
    before = {"Db": database(DBInstanceIdentifier="shop", kept=True)}
    after = {"Db": database(DBInstanceIdentifier="shop", DBName="other", kept=True)}
    found = only(before, after)
    assert "the old one stays unmanaged" in found.message
    assert "CloudFormation refuses that as long as its name stays shop" in found.message


def test_another_type_under_the_same_logical_id_is_a_replacement() -> None:
    found = only({"Store": database()}, {"Store": resource("S3::Bucket")})
    assert (found.verdict, found.fails) == ("replaced", True)
    assert "its type becomes AWS::S3::Bucket" in found.message


def test_a_nested_create_only_property_replaces() -> None:
    def cluster(zones: str, size: int) -> dict[str, Any]:
        nodes = {"ClientSubnets": ["a", "b"], "BrokerAZDistribution": zones, "Size": size}
        return resource("MSK::Cluster", {"BrokerNodeGroupInfo": nodes})

    inner = only({"Kafka": cluster("DEFAULT", 1)}, {"Kafka": cluster("OTHER", 1)})
    assert inner.verdict == "replaced"
    assert "BrokerNodeGroupInfo.BrokerAZDistribution changes" in inner.message
    beside = only({"Kafka": cluster("DEFAULT", 1)}, {"Kafka": cluster("DEFAULT", 2)})
    assert beside.verdict == "updated"


def test_items_of_a_list_are_reached_by_a_star() -> None:
    paths = behaviour("AWS::MPA::ApprovalTeam", "us-east-1").replacing
    assert ("Policies", "*", "PolicyArn") in paths


def test_shards_are_moved_in_place_only_where_the_update_policy_says_so() -> None:
    def cache(shards: int, **more: Any) -> dict[str, Any]:
        return resource("ElastiCache::ReplicationGroup", {"NumNodeGroups": shards}, **more)

    assert only({"Cache": cache(1)}, {"Cache": cache(2)}).verdict == "replaced"
    online = {"UpdatePolicy": {"UseOnlineResharding": True}}
    assert only({"Cache": cache(1)}, {"Cache": cache(2, **online)}).verdict == "updated"


def test_a_secret_whose_recipe_changes_gets_a_new_value() -> None:
    def secret(length: int) -> dict[str, Any]:
        recipe = {"PasswordLength": length}
        return resource("SecretsManager::Secret", {"GenerateSecretString": recipe}, node="jwt")

    found = only({"Jwt": secret(32)}, {"Jwt": secret(64)})
    assert (found.verdict, found.fails, found.node) == ("overwritten", True, "jwt")


def test_a_replica_and_an_auroras_instance_hold_nothing_of_their_own() -> None:
    def replica(subnets: str) -> dict[str, Any]:
        return database(SourceDBInstanceIdentifier="shop", DBSubnetGroupName=subnets)

    assert lines({"Replica": replica("a")}, {"Replica": replica("b")}) == []


def test_logs_that_stay_are_not_missed_but_a_parameter_is() -> None:
    def named(kind: str, prop: str, name: str) -> dict[str, Any]:
        return {"It": resource(kind, {prop: name}, kept=True)}

    logs = only(
        named("Logs::LogGroup", "LogGroupName", "a"), named("Logs::LogGroup", "LogGroupName", "b")
    )
    assert (logs.verdict, logs.fails) == ("replaced", False)
    value = only(named("SSM::Parameter", "Name", "a"), named("SSM::Parameter", "Name", "b"))
    assert (value.verdict, value.fails) == ("replaced", True)


def test_an_address_that_is_lost_is_told_and_passes() -> None:
    def balancer(scheme: str) -> dict[str, Any]:
        return {"Balancer": resource("ElasticLoadBalancingV2::LoadBalancer", {"Scheme": scheme})}

    found = only(balancer("internet-facing"), balancer("internal"))
    assert (found.verdict, found.fails) == ("replaced", False)
    assert found.message.endswith("and with it the address at which DNS points")


def test_a_type_that_nobody_knows_is_compared_without_a_crash() -> None:
    assert behaviour("Custom::Thing", "us-east-1").replacing
    assert behaviour("AWS::No::Such", "nowhere").replacing == ()
