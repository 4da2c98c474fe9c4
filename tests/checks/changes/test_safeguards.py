"""Protection that is less than it was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.changes.building import database, resource, side, verdict


def _weaker(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    found = verdict({"It": before}, {"It": after})
    assert not found.fails
    return [each.message for each in found.changes if each.verdict == "weaker"]


def test_a_weaker_policy_is_told_and_a_stronger_one_is_not() -> None:
    kept, loose = database(kept=True), database()
    assert _weaker(kept, loose) == [
        "DeletionPolicy RetainExceptOnCreate → Snapshot; UpdateReplacePolicy Retain → Delete"
    ]
    assert _weaker(loose, kept) == []


@pytest.mark.parametrize(
    ("kind", "before", "after", "words"),
    [
        ("RDS::DBInstance", {"DeletionProtection": True}, {}, "deletion protection goes"),
        ("DynamoDB::Table", {"DeletionProtectionEnabled": True}, {}, "deletion protection goes"),
        ("Cognito::UserPool", {"DeletionProtection": "ACTIVE"}, {"DeletionProtection": "INACTIVE"},
         "deletion protection goes"),
        ("RDS::DBInstance", {"BackupRetentionPeriod": 7}, {"BackupRetentionPeriod": 1},
         "fewer days of backups: 7 → 1"),
        ("ElastiCache::ReplicationGroup", {"SnapshotRetentionLimit": 7}, {},
         "fewer days of snapshots: 7 → 0"),
        ("Logs::LogGroup", {}, {"RetentionInDays": 30}, "fewer days of logs: no end → 30"),
        ("S3::Bucket", {"VersioningConfiguration": {"Status": "Enabled"}}, {},
         "versions of objects goes"),
        ("SQS::Queue", {"KmsMasterKeyId": "a"}, {"KmsMasterKeyId": "b"},
         "its encryption changes: KmsMasterKeyId changes"),
        ("KMS::Key", {"EnableKeyRotation": True}, {"EnableKeyRotation": False},
         "rotation of the key goes"),
    ],
)  # fmt: skip
def test_each_safeguard(
    kind: str, before: dict[str, Any], after: dict[str, Any], words: str
) -> None:
    (told,) = _weaker(resource(kind, before), resource(kind, after))
    assert told.startswith(words)
    back = _weaker(resource(kind, after), resource(kind, before))
    assert back == [] or "encryption" in words


def _bucket(*rules: dict[str, Any]) -> dict[str, Any]:
    enabled = [{"Status": "Enabled", **rule} for rule in rules]
    return resource("S3::Bucket", {"LifecycleConfiguration": {"Rules": enabled}})


def test_objects_that_go_sooner_are_told_by_what_the_rule_is_for() -> None:
    month, tmp = {"ExpirationInDays": 30}, {"ExpirationInDays": 1, "Prefix": "tmp/"}
    assert _weaker(_bucket(tmp), _bucket(tmp, month)) == [
        "objects are deleted after 30 days, which were kept"
    ]
    assert _weaker(_bucket(month), _bucket(month, tmp)) == [
        'objects of {"Prefix": "tmp/"} are deleted after 1 days, which stayed for 30'
    ]
    assert _weaker(_bucket(month, tmp), _bucket(tmp)) == []


def test_a_balancers_protection_is_among_its_attributes() -> None:
    def balancer(value: str) -> dict[str, Any]:
        attributes = [{"Key": "deletion_protection.enabled", "Value": value}]
        kind = "ElasticLoadBalancingV2::LoadBalancer"
        return resource(kind, {"LoadBalancerAttributes": attributes})

    assert len(_weaker(balancer("true"), balancer("false"))) == 1


def test_a_stack_without_termination_protection_is_told() -> None:
    stacks = {"data": {"Db": database()}}
    before, after = side(stacks, protected={"data": True}), side(stacks, protected={"data": False})
    (change,) = verdict(before, after).changes
    assert str(change).startswith("data  WEAKER: termination protection goes")
    assert verdict(after, before).changes == []
