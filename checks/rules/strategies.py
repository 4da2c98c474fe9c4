"""Deployments that move traffic step by step, and are watched meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.ecs import (
    DEPLOYMENT,
    all_groups,
    inside,
    is_open,
    scalables,
    shifts,
)
from checks.rules.releases import alarms_of
from checks.rules.rule import Fault, rule
from checks.rules.values import attributes, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GUIDE = f"{DOCS}/AmazonECS/latest/developerguide"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
LONGEST_BAKE = 1440
# CloudFormation rejects what would take longer: it gives up after 36 hours itself.
LONGEST_SHIFT = 33 * 60
# Metrics of a balancer arrive with a delay.
LATE = 2
STEPS = {"CANARY": "CanaryConfiguration", "LINEAR": "LinearConfiguration"}


def _window(estate: Estate, service: Resource) -> float:
    """The minutes after which the slowest of a service's alarms has seen a fault."""
    found = [0.0]
    for _, alarm in alarms_of(estate, service):
        if alarm:
            stats = [inside(each, "MetricStat.Period") for each in alarm.mappings("Metrics")]
            periods = [number(each) or 0 for each in (alarm.get("Period"), *stats)]
            found.append(max(periods) * (number(alarm.get("EvaluationPeriods")) or 1) / 60)
    return max(found) + LATE if len(found) > 1 else 1


@rule(
    "deployments-bake",
    "ECS::Service",
    title="a shift of traffic is watched for as long as its alarms need, and a day at most",
    why="what is not said is 36 hours, in which CloudFormation gives up; with no time at all the"
    " old tasks are gone before an alarm can ring",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html",
)
def bake(service: Resource, scene: Scene) -> Iterator[Fault]:
    """Of the whole, and of each step."""
    if not shifts(service):
        return
    least = _window(scene.estate, service)
    strategy = str(service.get(f"{DEPLOYMENT}.Strategy"))
    path = f"{DEPLOYMENT}.BakeTimeInMinutes"
    whole = service.get(path)
    if whole is None:
        yield Fault(
            message="a deployment takes 36 hours, as nobody says how long to watch",
            remedy="say BakeTimeInMinutes, such as 10",
            property=path,
        )
    step = _step(service, strategy)
    first = f"{DEPLOYMENT}.{STEPS.get(strategy)}.{'Canary' if strategy == 'CANARY' else 'Step'}"
    for where, minutes in ((path, number(whole)), (f"{first}BakeTimeInMinutes", step)):
        if minutes is not None and not least <= minutes <= LONGEST_BAKE:
            yield Fault(
                message=f"is watched for {minutes:g} min, and its alarms need {least:g}"
                if minutes < least
                else f"is watched for {minutes:g} min",
                remedy=f"say {least:g} to {LONGEST_BAKE} minutes",
                property=where,
            )


def _step(service: Resource, strategy: str) -> float | None:
    """The minutes that each step waits; AWS has defaults of its own."""
    if strategy == "CANARY":
        return number(service.get(f"{DEPLOYMENT}.CanaryConfiguration.CanaryBakeTimeInMinutes", 10))
    if strategy == "LINEAR":
        return number(service.get(f"{DEPLOYMENT}.LinearConfiguration.StepBakeTimeInMinutes", 6))
    return None


@rule(
    "deployments-steps",
    "ECS::Service",
    title="a canary is a small part, steps are several, and all fit into a day and a half",
    why="a first step of most of the traffic spares nobody, and CloudFormation waits 33 hours",
    source=f"{DOCS}/AWSCloudFormation/latest/TemplateReference/"
    "aws-properties-ecs-service-linearconfiguration.html",
)
def steps(service: Resource, _: Scene) -> Iterator[Fault]:
    """Shares within what makes sense, for the strategy that is used."""
    strategy = str(service.get(f"{DEPLOYMENT}.Strategy", "ROLLING"))
    if is_open(strategy):
        return
    for other, name in STEPS.items():
        if other != strategy and service.get(f"{DEPLOYMENT}.{name}") is not None:
            message = f"says steps that {strategy} does not take"
            remedy = f"set Strategy to {other}, or remove it"
            yield Fault(message=message, remedy=remedy, property=f"{DEPLOYMENT}.{name}")
    canary, linear = (f"{DEPLOYMENT}.{name}" for name in STEPS.values())
    shares = {
        "CANARY": (f"{canary}.CanaryPercent", 5, 1),
        "LINEAR": (f"{linear}.StepPercent", 10, 3),
    }
    if strategy not in shares:
        return
    path, default, least = shares[strategy]
    share = number(service.get(path, default))
    if share is None:
        return
    if not least <= share <= 50:
        yield Fault(
            message=f"moves {share:g} percent of the traffic at once",
            remedy=f"move {least} to 50 percent",
            property=path,
        )
    count = 1 if strategy == "CANARY" else max(int(100 / max(share, 0.1)) - (100 % share == 0), 1)
    whole = number(service.get(f"{DEPLOYMENT}.BakeTimeInMinutes")) or 0
    minutes = whole + count * (_step(service, strategy) or 0)
    if minutes > LONGEST_SHIFT:
        yield Fault(
            message=f"takes {minutes / 60:.0f} hours in all",
            remedy="take fewer or shorter steps: CloudFormation waits 33 hours",
            property=DEPLOYMENT,
        )


@rule(
    "deployments-shifted-metrics",
    "ECS::Service",
    title="a service whose traffic shifts has neither sticky clients nor scaling by requests",
    why="clients stay with the tasks that go, and the metric is bound to one of the two groups",
    source=f"{GUIDE}/blue-green-deployment-implementation.html",
)
def shifted_metrics(service: Resource, scene: Scene) -> Iterator[Fault]:
    """Nothing that is bound to one target group."""
    estate = scene.estate
    if not shifts(service):
        return
    for group in all_groups(estate, service):
        if attributes(group, "TargetGroupAttributes").get("stickiness.enabled") == "true":
            yield Fault(
                message="keeps clients with tasks that a deployment replaces",
                remedy="set stickiness.enabled to false",
                property="TargetGroupAttributes",
                at=group,
            )
    metric = "TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification"
    for target in scalables(estate, service):
        for policy in estate.users_of(target, POLICY):
            if policy.get(f"{metric}.PredefinedMetricType") == "ALBRequestCountPerTarget":
                yield Fault(
                    message="counts the requests of one target group, and traffic moves to another",
                    remedy="follow CPU or memory",
                    property=metric,
                    at=policy,
                )
