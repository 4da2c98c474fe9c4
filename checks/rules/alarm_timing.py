"""How alarms evaluate: periods, the time until they ring, alarms made of alarms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.functions import REFERENCE
from checks.rules.cloudwatch import readings
from checks.rules.naming import known_at, names_of
from checks.rules.published import filters_of
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring"
ALARM = "AWS::CloudWatch::Alarm"
COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
CALL = re.compile(r"\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*[\"']?([^\"')]*)")
MINUTE = 60
LATEST = 30 * MINUTE
LATEST_OUTAGE = 5 * MINUTE
# Published once a day, or about what changes over days.
DAILY = {"AWS/S3", "AWS/CertificateManager", "AWS/Billing", "AWS/Backup", "AWS/Usage"}
OUTAGE = re.compile(r"HealthyHostCount|HealthCheckStatus|5XX|5xx|StatusCheckFailed")


@rule(
    "alarms-prompt",
    "CloudWatch::Alarm",
    title="alarms ring within half an hour, those of an outage within five minutes",
    why="customers tell you before the alarm does",
    source="https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_withstand_component_failures_monitoring_health.html",
    production=True,
    severity="warning",
)
def prompt(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """The data points that it needs don't take longer than that to come."""
    needed = number(alarm.get("DatapointsToAlarm", alarm.get("EvaluationPeriods")))
    read = readings(scene.estate).get(alarm, ())
    if needed is None or any(each.namespace in DAILY for each in read):
        return
    outage = any(OUTAGE.search(each.name) for each in read)
    latest = LATEST_OUTAGE if outage else LATEST
    for path, seconds in periods(alarm):
        if seconds * needed > latest:
            yield Fault(
                message=f"it rings after {seconds * needed / MINUTE:g} minutes at the earliest",
                remedy=f"ring within {latest / MINUTE:g} minutes",
                property=path,
            )


@rule(
    "alarms-composite",
    "CloudWatch::CompositeAlarm",
    title="composite alarms are made of alarms that exist",
    why="an alarm that is not there never rings, and the deployment fails",
    source=f"{GUIDE}/alarm-combining.html",
)
def composite(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """Every name in the rule is an alarm of the estate, or an ARN of another one."""
    said = alarm.get("AlarmRule")
    if not isinstance(said, str):
        return
    known = {
        name for kind in (ALARM, COMPOSITE) for name in names_of(scene.estate, kind, "AlarmName")
    }
    for name in CALL.findall(said):
        found = known_at(scene.estate, name) if REFERENCE.fullmatch(name) else None
        if found is not None and found.kind not in (ALARM, COMPOSITE):
            problem = f"{found.ref} is no alarm"
        elif is_literal(name) and not name.startswith("arn:") and not {name.lower(), "*"} & known:
            problem = f"no alarm is called {name}"
        else:
            continue
        yield Fault(message=problem, remedy="name an alarm", property="AlarmRule")


@rule(
    "alarms-period",
    "CloudWatch::Alarm",
    title="periods and numbers of them are such that CloudWatch can evaluate",
    why="CloudWatch refuses the alarm, or it never has the data that it waits for",
    source=f"{GUIDE}/alarm-evaluation.html",
)
def period(alarm: Resource, _: Scene) -> Iterator[Fault]:
    """Ten, twenty, thirty, or whole minutes; a day at most, a week of hours."""
    count = _whole(alarm, "EvaluationPeriods")
    if count is None and number(alarm.get("EvaluationPeriods", 0)) is not None:
        yield _refused("EvaluationPeriods", "periods to evaluate are a whole number from 1")
    needed = alarm.get("DatapointsToAlarm")
    if needed is not None and number(needed) is not None:
        whole = _whole(alarm, "DatapointsToAlarm")
        if whole is None or (count is not None and whole > count):
            yield _refused("DatapointsToAlarm", "needs more data points than it looks at, or none")
    for path, seconds in periods(alarm):
        if seconds not in (10, 20, 30) and (seconds < 60 or seconds % 60):
            yield _refused(path, f"{seconds:g} s is no period of CloudWatch")
        elif count and seconds * count > (86_400 if seconds < 3_600 else 604_800):
            yield _refused(path, f"{count} periods of {seconds:g} s are more than it keeps")


@rule(
    "alarms-resolution",
    "CloudWatch::Alarm",
    title="metrics are read as often as they are published",
    why="without a period nothing is read; between two points a minute apart there is no data",
    source=f"{GUIDE}/cloudwatch_concepts.html#Resolution_definition",
)
def resolution(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """Each has a period, of a minute or more where no program publishes it."""
    for reading in readings(scene.estate).get(alarm, ()):
        rare = not reading.custom or filters_of(scene.estate, reading)
        if rare and reading.name and reading.period in (10, 20, 30):
            message = f"{reading.name} is published once a minute at most"
            yield _refused(reading.base.replace("Metric.", "Period") or "Period", message)
    queries = alarm.mappings("Metrics")
    if not queries and "Period" not in alarm.properties:
        yield _refused("Period", "a metric without a period is not evaluated")
    for at, query in enumerate(queries):
        measured = query.get("MetricStat")
        asks = "SELECT" in str(query.get("Expression")) and "Period" not in query
        if asks or (isinstance(measured, dict) and "Period" not in measured):
            place = f"Metrics.{at}" if asks else f"Metrics.{at}.MetricStat"
            yield _refused(f"{place}.Period", "a metric without a period is not evaluated")


def _refused(path: str, message: str) -> Fault:
    return Fault(message=message, remedy="see the limits of alarms", property=path)


def _whole(alarm: Resource, name: str) -> int | None:
    value = number(alarm.get(name))
    return int(value) if value is not None and value >= 1 and value == int(value) else None


def periods(alarm: Resource) -> Iterator[tuple[str, float]]:
    """The periods of an alarm and where they stand."""
    if (seconds := number(alarm.get("Period"))) is not None:
        yield "Period", seconds
    for at, query in enumerate(alarm.mappings("Metrics")):
        measured = query.get("MetricStat")
        inner = measured.get("Period") if isinstance(measured, dict) else None
        for path, value in (
            (f"Metrics.{at}.Period", query.get("Period")),
            (f"Metrics.{at}.MetricStat.Period", inner),
        ):
            if (seconds := number(value)) is not None:
                yield path, seconds
