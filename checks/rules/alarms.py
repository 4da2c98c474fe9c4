"""Alarms that somebody hears, in time, and that say what silence means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.estate import listed, texts
from checks.rules.naming import absent, known_at
from checks.rules.rule import Fault, rule
from checks.rules.values import is_false, is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring"
COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
TOPIC = "AWS::SNS::Topic"
SUBSCRIPTION = "AWS::SNS::Subscription"
ACTING = {
    TOPIC,
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::AutoScaling::ScalingPolicy",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Function",
    "AWS::Lambda::Version",
    "AWS::SSMIncidents::ResponsePlan",
}
ACTION = re.compile(r"arn:[\w-]+:(sns|lambda|ssm|ssm-incidents|autoscaling|automate|swf|aiops):")
# What acts on an alarm by its name at any time; ECS does so during deployments only.
READERS = ("AWS::Route53::HealthCheck", COMPOSITE)
TREATMENTS = {"breaching", "notBreaching", "missing"}


@rule(
    "alarms-told",
    "CloudWatch::Alarm",
    "CloudWatch::CompositeAlarm",
    title="alarms tell somebody, or something, when they ring",
    why="an alarm without an action turns red in a console that nobody looks at",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",
)
def told(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """There are actions, and they are on; who reads the alarm by its name counts, too."""
    if is_false(alarm.get("ActionsEnabled")):
        yield Fault(
            message="its actions are switched off",
            remedy="take ActionsEnabled away, or set it to true",
            property="ActionsEnabled",
        )
    if not listed(alarm.get("AlarmActions")) and not _is_read(alarm, scene.estate):
        yield Fault(
            message="nobody is told when it rings",
            remedy="name a topic in AlarmActions",
            property="AlarmActions",
        )


def _is_read(alarm: Resource, estate: Estate) -> bool:
    if estate.users_of(alarm, *READERS):
        return True
    name = alarm.get("AlarmName")
    return isinstance(name, str) and any(
        name == text or f'"{name}"' in text
        for reader in estate.of(*READERS)
        for text in texts(reader.properties)
    )


@rule(
    "alarms-heard",
    "CloudWatch::Alarm",
    "CloudWatch::CompositeAlarm",
    title="every action of an alarm leads to somebody who hears it",
    why="a topic without a subscription, or an address that is none, swallows what it is told",
    source=f"{GUIDE}/alarm-actions.html",
)
def heard(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """Actions are ARNs or things that act; topics have somebody who listens."""
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        actions = listed(alarm.get(name))
        for number_, action in enumerate(actions):
            if problem := _unheard(action, scene.estate):
                yield Fault(
                    message=problem,
                    remedy="name a topic that has a subscription",
                    property=f"{name}.{number_}",
                )
        if len(actions) > 5 or len({str(each) for each in actions}) < len(actions):
            yield Fault(
                message="more than five actions, or one of them twice",
                remedy="name each action once, five at most",
                property=name,
            )


def _unheard(action: Any, estate: Estate) -> str:
    if is_literal(action):
        return "" if ACTION.match(action) else f"{action} is no ARN of an action"
    target = known_at(estate, action)
    if target is None:
        return ""
    if target.kind not in ACTING:
        return f"{target.ref} is a {target.kind} and does nothing when it is told"
    if target.kind == TOPIC and not is_listened_to(target, estate):
        return f"nobody is subscribed to {target.ref}"
    return ""


def is_listened_to(topic: Resource, estate: Estate) -> bool:
    """Whether a topic has a subscription, inside itself or beside it."""
    if topic.mappings("Subscription"):
        return True
    subscribed = (each.get("TopicArn") for each in estate.users_of(topic, SUBSCRIPTION))
    return any(known_at(estate, each) is topic for each in subscribed) or any(
        body.get("Type") == SUBSCRIPTION for body in absent(estate).values()
    )


@rule(
    "alarms-recovery",
    "CloudWatch::Alarm",
    "CloudWatch::CompositeAlarm",
    title="alarms that tell somebody also say when all is well again",
    why="whoever is called at night has to look again and again whether it is over",
    source=f"{GUIDE}/alarm-actions.html",
    severity="warning",
)
def recovery(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """Where people are told of trouble, they are told of its end."""
    loud = [known_at(scene.estate, each) for each in listed(alarm.get("AlarmActions"))]
    if any(each and each.kind == TOPIC for each in loud) and not listed(alarm.get("OKActions")):
        yield Fault(
            message="nobody is told when it is over",
            remedy="name the same topic in OKActions",
            property="OKActions",
        )


@rule(
    "alarms-missing-data",
    "CloudWatch::Alarm",
    title="alarms say whether missing data is trouble",
    why="by default an alarm without data is neither red nor green; `ignore` keeps the last colour",
    source=f"{GUIDE}/alarms-and-missing-data.html",
)
def missing_data(alarm: Resource, scene: Scene) -> Iterator[Fault]:
    """One of three treatments is named; what only scales waits for data."""
    treatment = alarm.get("TreatMissingData")
    actions = [known_at(scene.estate, each) for each in listed(alarm.get("AlarmActions"))]
    if actions and all(each and each.kind.endswith("::ScalingPolicy") for each in actions):
        return
    if treatment is None:
        yield Fault(
            message="nothing is said of missing data",
            remedy="set TreatMissingData to breaching or notBreaching",
            property="TreatMissingData",
        )
    elif treatment == "ignore":
        yield Fault(
            message="without data it stays as it is, red or green, for ever",
            remedy="set TreatMissingData to breaching or notBreaching",
            property="TreatMissingData",
        )
    elif is_literal(treatment) and treatment not in TREATMENTS:
        yield Fault(
            message=f"{treatment} is no treatment of missing data",
            remedy=f"use one of {', '.join(sorted(TREATMENTS))}",
            property="TreatMissingData",
        )


@rule(
    "alarms-missing-data-deliberate",
    "CloudWatch::Alarm",
    title="alarms know red and green only",
    why="an alarm that goes from red to INSUFFICIENT_DATA tells nobody, and looks like all is well",
    source=f"{GUIDE}/alarms-and-missing-data.html",
    severity="warning",
)
def deliberate(alarm: Resource, _: Scene) -> Iterator[Fault]:
    """`missing` is a third state, which needs an action of its own."""
    if alarm.get("TreatMissingData") == "missing" and not alarm.get("InsufficientDataActions"):
        yield Fault(
            message="without data it is neither red nor green, and tells nobody",
            remedy="set TreatMissingData to breaching or notBreaching",
            property="TreatMissingData",
        )


@rule(
    "alarms-described",
    "CloudWatch::Alarm",
    "CloudWatch::CompositeAlarm",
    title="alarms say what they mean",
    why="without it a name and a number is all that whoever is called at night gets to read",
    source="https://docs.aws.amazon.com/wellarchitected/latest/operational-excellence-pillar/ops_event_response_process_per_alert.html",
    severity="warning",
)
def described(alarm: Resource, _: Scene) -> Iterator[Fault]:
    """There is a description."""
    if not alarm.get("AlarmDescription"):
        yield Fault(
            message="nothing says what it means",
            remedy="say in AlarmDescription what is wrong, and what to do",
            property="AlarmDescription",
        )
