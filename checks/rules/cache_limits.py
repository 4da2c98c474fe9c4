"""Caches as ElastiCache makes them: nodes, limits, logs, users and what those may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.estate import listed
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg"
LOG_TYPES = {"slow-log", "engine-log"}


@rule(
    "limits-cache",
    "ElastiCache::ReplicationGroup",
    "ElastiCache::ServerlessCache",
    title="caches have nodes, snapshots and limits that ElastiCache takes",
    why="ElastiCache refuses it, or it throttles, or it costs without end",
    source=f"{GUIDE}/quota-limits.html",
)
def cache(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Six nodes, 35 days, 5000 GB, 15 million ECPUs at most."""
    yield from _within(resource, "SnapshotRetentionLimit", 0, 35)
    yield from _within(resource, "NumCacheClusters", 1, 6)
    yield from _within(resource, "ReplicasPerNodeGroup", 0, 5)
    yield from _within(resource, "Port", 1_150, 65_535)
    if resource.kind.endswith("ServerlessCache"):
        yield from _within(resource, "CacheUsageLimits.DataStorage.Maximum", 1, 5_000)
        yield from _within(resource, "CacheUsageLimits.ECPUPerSecond.Maximum", 1_000, 15_000_000)
        for name in ("DataStorage", "ECPUPerSecond"):
            if resource.get(f"CacheUsageLimits.{name}.Maximum") is None:
                path = f"CacheUsageLimits.{name}.Maximum"
                yield wrong(path, "it grows, and costs, without end", "say the most")
        unit = resource.get("CacheUsageLimits.DataStorage.Unit", "GB")
        if is_literal(unit) and unit != "GB":
            yield wrong("CacheUsageLimits.DataStorage.Unit", f"{unit} is no unit", "say GB")


def _within(resource: Resource, path: str, least: int, most: int) -> Iterator[Fault]:
    value = number(resource.get(path))
    if value is not None and (not least <= value <= most or value != int(value)):
        yield wrong(path, f"{value:g}", f"say {least} to {most}")


@rule(
    "limits-cache-logs",
    "ElastiCache::ReplicationGroup",
    title="logs of caches go somewhere, each kind once",
    why="ElastiCache refuses it, or nobody sees what was slow",
    source=f"{GUIDE}/Log_Delivery.html",
)
def logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The slow log and the engine's own, each to a group that exists."""
    every = resource.mappings("LogDeliveryConfigurations")
    kinds = [each.get("LogType") for each in every]
    place = "LogDeliveryConfigurations"
    if not every:
        yield wrong(place, "it logs nothing", "deliver slow-log and engine-log")
    for at, each in enumerate(every):
        kind, to = each.get("LogType"), each.get("DestinationType")
        if not kind or not to or not each.get("LogFormat"):
            yield wrong(f"{place}.{at}", "it has no kind, format or destination", "say all three")
        if (is_literal(kind) and kind not in LOG_TYPES) or kinds.count(kind) > 1:
            yield wrong(f"{place}.{at}.LogType", f"{kind} twice, or no log", "deliver each once")
        if is_literal(to) and to not in ("cloudwatch-logs", "kinesis-firehose"):
            yield wrong(f"{place}.{at}.DestinationType", f"{to} takes none", "say cloudwatch-logs")
        if is_literal(form := each.get("LogFormat")) and form not in ("json", "text"):
            yield wrong(f"{place}.{at}.LogFormat", f"{form} is no format", "say json")
        details = each.get("DestinationDetails")
        key = "CloudWatchLogsDetails" if to == "cloudwatch-logs" else "KinesisFirehoseDetails"
        inner = details.get(key) if isinstance(details, dict) else None
        target = next(iter(inner.values()), None) if isinstance(inner, dict) else None
        found = known_at(scene.estate, target)
        if not target or (to == "cloudwatch-logs" and found and "LogGroup" not in found.kind):
            yield wrong(f"{place}.{at}.DestinationDetails", "it goes nowhere", "name a log group")


@rule(
    "limits-cache-users",
    "ElastiCache::UserGroup",
    title="groups of users are of one engine, with a user called default where it takes one",
    why="ElastiCache refuses the group, or nobody can log in",
    source=f"{GUIDE}/Clusters.RBAC.html",
)
def users(group: Resource, scene: Scene) -> Iterator[Fault]:
    """Some users, none twice by name, of the group's engine; redis needs the default one."""
    found = [known_at(scene.estate, each) for each in listed(group.get("UserIds"))]
    known = [each for each in found if each]
    if not found:
        yield wrong("UserIds", "it has no users", "name some")
    names = [str(each.get("UserName")) for each in known]
    engine = group.get("Engine")
    complete = len(known) == len(found) and bool(found)
    if engine == "redis" and complete and "default" not in names:
        yield wrong("UserIds", "none of its users is called default", "add one that is off")
    if len(set(names)) < len(names):
        yield wrong("UserIds", "two of its users have one name", "name them apart")
    for each in known:
        other = each.get("Engine")
        # A group of Valkey takes users of Redis, too, but not the other way round.
        if engine == "redis" and is_literal(other) and other != "redis":
            yield Fault(
                message=f"it is of {other}, its group of redis",
                remedy="use one engine",
                property="Engine",
                at=each,
            )
    for user in scene.estate.users_of(group):
        used_by = user.get("Engine")
        if is_literal(engine) and is_literal(used_by) and (engine, used_by) == ("valkey", "redis"):
            yield wrong("Engine", f"{user.ref} is of redis", "use one engine")
