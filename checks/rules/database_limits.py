"""Databases as RDS makes them: storage, monitoring, ports, names, logs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.estate import listed
from checks.rules.faults import wrong
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
STORAGE: dict[str, tuple[int, int]] = {
    "gp2": (20, 65_536),
    "gp3": (20, 65_536),
    "io1": (100, 65_536),
    "io2": (100, 65_536),
    "standard": (5, 3_072),
}
# From this size on gp3 takes figures of its own; below they are fixed.
OWN_FIGURES = 400
INTERVALS = {0, 1, 5, 10, 15, 30, 60}
LONG_INSIGHTS = 465
LOGS = {
    "postgres": {"postgresql", "upgrade", "iam-db-auth-error"},
    "mysql": {"audit", "error", "general", "slowquery", "iam-db-auth-error"},
    "mariadb": {"audit", "error", "general", "slowquery", "iam-db-auth-error"},
}
RESERVED = {"admin", "rdsadmin", "rdstopmgr", "rds_superuser", "replication"}


@rule(
    "limits-database-storage",
    "RDS::DBInstance",
    title="storage has a size, and figures, that RDS takes for its type",
    why="RDS refuses it in the middle of a deployment",
    source=f"{RDS}/CHAP_Storage.html",
)
def storage(database: Resource, _: Scene) -> Iterator[Fault]:
    """Sizes by type; figures for gp3 from 400 GB on, for io1 and io2 always."""
    if _is_aurora(database) or database.get("SourceDBInstanceIdentifier"):
        return
    allocated = number(database.get("AllocatedStorage"))
    kind = str(database.get("StorageType", "gp3"))
    bounds = STORAGE.get(kind)
    if bounds is None and is_literal(kind):
        yield wrong("StorageType", f"{kind} is no type of storage", "say gp3")
    if allocated is None:
        return
    if bounds and not bounds[0] <= allocated <= bounds[1]:
        message = f"{allocated:g} GB of {kind}"
        yield wrong("AllocatedStorage", message, f"say {bounds[0]} to {bounds[1]}")
    small = str(database.get("Engine")).startswith(("postgres", "mysql", "mariadb"))
    for name in ("Iops", "StorageThroughput") if kind == "gp3" and small else ():
        if database.get(name) is not None and allocated < OWN_FIGURES:
            yield wrong(name, f"gp3 takes it from {OWN_FIGURES} GB on", "leave it out")
    if kind in ("io1", "io2") and (iops := number(database.get("Iops"))) is not None:
        if not 0.5 <= iops / allocated <= (50 if kind == "io1" else 1_000):
            yield wrong("Iops", f"{iops:g} for {allocated:g} GB", "stay within the ratio")
    elif kind in ("io1", "io2") and database.get("Iops") is None:
        yield wrong("Iops", f"{kind} without a figure", "say how many")


def _is_aurora(database: Resource) -> bool:
    return "aurora" in str(database.get("Engine")) or bool(database.get("DBClusterIdentifier"))


@rule(
    "limits-database-monitoring",
    "RDS::DBInstance",
    title="monitoring has an interval that RDS takes, a role, and insights that go with it",
    why="RDS refuses it, or what was to be seen in trouble was never measured",
    source=f"{RDS}/USER_Monitoring.OS.Enabling.html",
)
def monitoring(database: Resource, _: Scene) -> Iterator[Fault]:
    """An allowed interval with a role; a retention that goes with the mode."""
    interval = number(database.get("MonitoringInterval", 0))
    role = database.get("MonitoringRoleArn")
    if interval is not None and interval not in INTERVALS:
        yield wrong("MonitoringInterval", f"{interval:g} s", "say 1, 5, 10, 15, 30 or 60")
    elif interval and not role:
        yield wrong("MonitoringRoleArn", "it may not write what it measures", "name a role")
    elif interval == 0 and role:
        yield wrong("MonitoringInterval", "it has a role, but measures nothing", "say 60")
    enabled = is_true(database.get("EnablePerformanceInsights"))
    days = number(database.get("PerformanceInsightsRetentionPeriod"))
    place = "PerformanceInsightsRetentionPeriod"
    if days is not None and days not in (7, 731) and (days % 31 or not 31 <= days <= 713):
        yield wrong(place, f"{days:g} days", "say 7, 731, or months of 31 days")
    if (days is not None or database.get("PerformanceInsightsKMSKeyId")) and not enabled:
        message = "insights are off, but have a retention or a key"
        yield wrong("EnablePerformanceInsights", message, "set it to true")
    mode = database.get("DatabaseInsightsMode", "standard")
    if is_literal(mode) and mode not in ("standard", "advanced"):
        yield wrong("DatabaseInsightsMode", f"{mode} is no mode", "say standard or advanced")
    if mode == "advanced" and (not enabled or (days is not None and days < LONG_INSIGHTS)):
        message = f"advanced insights keep {LONG_INSIGHTS} days"
        yield wrong(place, message, f"keep {LONG_INSIGHTS} days or more, with insights on")


@rule(
    "limits-database",
    "RDS::DBInstance",
    title="databases have ports, names and logs that RDS takes",
    why="RDS refuses it in the middle of a deployment",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html",
)
def database_(database: Resource, _: Scene) -> Iterator[Fault]:
    """As CreateDBInstance says."""
    port = number(database.get("Port"))
    if port is not None and not 1_150 <= port <= 65_535:
        yield wrong("Port", f"{port:g} is no port of RDS", "say 1150 to 65535")
    days = number(database.get("BackupRetentionPeriod", 1))
    if days is not None and (not 0 <= days <= 35 or days != int(days)):
        yield wrong("BackupRetentionPeriod", f"{days:g} days", "say 35 at most")
    user = database.get("MasterUsername")
    if is_literal(user) and (
        user.lower() in RESERVED or not re.fullmatch(r"[A-Za-z]\w{0,62}", user)
    ):
        yield wrong("MasterUsername", f"{user} is reserved, or no name", "choose another")
    known = LOGS.get(str(database.get("Engine")))
    for at, log in enumerate(listed(database.get("EnableCloudwatchLogsExports"))):
        if known and is_literal(log) and log not in known:
            message = f"{database.get('Engine')} has no log {log}"
            yield wrong(f"EnableCloudwatchLogsExports.{at}", message, "name one that it has")


@rule(
    "limits-windows",
    "RDS::DBInstance",
    "ElastiCache::ReplicationGroup",
    title="backups and maintenance happen when somebody chose, in production",
    why="AWS picks an hour by chance, which may be the busiest one",
    source=f"{RDS}/USER_UpgradeDBInstance.Maintenance.html",
    production=True,
    severity="warning",
)
def windows(store: Resource, _: Scene) -> Iterator[Fault]:
    """Both windows are said."""
    if _is_aurora(store) or store.get("SourceDBInstanceIdentifier"):
        return
    backup = "SnapshotWindow" if "ElastiCache" in store.kind else "PreferredBackupWindow"
    for name in (backup, "PreferredMaintenanceWindow"):
        if not store.get(name):
            yield wrong(name, "AWS picks an hour", "say a quiet one")
