"""Reading what alarms, scaling policies and dashboards read: metrics, plain, in math, in SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.rules.values import is_false, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource

ALARM = "AWS::CloudWatch::Alarm"
DASHBOARD = "AWS::CloudWatch::Dashboard"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
TRACKING = "TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification"
QUERY = re.compile(
    r"SELECT\s+(\w+)\s*\(\s*\"?([^\")]+?)\"?\s*\)\s+FROM\s+(?:SCHEMA\(\s*)?\"?([\w./-]+)\"?"
    r"([^)]*\))?(?:.*?\bWHERE\b(.*?)(?:GROUP BY|ORDER BY|LIMIT|$))?",
    re.IGNORECASE | re.DOTALL,
)
EQUALS = re.compile(r"\"?(\w+)\"?\s*=\s*'([^']*)'")
STATISTICS = {"AVG": "Average", "MAX": "Maximum", "MIN": "Minimum", "SUM": "Sum"}
OVER_ALL = re.compile(r"\s*(MAX|MIN|AVG|SUM)\s*\(\s*METRICS\(.*\)\s*\)\s*")


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """One metric that somebody reads, and where in its properties.

    `sole` says that what is compared with a threshold is in this metric's unit, `partial` that a
    query names only some of the dimensions.
    """

    holder: Resource
    namespace: str
    name: str
    base: str = ""
    statistic: str | None = None
    statistic_at: str = ""
    period: float | None = None
    dimensions: Mapping[str, Any] = field(default_factory=dict)
    sole: bool = True
    partial: bool = False

    def at(self, name: str) -> str:
        """The path of a property of the metric; a query and a dashboard have but one."""
        return self.base if self.partial or self.holder.kind == DASHBOARD else f"{self.base}{name}"

    @property
    def custom(self) -> bool:
        """Whether no service of AWS publishes it by itself."""
        return bool(self.namespace) and not self.namespace.startswith(
            ("AWS/", "ECS/", "ContainerInsights", "LambdaInsights", "CWAgent", "Glue", "<")
        )


@lru_cache(maxsize=8)
def readings(estate: Estate) -> Mapping[Resource, tuple[Reading, ...]]:
    """Everything that is read of CloudWatch, by who reads it."""
    found = {each: tuple(_of_alarm(each)) for each in estate.of(ALARM)}
    found |= {each: tuple(_of_policy(each)) for each in estate.of(POLICY)}
    return found | {each: tuple(_of_dashboard(each)) for each in estate.of(DASHBOARD)}


def _dimensions(value: Any) -> dict[str, Any]:
    return {
        str(each.get("Name")): each.get("Value") for each in listed(value) if isinstance(each, dict)
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _of_alarm(alarm: Resource) -> Iterator[Reading]:
    if alarm.mappings("Metrics"):
        yield from _of_queries(alarm, "Metrics", alarm.get("Period"))
        return
    extended = alarm.get("ExtendedStatistic")
    yield Reading(
        holder=alarm,
        namespace=_text(alarm.get("Namespace")),
        name=_text(alarm.get("MetricName")),
        statistic=_text(extended or alarm.get("Statistic")) or None,
        statistic_at="ExtendedStatistic" if extended else "Statistic",
        period=number(alarm.get("Period")),
        dimensions=_dimensions(alarm.get("Dimensions")),
    )


def _of_policy(policy: Resource) -> Iterator[Reading]:
    asked = policy.get(TRACKING)
    if not isinstance(asked, dict):
        return
    yield from _of_queries(policy, f"{TRACKING}.Metrics", None)
    if "MetricName" in asked:
        yield Reading(
            holder=policy,
            namespace=_text(asked.get("Namespace")),
            name=_text(asked.get("MetricName")),
            base=f"{TRACKING}.",
            statistic=_text(asked.get("Statistic")) or None,
            statistic_at=f"{TRACKING}.Statistic",
            dimensions=_dimensions(asked.get("Dimensions")),
        )


def _of_queries(holder: Resource, path: str, period: Any) -> Iterator[Reading]:
    queries = [each if isinstance(each, dict) else {} for each in listed(holder.get(path))]
    returned = [each for each in queries if not is_false(each.get("ReturnData", True))]
    expression = _text(returned[0].get("Expression")) if len(returned) == 1 else ""
    over_all = OVER_ALL.fullmatch(expression)
    for at, query in enumerate(queries):
        measured = query.get("MetricStat")
        if isinstance(measured, dict) and isinstance(metric := measured.get("Metric"), dict):
            statistic = _text(measured.get("Stat")) or None
            counted = statistic == "Sum" or not over_all or over_all[1] != "SUM"
            yield Reading(
                holder=holder,
                namespace=_text(metric.get("Namespace")),
                name=_text(metric.get("MetricName")),
                base=f"{path}.{at}.MetricStat.Metric.",
                statistic=statistic,
                statistic_at=f"{path}.{at}.MetricStat.Stat",
                period=number(measured.get("Period", period)),
                dimensions=_dimensions(metric.get("Dimensions")),
                sole=returned == [query]
                or expression == query.get("Id")
                or bool(over_all and counted),
            )
        yield from _of_query(holder, query, f"{path}.{at}.Expression", sole=returned == [query])


def _of_query(
    holder: Resource, query: Mapping[str, Any], path: str, *, sole: bool
) -> Iterator[Reading]:
    expression = query.get("Expression", query.get("expression"))
    match = QUERY.match(expression.strip()) if isinstance(expression, str) else None
    if match:
        yield Reading(
            holder=holder,
            namespace=match[3],
            name=match[2],
            base=path,
            statistic=STATISTICS.get(match[1].upper()),
            statistic_at=path,
            period=number(query.get("Period")),
            dimensions=dict(EQUALS.findall(match[5] or "")),
            sole=sole,
            partial=True,
        )


def body_of(dashboard: Resource) -> dict[str, Any] | None:
    """What a dashboard shows; None if that cannot be read."""
    body = dashboard.get("DashboardBody")
    found = _parsed(body) if isinstance(body, str) else body
    return found if isinstance(found, dict) else None


@lru_cache(maxsize=16)
def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _of_dashboard(dashboard: Resource) -> Iterator[Reading]:
    for widget in listed((body_of(dashboard) or {}).get("widgets")):
        shown = widget.get("properties") if isinstance(widget, dict) else None
        former: list[Any] = []
        for row in listed(shown.get("metrics")) if isinstance(shown, dict) else []:
            if isinstance(row, list) and row and isinstance(row[0], dict):
                yield from _of_query(dashboard, row[0], "DashboardBody", sole=False)
            elif isinstance(row, list):
                options = next((each for each in row if isinstance(each, dict)), {})
                former = _spelled([each for each in row if not isinstance(each, dict)], former)
                yield _of_row(dashboard, former, options)


def _spelled(row: list[Any], former: list[Any]) -> list[Any]:
    """A row without its abbreviations: `.` is what stood here before, `...` all up to here."""
    if row[:1] == ["..."]:
        row = [*former[: len(former) - len(row) + 1], *row[1:]]
    return [former[at] if each == "." and at < len(former) else each for at, each in enumerate(row)]


def _of_row(dashboard: Resource, row: list[Any], options: Mapping[str, Any]) -> Reading:
    return Reading(
        holder=dashboard,
        namespace=_text(row[0]) if row else "",
        name=_text(row[1]) if len(row) > 1 else "",
        base="DashboardBody",
        statistic=_text(options.get("stat")) or None,
        statistic_at="DashboardBody",
        dimensions={str(name): value for name, value in zip(row[2::2], row[3::2], strict=False)},
        sole=False,
    )
