"""Filters that make metrics out of log lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.rules.cloudwatch import readings
from checks.rules.naming import known_at, words_of_absent
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

GROUP = re.compile(r"[A-Za-z0-9._/#-]+")
SIZES = ("", "Kilo", "Mega", "Giga", "Tera")
AMOUNTS = {f"{size}{unit}".capitalize() for size in SIZES for unit in ("bytes", "bits")}
UNITS = (
    {"None", "Count", "Count/Second", "Percent", "Seconds", "Milliseconds", "Microseconds"}
    | AMOUNTS
    | {f"{each}/Second" for each in AMOUNTS}
)
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs"
SELECTOR = re.compile(r"\$\.?[\w.\[\]\"'-]+|\$\w+")


@rule(
    "metrics-filter",
    "Logs::MetricFilter",
    title="metric filters find something and make a number of it",
    why="CloudWatch takes a filter that never matches, or one whose number is none, without a word",
    source=f"{LOGS}/FilterAndPatternSyntax.html",
)
def metric_filter(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A pattern, a log group, and a number or a part of the line as value."""
    if not resource.get("FilterPattern"):
        yield _faulty("FilterPattern", "every line counts", "say which lines count")
    group = resource.get("LogGroupName")
    found = known_at(scene.estate, group)
    literal = is_literal(group) and not GROUP.fullmatch(group)
    if not group or literal or (found is not None and found.kind != "AWS::Logs::LogGroup"):
        yield _faulty("LogGroupName", "it reads no log group", "name a log group")
    made = resource.mappings("MetricTransformations")
    if not made:
        yield _faulty("MetricTransformations", "it makes no metric", "name one")
    for at, each in enumerate(made):
        path = f"MetricTransformations.{at}"
        if not each.get("MetricName") or not each.get("MetricNamespace"):
            yield _faulty(path, "its metric has no name, or no namespace", "name both")
        namespace = each.get("MetricNamespace")
        if isinstance(namespace, str) and namespace.startswith("AWS/"):
            yield _faulty(f"{path}.MetricNamespace", f"{namespace} is AWS's own", "choose another")
        unit = each.get("Unit", "None")
        if is_literal(unit) and unit not in UNITS:
            yield _faulty(f"{path}.Unit", f"{unit} is no unit", "say Count, Milliseconds …")
        value = each.get("MetricValue")
        if value is None or (
            is_literal(value) and number(value) is None and not SELECTOR.fullmatch(value)
        ):
            yield _faulty(f"{path}.MetricValue", f"{value} is no number", "say 1, or $.part")
        if each.get("DefaultValue") is not None and each.get("Dimensions"):
            yield _faulty(f"{path}.DefaultValue", "not together with dimensions", "drop one")


def _faulty(path: str, message: str, remedy: str) -> Fault:
    return Fault(message=message, remedy=remedy, property=path)


@rule(
    "metrics-used",
    "Logs::MetricFilter",
    title="metrics made of logs are read by an alarm, a dashboard or a policy",
    why="nobody sees what it finds, and a custom metric costs money",
    source=f"{LOGS}/MonitoringLogData.html",
    severity="warning",
)
def used(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Somebody reads the metric by its name and namespace."""
    read = {
        (each.namespace, each.name) for some in readings(scene.estate).values() for each in some
    }
    for at, each in enumerate(resource.mappings("MetricTransformations")):
        name = each.get("MetricName")
        if is_literal(name) and name not in words_of_absent(scene.estate):
            namespaces = {namespace for namespace, known in read if known == name}
            if not namespaces & {str(each.get("MetricNamespace")), ""}:
                yield _faulty(f"MetricTransformations.{at}", f"nobody reads {name}", "set an alarm")
