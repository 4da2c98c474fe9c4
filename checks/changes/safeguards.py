"""What protected data until now and would not any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.changes.change import Change, change_of
from checks.changes.compare import KEEPING, policy_of
from checks.changes.lifecycle import sooner_gone
from checks.changes.stateful import keeps
from checks.changes.values import at, canonical, differ, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.changes.pairing import Pairing
    from checks.estate import Resource

POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
STRENGTH = {"Delete": 0, "Snapshot": 1, **dict.fromkeys(KEEPING, 2)}
# Paths of what is on or off, with the value that is on.
SWITCHES: Mapping[str, tuple[str, str]] = {
    "DeletionProtection": ("true", "deletion protection"),
    "DeletionProtectionEnabled": ("true", "deletion protection"),
    "EnableKeyRotation": ("true", "rotation of the key"),
    "MultiAZ": ("true", "the standby in another zone"),
    "MultiAZEnabled": ("true", "the replica in another zone"),
    "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled": (
        "true",
        "point-in-time recovery",
    ),
    "VersioningConfiguration.Status": ("Enabled", "versions of objects"),
    "ImageTagMutability": ("IMMUTABLE", "tags that can't be moved"),
    "StorageEncrypted": ("true", "encryption of what is stored"),
    "AtRestEncryptionEnabled": ("true", "encryption of what is stored"),
    "TransitEncryptionEnabled": ("true", "encryption on the way"),
}
# Cognito says ACTIVE where others say true.
ON = ("true", "ACTIVE")
# Numbers of days or seconds; what nothing there means.
SPANS: Mapping[str, tuple[str, float]] = {
    "BackupRetentionPeriod": ("days of backups", 1),
    "SnapshotRetentionLimit": ("days of snapshots", 0),
    "RetentionInDays": ("days of logs", float("inf")),
    "MessageRetentionPeriod": ("seconds that a message waits", 345600),
    "RetentionPeriodHours": ("hours of records", 24),
}
# Of load balancers, which list it among other attributes.
PROTECTION = "deletion_protection.enabled"
KEYS = ("KmsKeyId", "KmsMasterKeyId", "BucketEncryption", "EncryptionConfiguration",
        "SSESpecification", "EncryptionAtRestOptions")  # fmt: skip


def weakened(pairing: Pairing) -> Iterator[Change]:
    """A line for each resource with the safeguards that are less than they were."""
    for old, new in pairing.kept:
        told = list(_balancer(old, new))
        if keeps(old) and old.kind == new.kind:
            for judge in (_policies, _switches, _spans, _keys, sooner_gone):
                told += judge(old, new)
        if told:
            yield change_of(old, "weaker", "; ".join(told))


def unprotected(before: Mapping[str, bool], after: Mapping[str, bool]) -> Iterator[Change]:
    """A line for each stack that loses its termination protection."""
    for stack, protected in before.items():
        if protected and not after.get(stack, True):
            message = "termination protection goes: the stack can be deleted as a whole"
            yield Change(verdict="weaker", message=message, stack=stack)


def _policies(old: Resource, new: Resource) -> Iterator[str]:
    for attribute in POLICIES:
        before, after = (policy_of(each, attribute) for each in (old, new))
        if STRENGTH.get(after, 0) < STRENGTH.get(before, 0):
            yield f"{attribute} {before} → {after}"


def _switches(old: Resource, new: Resource) -> Iterator[str]:
    for path, (on, what) in SWITCHES.items():
        before, after = (canonical(each.get(path)) for each in (old, new))
        if before in (on, *ON) and after not in (on, *ON):
            yield f"{what} goes ({path} {before} → {shown(after)})"


def _spans(old: Resource, new: Resource) -> Iterator[str]:
    for path, (what, otherwise) in SPANS.items():
        before, after = (_number(each.get(path), otherwise) for each in (old, new))
        if after < before and (path in old.properties or path in new.properties):
            yield f"fewer {what}: {_count(before)} → {_count(after)}"


def _keys(old: Resource, new: Resource) -> Iterator[str]:
    for path in KEYS:
        if path in old.properties and differ(old.properties, new.properties, (path,)):
            after = at(new.properties, (path,))
            yield f"its encryption changes: {path} {'changes' if after else 'goes'}"


def _balancer(old: Resource, new: Resource) -> Iterator[str]:
    if _attribute(old) == "true" != _attribute(new):
        yield f"deletion protection goes ({PROTECTION})"


def _attribute(balancer: Resource) -> Any:
    attributes = balancer.mappings("LoadBalancerAttributes")
    found = (each.get("Value") for each in attributes if each.get("Key") == PROTECTION)
    return canonical(next(found, None))


def _number(value: Any, otherwise: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise


def _count(number: float) -> str:
    return "no end" if number == float("inf") else f"{number:g}"
