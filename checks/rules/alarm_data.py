"""What alarms make of data: a statistic that fits, and what the lack of data means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.alarms import GUIDE
from checks.rules.cloudwatch import readings
from checks.rules.metric_catalog import meaning_of
from checks.rules.metric_meanings import LEVELS, PERCENTILE, SUM
from checks.rules.published import filters_of
from checks.rules.rule import Fault, rule
from checks.rules.thresholds import ABOVE, BELOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.cloudwatch import Reading
    from checks.rules.metric_meanings import Meaning
    from checks.rules.rule import Scene

STATISTICS = LEVELS | SUM | {"SampleCount"}


@rule(
    "alarms-statistic",
    "CloudWatch::Alarm",
    title="alarms take a statistic that says something about their metric",
    why="the average of a counter of errors is always one, the minimum of load is the best moment",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
)
def statistic(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """Counters are summed; of levels, the average, a percentile or the worst is taken."""
    if alarm.get("Statistic") and alarm.get("ExtendedStatistic"):
        yield _unfit("Statistic", "two statistics at once")
    for reading in readings(scene.estate).get(alarm, ()):
        taken = reading.statistic
        if taken is None:
            if reading.name and not reading.partial:
                yield _unfit(reading.statistic_at, f"no statistic of {reading.name} is taken")
            continue
        meaning = meaning_of(reading.namespace, reading.name)
        if taken not in STATISTICS and not PERCENTILE.match(taken):
            yield _unfit(reading.statistic_at, f"{taken} is no statistic")
        elif meaning is None:
            if taken != "Sum" and _counts_lines(reading, scene.estate):
                yield _unfit(reading.statistic_at, f"{taken} of ones is always one")
        elif not meaning.fits(taken):
            yield _unfit(reading.statistic_at, f"{taken} says nothing of {reading.name}")
        elif (meaning.harm, taken) in (("high", "Minimum"), ("low", "Maximum")):
            yield _unfit(reading.statistic_at, f"{taken} of {reading.name} is its best moment")


def _unfit(path: str, message: str) -> Fault:
    return Fault(
        message=message, remedy="sum what counts, else average or the worst", property=path
    )


def _counts_lines(reading: Reading, estate: Estate) -> bool:
    found = filters_of(estate, reading)
    return bool(found) and all(str(each.get("MetricValue")) == "1" for each in found)


@rule(
    "alarms-silence",
    "CloudWatch::Alarm",
    title="missing data counts as what it means for the metric",
    why="whoever has died sends no data, and where nothing happens there are no errors either",
    source=f"{GUIDE}/alarms-and-missing-data.html",
)
def silence(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """Missing signs of life are breaching, missing errors are not."""
    operator, treatment = alarm.get("ComparisonOperator"), alarm.get("TreatMissingData")
    for reading in readings(scene.estate).get(alarm, ()):
        if not reading.sole:
            continue
        meaning = meaning_of(reading.namespace, reading.name)
        filters = [] if meaning else filters_of(scene.estate, reading)
        silent = bool(filters) and all("DefaultValue" not in each for each in filters)
        if operator in BELOW and treatment == "notBreaching" and (silent or _lives(meaning)):
            message = f"without data {reading.name} may be gone, and the alarm stays green"
            remedy = "set TreatMissingData to breaching"
        elif operator in ABOVE and treatment == "breaching" and (silent or _is_sparse(meaning)):
            message = f"{reading.name} has no data where nothing happens: it rings then"
            remedy = "set TreatMissingData to notBreaching"
        else:
            continue
        yield Fault(message=message, remedy=remedy, property="TreatMissingData")
        return


def _lives(meaning: Meaning | None) -> bool:
    return meaning is not None and meaning.alive


def _is_sparse(meaning: Meaning | None) -> bool:
    return meaning is not None and meaning.sparse
