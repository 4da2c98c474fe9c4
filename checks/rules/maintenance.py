"""Databases and caches over the years: room to grow, upgrades, windows that don't collide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.rules.durability import is_copy
from checks.rules.rule import Fault, rule
from checks.rules.values import is_false, is_literal, is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
RDS = f"{DOCS}/AmazonRDS/latest/UserGuide"
SUPPORT = "open-source-rds-extended-support"
LEAST_ROOM = 1.1
SMALLEST, LARGEST = 20, 65536
DAY = 24 * 60
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WINDOW = re.compile(r"(?:(\w{3}):)?(\d\d?):(\d\d)-(?:(\w{3}):)?(\d\d?):(\d\d)", re.IGNORECASE)
# Backup and maintenance of a type, where both can be chosen.
WINDOWS = {
    "AWS::RDS::DBInstance": ("PreferredBackupWindow", "PreferredMaintenanceWindow"),
    "AWS::RDS::DBCluster": ("PreferredBackupWindow", "PreferredMaintenanceWindow"),
    "AWS::ElastiCache::ReplicationGroup": ("SnapshotWindow", "PreferredMaintenanceWindow"),
}
SHORTEST = {"AWS::ElastiCache::ReplicationGroup": 60}


@rule(
    "durability-storage-room",
    "RDS::DBInstance",
    title="storage of databases grows by itself, and has room to",
    why="a full disk stops the database: every write fails until somebody enlarges it",
    source=f"{RDS}/USER_PIOPS.Autoscaling.html",
)
def storage_room(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A limit that is a tenth or more above what there is; RDS takes no less."""
    if resource.get("DBClusterIdentifier") or str(resource.get("Engine")).startswith("aurora"):
        return
    size, most = resource.get("AllocatedStorage"), resource.get("MaxAllocatedStorage")
    has, limit = number(size), number(most)
    starts = ("SourceDBInstanceIdentifier", "DBSnapshotIdentifier", "RestoreTime")
    if size is None and not any(resource.get(name) for name in starts):
        yield Fault(
            message="nothing says how much storage it has: RDS refuses that",
            remedy="set AllocatedStorage",
            property="AllocatedStorage",
        )
    if most is None and size is not None:
        yield Fault(
            message="its storage does not grow",
            remedy="set MaxAllocatedStorage well above AllocatedStorage",
            property="MaxAllocatedStorage",
        )
    if has is not None and limit is not None and limit < has * LEAST_ROOM:
        yield Fault(
            message=f"it has {has:g} GiB and may grow to {limit:g}",
            remedy="set MaxAllocatedStorage a tenth or more above AllocatedStorage",
            property="MaxAllocatedStorage",
        )
    general = str(resource.get("StorageType", "gp2")).startswith("gp")
    if has is not None and general and not SMALLEST <= has <= LARGEST:
        yield Fault(
            message=f"RDS has no storage of {has:g} GiB",
            remedy=f"take {SMALLEST} to {LARGEST} GiB",
            property="AllocatedStorage",
        )


