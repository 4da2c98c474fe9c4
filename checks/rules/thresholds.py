"""Thresholds that can be reached, on the side that is bad, before the damage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.estate import listed
from checks.rules.alarms import GUIDE
from checks.rules.ceilings import ceiling_of, fewest_of
from checks.rules.cloudwatch import readings
from checks.rules.faults import wrong
from checks.rules.metric_catalog import meaning_of
from checks.rules.metric_meanings import FREE, PERCENT, Meaning
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.cloudwatch import Reading
    from checks.rules.rule import Scene

SCALING = ("AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::AutoScaling::ScalingPolicy")
ABOVE = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
BELOW = ("LessThanThreshold", "LessThanOrEqualToThreshold")
BANDS = (
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
)
# Below this share an alarm on little use is one on waste.
IDLE = 30
LITTLE_MEMORY = 32e6
# A fifth of them is in use on any day.
FILLING = {"DatabaseConnections", "BytesUsedForCache"}


def _judged(alarm: Resource, estate: Estate) -> Iterator[tuple[Reading, Meaning]]:
    """The metrics that an alarm compares with its threshold, as far as they are known."""
    for reading in readings(estate).get(alarm, ()):
        if reading.sole and (meaning := meaning_of(reading.namespace, reading.name)):
            yield reading, meaning


@rule(
    "alarms-direction",
    "CloudWatch::Alarm",
    title="alarms ring when things get worse",
    why="turned round, it is red in peace and green in trouble",
    source=f"{GUIDE}/Best_Practice_Recommended_Alarms_AWS_Services.html",
)
def direction(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """Above where much is bad, below where little is; scaling in and finding waste may differ."""
    operator, threshold = alarm.get("ComparisonOperator"), number(alarm.get("Threshold"))
    actions = [known_at(scene.estate, each) for each in listed(alarm.get("AlarmActions"))]
    if threshold is None or any(each and each.kind in SCALING for each in actions):
        return
    for reading, meaning in _judged(alarm, scene.estate):
        idle = meaning.most == PERCENT.most and threshold <= IDLE
        if (operator in BELOW and meaning.harm == "high" and not idle) or (
            operator in ABOVE and meaning.harm == "low"
        ):
            yield Fault(
                message=f"{reading.name} is bad when it is {meaning.harm}",
                remedy="turn the comparison round",
                property="ComparisonOperator",
            )
            return


@rule(
    "alarms-threshold",
    "CloudWatch::Alarm",
    title="thresholds lie where the metric can be on both sides of them",
    why="an alarm that can't ring is none, and one that always rings is switched off soon",
    source=f"{GUIDE}/AlarmThatSendsEmail.html",
)
def threshold(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """Between nothing and the most that the metric can be, there."""
    operator, value = alarm.get("ComparisonOperator"), number(alarm.get("Threshold"))
    known = (*ABOVE, *BELOW, *BANDS)
    if operator is None or (is_literal(operator) and operator not in known):
        message = f"{operator} compares nothing"
        yield wrong("ComparisonOperator", message, f"say one of {', '.join(known)}")
    if "Threshold" not in alarm.properties and "ThresholdMetricId" not in alarm.properties:
        yield wrong("Threshold", "no threshold", "say when it rings")
    if value is None:
        return
    for reading, meaning in _judged(alarm, scene.estate):
        most = _most(reading, meaning, scene.estate)
        if said := _one_sided(operator, value, most):
            reach = f"0 to {most:g}" if most else "0 and more"
            yield Fault(
                message=f"it {said} rings: {reading.name} is {reach}, the threshold {value:g}",
                remedy="set a threshold in the metric's own unit",
                property="Threshold",
            )
            return


def _most(reading: Reading, meaning: Meaning, estate: Estate) -> float | None:
    # Containers on instances may use more than they reserve.
    if reading.namespace == "AWS/ECS" and estate.of("AWS::AutoScaling::AutoScalingGroup"):
        return None
    return ceiling_of(reading, estate) or meaning.most


def _one_sided(operator: object, value: float, most: float | None) -> str:
    match operator:
        case "GreaterThanThreshold":
            never, always = most is not None and value >= most, value < 0
        case "GreaterThanOrEqualToThreshold":
            never, always = most is not None and value > most, value <= 0
        case "LessThanThreshold":
            never, always = value <= 0, most is not None and value > most
        case "LessThanOrEqualToThreshold":
            never, always = value < 0, most is not None and value >= most
        case _:
            return ""
    return "never" if never else "always" if always else ""


@rule(
    "alarms-plausible",
    "CloudWatch::Alarm",
    title="thresholds lie outside of ordinary operation and before the damage",
    why="one that rings every day is ignored, one that rings too late might as well be missing",
    source=f"{GUIDE}/Best_Practice_Recommended_Alarms_AWS_Services.html",
    severity="warning",
)
def plausible(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """Within what is usual for the metric, often a slip of unit or of a digit otherwise."""
    operator, value = alarm.get("ComparisonOperator"), number(alarm.get("Threshold"))
    if value is None or operator not in ABOVE + BELOW:
        return
    for reading, meaning in _judged(alarm, scene.estate):
        usual = _usual(reading, meaning, scene.estate)
        if usual is None or (operator in ABOVE) != (meaning.harm == "high"):
            continue
        low, high = usual
        # What is as bad as it can be may be asked for; what is merely usual may not.
        reached = value >= high and meaning.harm == "high" and meaning.most is None
        if value < low or value > high or reached:
            yield Fault(
                message=f"{value:g} is far from what matters of {reading.name}",
                remedy=f"stay between {low:g} and {high:g}, in the metric's own unit",
                property="Threshold",
            )
            return


def _usual(reading: Reading, meaning: Meaning, estate: Estate) -> tuple[float, float] | None:
    fewest = fewest_of(reading, estate)
    if fewest is not None:
        return 0, fewest
    most = ceiling_of(reading, estate)
    if most is None or reading.name == "TargetResponseTime":
        return meaning.usual
    if meaning is FREE:
        return (most / 25 if reading.name == "FreeStorageSpace" else LITTLE_MEMORY), most / 2
    return (most / 5 if reading.name in FILLING else 0), most
