"""Metric arithmetic, in alarms and in scaling policies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.functions import REFERENCE
from checks.rules.cloudwatch import ALARM, TRACKING
from checks.rules.faults import wrong
from checks.rules.rule import Fault, rule
from checks.rules.values import is_false

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

API = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference"
IDENTIFIER = re.compile(r"[a-z][A-Za-z0-9_]*")
# Names in an expression that are no function: METRICS( and IF( are, m1 is not.
USED = re.compile(r"(?<![\w\"'.])([a-z][A-Za-z0-9_]*)\b(?!\s*\()")
QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
ALL_OF_THEM = re.compile(r"\b(METRICS|SELECT|SEARCH)\b", re.IGNORECASE)


@rule(
    "alarms-arithmetic",
    "CloudWatch::Alarm",
    "ApplicationAutoScaling::ScalingPolicy",
    title="metric arithmetic has one result, made of metrics that are there",
    why="CloudWatch refuses it, or it watches less than it seems to",
    source=f"{API}/API_MetricDataQuery.html",
)
def arithmetic(holder: Resource, _: Scene) -> Iterator[Fault]:
    """One query returns data, ids are plain and unique, and each metric is used."""
    path = "Metrics" if holder.kind == ALARM else f"{TRACKING}.Metrics"
    queries = holder.mappings(path)
    if not queries:
        return
    ids = [str(each.get("Id", "")) for each in queries]
    returned = [at for at, each in enumerate(queries) if not is_false(each.get("ReturnData"))]
    # A band of what is usual is returned beside the metric.
    if len(returned) != (2 if "ThresholdMetricId" in holder.properties else 1):
        yield wrong(path, f"{len(returned)} of its queries return data", "let exactly one")
    for at, query in enumerate(queries):
        name = ids[at]
        if "<" not in name and (ids.count(name) > 1 or not IDENTIFIER.fullmatch(name)):
            yield wrong(
                f"{path}.{at}.Id", f"'{name}' is no id, or not the only one", "say m1, m2 …"
            )
        if ("Expression" in query) == ("MetricStat" in query):
            yield wrong(f"{path}.{at}", "neither a metric nor an expression, or both", "say one")
        measured = query.get("MetricStat")
        if isinstance(measured, dict) and not measured.get("Metric"):
            yield wrong(f"{path}.{at}.MetricStat.Metric", "it measures nothing", "name a metric")
    measured_ = [str(each.get("MetricStat")) for each in queries if "MetricStat" in each]
    if len(set(measured_)) < len(measured_):
        yield wrong(path, "two of its metrics are the same one", "name each once")
    if not any(REFERENCE.search(str(each.get("Expression"))) for each in queries):
        yield from _unknown_and_unused(queries, ids, returned, path)


def _unknown_and_unused(
    queries: list[dict[str, Any]], ids: list[str], returned: list[int], path: str
) -> Iterator[Fault]:
    used: set[str] = set()
    for at, query in enumerate(queries):
        expression = query.get("Expression")
        if not isinstance(expression, str):
            continue
        if ALL_OF_THEM.search(expression):
            used |= set(ids)
            continue
        names = set(USED.findall(QUOTED.sub("", expression)))
        used |= names
        for name in sorted(names - set(ids)):
            yield wrong(
                f"{path}.{at}.Expression", f"there is no metric {name}", "name one of its ids"
            )
    for at, name in enumerate(ids):
        if at not in returned and name not in used:
            yield wrong(f"{path}.{at}", f"nothing is made of metric {name}", "use it, or drop it")
