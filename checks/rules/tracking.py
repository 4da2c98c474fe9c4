"""What scaling policies aim at, and how fast they move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.ecs import (
    SCALABLE,
    is_open,
    scaled,
    word,
)
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GUIDE = f"{DOCS}/autoscaling/application/userguide"
TRACKING = "TargetTrackingScalingPolicyConfiguration"
PREDEFINED = f"{TRACKING}.PredefinedMetricSpecification"
CUSTOM = f"{TRACKING}.CustomizedMetricSpecification"
# Utilizations, by the beginning of their names, and the services that have them.
UTILIZATIONS = {
    "ALBRequestCount": ("ecs", "ec2", "sagemaker"),
    "AppStream": ("appstream",),
    "Cassandra": ("cassandra",),
    "Comprehend": ("comprehend",),
    "DynamoDB": ("dynamodb",),
    "EC2": ("ec2",),
    "ECS": ("ecs",),
    "ElastiCache": ("elasticache",),
    "Kafka": ("kafka",),
    "Lambda": ("lambda",),
    "Neptune": ("neptune",),
    "RDS": ("rds",),
    "SageMaker": ("sagemaker",),
}
LEAST_LOAD, MOST_LOAD = 10, 90
SLOWEST_OUT, QUICKEST_IN, SLOWEST_IN = 300, 60, 3600
UNSAID_COOLDOWN = 300
CONFIGURATIONS = {
    "TargetTrackingScaling": TRACKING,
    "StepScaling": "StepScalingPolicyConfiguration",
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
}


def target_of(estate: Estate, policy: Resource) -> Resource | None:
    """The scalable target of a policy."""
    found = estate.at(policy.get("ScalingTargetId"))
    return found if found and found.kind == SCALABLE else None


def service_of(estate: Estate, policy: Resource) -> Resource | None:
    """The service whose tasks a policy counts."""
    target = target_of(estate, policy)
    return scaled(estate, target or policy)


@rule(
    "scaling-value",
    "ApplicationAutoScaling::ScalingPolicy",
    title="a policy aims at a load that leaves room and is reached",
    why="near 100 percent new capacity comes when it is late; near 0 everything runs all the time",
    source=f"{GUIDE}/application-auto-scaling-target-tracking.html",
)
def value(policy: Resource, _: Scene) -> Iterator[Fault]:
    """A share between 10 and 90 percent, anything else above 0."""
    path = f"{TRACKING}.TargetValue"
    aim = number(policy.get(path))
    if policy.get("PolicyType") != "TargetTrackingScaling" or is_open(policy.get(path)):
        return
    metric = str(policy.get(f"{PREDEFINED}.PredefinedMetricType"))
    if aim is None:
        message, remedy = "does not say what to aim at", "say TargetValue"
    elif metric.endswith("Utilization") and not LEAST_LOAD <= aim <= MOST_LOAD:
        message, remedy = f"aims at {aim:g} percent", f"aim at {LEAST_LOAD} to {MOST_LOAD}"
    elif aim <= 0:
        message, remedy = f"aims at {aim:g}", "aim at more than 0"
    else:
        return
    yield Fault(message=message, remedy=remedy, property=path)


@rule(
    "scaling-cooldowns",
    "ApplicationAutoScaling::ScalingPolicy",
    title="a policy adds within five minutes and removes later than it adds",
    why="capacity comes after the peak, or goes and comes back all the time",
    source=f"{GUIDE}/target-tracking-scaling-policy-overview.html",
)
def cooldowns(policy: Resource, _: Scene) -> Iterator[Fault]:
    """What is not said is five minutes, for both."""
    if policy.get("PolicyType") != "TargetTrackingScaling":
        return
    names = ("ScaleOutCooldown", "ScaleInCooldown")
    out, back = (number(policy.get(f"{TRACKING}.{name}", UNSAID_COOLDOWN)) for name in names)
    if out is not None and out > SLOWEST_OUT:
        yield Fault(
            message=f"waits {out:g} s before it adds more",
            remedy=f"say {SLOWEST_OUT} or less",
            property=f"{TRACKING}.ScaleOutCooldown",
        )
    if back is not None and not QUICKEST_IN <= back <= SLOWEST_IN:
        yield Fault(
            message=f"waits {back:g} s before it removes more",
            remedy=f"say {QUICKEST_IN} to {SLOWEST_IN}",
            property=f"{TRACKING}.ScaleInCooldown",
        )
    elif back is not None and out is not None and back < out:
        yield Fault(
            message=f"removes after {back:g} s and adds after {out:g}",
            remedy="let it add sooner than remove",
            property=f"{TRACKING}.ScaleInCooldown",
        )


@rule(
    "scaling-metric",
    "ApplicationAutoScaling::ScalingPolicy",
    title="a policy follows one metric, which its kind of resource has",
    why="AWS refuses a policy without a metric, and one whose metric never comes does nothing",
    source=f"{DOCS}/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html",
)
def metric(policy: Resource, scene: Scene) -> Iterator[Fault]:
    """Its configuration is of its type, with one kind of metric."""
    kind = word(policy.get("PolicyType", "StepScaling"))
    if kind not in CONFIGURATIONS and not is_open(kind):
        remedy = f"say one of {', '.join(CONFIGURATIONS)}"
        yield Fault(message=f"there is no policy {kind}", remedy=remedy, property="PolicyType")
    if kind in CONFIGURATIONS and policy.get(CONFIGURATIONS[kind]) is None:
        message = f"is a {kind} and says nothing of it"
        remedy = f"say {CONFIGURATIONS[kind]}"
        yield Fault(message=message, remedy=remedy, property=CONFIGURATIONS[kind])
    if kind != "TargetTrackingScaling" or not isinstance(policy.get(TRACKING), dict):
        return
    predefined, custom = policy.get(PREDEFINED), policy.get(CUSTOM)
    if (predefined is None) == (custom is None):
        message = "follows no metric" if predefined is None else "follows two metrics"
        yield Fault(message=message, remedy="name one metric", property=TRACKING)
    if isinstance(custom, dict) and not custom.get("Metrics") and not custom.get("MetricName"):
        message, remedy = "follows a metric and does not say which", "say Metrics or MetricName"
        yield Fault(message=message, remedy=remedy, property=CUSTOM)
    target = target_of(scene.estate, policy) or policy
    namespace = target.get("ServiceNamespace")
    name = policy.get(f"{PREDEFINED}.PredefinedMetricType")
    known = [services for start, services in UTILIZATIONS.items() if str(name).startswith(start)]
    if is_literal(name) and is_literal(namespace) and known and namespace not in known[0]:
        yield Fault(
            message=f"follows {name}, which {namespace} does not have",
            remedy=f"follow a metric of {namespace}",
            property=f"{PREDEFINED}.PredefinedMetricType",
        )
