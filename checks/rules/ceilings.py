"""Whom a metric is about, and how far it can rise, or is to fall, there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.graph.routing import TARGETS, serving
from checks.rules.metric_dimensions import SUBJECTS
from checks.rules.metric_meanings import ENDLESS
from checks.rules.naming import known_at
from checks.rules.values import attributes, is_literal, number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from checks.estate import Estate, Resource
    from checks.rules.cloudwatch import Reading

GIB = 2**30
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}
# GiB of an instance by its family and size; from xlarge on it grows with the number.
MEMORY = {
    "t": {"micro": 1, "small": 2, "medium": 4, "large": 8, "xlarge": 16},
    "m": {"large": 8, "xlarge": 16},
    "c": {"large": 4, "xlarge": 8},
    "r": {"large": 16, "xlarge": 32},
}


def subject_of(reading: Reading, dimension: str, estate: Estate) -> Resource | None:
    """The resource that a dimension of a metric names, by a reference or by its name."""
    value = reading.dimensions.get(dimension)
    for subject in SUBJECTS.get((reading.namespace, dimension), ()):
        found = known_at(estate, base_of(value, dimension))
        if found is not None and found.kind == subject.kind:
            return found
        if is_literal(value) and subject.named_by:
            names = (str(base_of(value, dimension)).lower(), str(value).lower())
            for each in estate.of(subject.kind):
                own = each.get(subject.named_by)
                if isinstance(own, str) and own.lower() in names:
                    return each
    return None


def base_of(value: Any, dimension: str) -> Any:
    """The replication group in the name of one of its nodes; any other value as it is."""
    if dimension != "CacheClusterId" or not isinstance(value, str):
        return value
    parts = value.split("-")
    while len(parts) > 1 and parts[-1].isdigit() and len(parts[-1]) in (3, 4):
        parts.pop()
    return "-".join(parts)


def memory_of(instance_class: Any) -> float | None:
    """Bytes of memory of `db.r6g.xlarge`; None for what is not known."""
    parts = str(instance_class).split(".")
    sizes = MEMORY.get(parts[-2][:1], {}) if len(parts) > 1 else {}
    size = parts[-1]
    if size.endswith("xlarge") and size != "xlarge":
        times = number(size.removesuffix("xlarge"))
        return times * sizes["xlarge"] * GIB if times and "xlarge" in sizes else None
    return sizes[size] * GIB if size in sizes else None


def _connections(database: Resource, estate: Estate) -> float | None:
    group = known_at(estate, database.get("DBParameterGroupName"))
    parameters = group.get("Parameters") if group else None
    return number(parameters.get("max_connections")) if isinstance(parameters, dict) else None


def _storage(database: Resource, _: Estate) -> float | None:
    allocated = number(database.get("AllocatedStorage"))
    return allocated * GIB if allocated else None


def _data(cache: Resource, _: Estate) -> float | None:
    most = number(cache.get("CacheUsageLimits.DataStorage.Maximum"))
    return most * 1e9 if most else None


def _timeout(function: Resource, _: Estate) -> float | None:
    seconds = number(function.get("Timeout", 3))
    return seconds * 1000 if seconds else None


def _waiting(balancer: Resource, _: Estate) -> float | None:
    said = attributes(balancer, "LoadBalancerAttributes")
    return number(said.get("idle_timeout.timeout_seconds", "60"))


def _tasks(group: Resource, estate: Estate) -> float | None:
    """As many as run at least, of all services that register here."""
    if group.kind != TARGETS:
        return None
    fewest = [_fewest_tasks(service, estate) for service in serving(estate).get(group, [])]
    return min((each for each in fewest if each), default=None)


def _fewest_tasks(service: Resource, estate: Estate) -> float | None:
    for target in estate.of("AWS::ApplicationAutoScaling::ScalableTarget"):
        cluster_and_name = str(target.get("ResourceId"))
        name = service.get("ServiceName")
        referred = any(each is service for each in estate.named(cluster_and_name))
        if referred or (is_literal(name) and cluster_and_name.endswith(f"/{name}")):
            return number(target.get("MinCapacity"))
    return number(service.get("DesiredCount", 1))


def _calls(function: Resource, estate: Estate, period: float | None) -> float | None:
    """How often schedules call a function in a period; None if something else may, too."""
    rates = [
        match
        for rule in estate.users_of(function, "AWS::Events::Rule")
        if (match := RATE.fullmatch(str(rule.get("ScheduleExpression"))))
    ]
    if not rates or period is None:
        return None
    return sum(period / (int(each[1]) * SECONDS[each[2]]) for each in rates)


def fewest_of(reading: Reading, estate: Estate) -> float | None:
    """The least that a sign of life is as long as all is well; None where nobody says."""
    if (reading.namespace, reading.name) == ("AWS/ApplicationELB", "HealthyHostCount"):
        group = subject_of(reading, "TargetGroup", estate)
        return _tasks(group, estate) if group else None
    if (reading.namespace, reading.name) == ("AWS/Lambda", "Invocations"):
        function = subject_of(reading, "FunctionName", estate)
        return _calls(function, estate, reading.period) if function else None
    return None


_CEILINGS: Mapping[tuple[str, str], tuple[str, Callable[[Resource, Estate], float | None]]] = {
    ("AWS/RDS", "DatabaseConnections"): ("DBInstanceIdentifier", _connections),
    ("AWS/RDS", "FreeStorageSpace"): ("DBInstanceIdentifier", _storage),
    ("AWS/RDS", "FreeableMemory"): (
        "DBInstanceIdentifier",
        lambda database, _: memory_of(database.get("DBInstanceClass")),
    ),
    ("AWS/ElastiCache", "BytesUsedForCache"): ("clusterId", _data),
    ("AWS/Lambda", "Duration"): ("FunctionName", _timeout),
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): (
        "QueueName",
        lambda queue, _: number(queue.get("MessageRetentionPeriod", 345_600)),
    ),
    ("AWS/ApplicationELB", "TargetResponseTime"): ("LoadBalancer", _waiting),
}


def ceiling_of(reading: Reading, estate: Estate) -> float | None:
    """The most that a metric can reach where it is measured; None where nobody says."""
    known = _CEILINGS.get((reading.namespace, reading.name))
    subject = subject_of(reading, known[0], estate) if known else None
    most = known[1](subject, estate) if known and subject else None
    return most if most and most < ENDLESS else None