@rule(
    "durability-windows",
    *(kind.removeprefix("AWS::") for kind in WINDOWS),
    title="backups and maintenance don't run at the same time",
    why="AWS refuses windows that overlap; one that is shorter than it needs isn't taken either",
    source=f"{RDS}/USER_UpgradeDBInstance.Maintenance.html",
)
def windows(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Two windows apart, each long enough."""
    backup, upkeep = WINDOWS[resource.kind]
    least = SHORTEST.get(resource.kind, 30)
    taken = []
    for path in (backup, upkeep):
        said = resource.get(path)
        window = _window(said)
        if isinstance(said, str) and "<" not in said and window is None:
            yield Fault(
                message=f"{said} is no window of time",
                remedy='write it as "03:00-04:00", for maintenance as "sun:04:30-sun:05:30"',
                property=path,
            )
        elif window and len(window) < least:
            yield Fault(
                message=f"{said} is shorter than {least} minutes",
                remedy="make it longer",
                property=path,
            )
        taken.append(window)
    if taken[0] and taken[1] and {each % DAY for each in taken[0]} & {t % DAY for t in taken[1]}:
        yield Fault(
            message=f"{resource.get(upkeep)} overlaps with {resource.get(backup)}",
            remedy="move one of them",
            property=upkeep,
        )


def _window(value: object) -> range | None:
    """The minutes of a window; those of the first day count from 0 where no day is said."""
    match = WINDOW.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return None
    first, last = (match[1] or "mon").lower(), (match[4] or match[1] or "mon").lower()
    if first not in DAYS or last not in DAYS:
        return None
    start = DAYS.index(first) * DAY + int(match[2]) * 60 + int(match[3])
    end = DAYS.index(last) * DAY + int(match[5]) * 60 + int(match[6])
    whole = DAY * (7 if match[1] else 1)
    return range(start, end if end > start else end + whole)


@rule(
    "durability-minor-versions",
    "RDS::DBInstance",
    "ElastiCache::ReplicationGroup",
    title="minor versions come by themselves",
    why="holes and errors that lose data stay open until somebody remembers the upgrade",
    source=f"{DOCS}/securityhub/latest/userguide/rds-controls.html#rds-13",
)
def minor_versions(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Not switched off; AWS upgrades where nothing is said."""
    if is_false(resource.get("AutoMinorVersionUpgrade")):
        yield Fault(
            message="minor versions are not installed",
            remedy="set AutoMinorVersionUpgrade to true",
            property="AutoMinorVersionUpgrade",
        )


@rule(
    "durability-engine-support",
    "RDS::DBInstance",
    "RDS::DBCluster",
    title="somebody decided what happens when a database's version goes out of support",
    why="where nothing is said RDS Extended Support begins by itself, paid for each vCPU hour",
    source=f"{RDS}/extended-support.html",
    severity="warning",
)
def engine_support(resource: Resource, _: Scene) -> Iterator[Fault]:
    """EngineLifecycleSupport is set."""
    engine = str(resource.get("Engine"))
    open_source = engine in ("postgres", "mysql", "aurora-postgresql", "aurora-mysql")
    said = resource.get("EngineLifecycleSupport")
    if not open_source or is_copy(resource):
        return
    if said is None or (is_literal(said) and said not in (SUPPORT, f"{SUPPORT}-disabled")):
        yield Fault(
            message=f"{said} is no choice"
            if said
            else "it goes into paid Extended Support by itself",
            remedy=f"set EngineLifecycleSupport to {SUPPORT}-disabled",
            property="EngineLifecycleSupport",
        )


@rule(
    "durability-major-versions",
    "RDS::DBInstance",
    title="major versions are upgraded by somebody, not by accident",
    why="a new major version changes behaviour, and there is no way back",
    source=f"{RDS}/USER_UpgradeDBInstance.Upgrading.html",
    severity="warning",
)
def major_versions(resource: Resource, _: Scene) -> Iterator[Fault]:
    """AllowMajorVersionUpgrade is for the one update that needs it."""
    if is_true(resource.get("AllowMajorVersionUpgrade")):
        yield Fault(
            message="any change of EngineVersion may be a major upgrade",
            remedy="take AllowMajorVersionUpgrade away after the upgrade",
            property="AllowMajorVersionUpgrade",
        )


@rule(
    "durability-snapshot-tags",
    "RDS::DBInstance",
    "RDS::DBCluster",
    title="snapshots have the tags of their database",
    why="nobody finds the snapshots of a database that is gone, nor who pays for them",
    source=f"{DOCS}/securityhub/latest/userguide/rds-controls.html#rds-17",
    severity="warning",
)
def snapshot_tags(resource: Resource, _: Scene) -> Iterator[Fault]:
    """CopyTagsToSnapshot is true; RDS copies none where nothing is said."""
    said = resource.get("CopyTagsToSnapshot")
    if (said is None or is_false(said)) and not is_copy(resource):
        yield Fault(
            message="its snapshots have no tags",
            remedy="set CopyTagsToSnapshot to true",
            property="CopyTagsToSnapshot",
        )
