"""Figures of a service on Fargate: ports, health, numbers of tasks, releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.figures.figure import Figure, container_of, only
from checks.graph.routing import TARGETS
from checks.rules.values import attributes
from config import aws
from config.model.fargate import Canary, Linear, Rolling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from config.model.fargate import Fargate

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
STRATEGIES = {"blue-green": "BLUE_GREEN", "canary": "CANARY", "linear": "LINEAR"}


def service_figures(estate: Estate, name: str, spec: Fargate, field: str) -> Iterator[Figure]:
    """The figures of one service."""
    service = only(estate, "ECS::Service", name)

    def figure(key: str, path: str, wanted: Any) -> Figure:
        return Figure(field=f"{field}.{key}", wanted=wanted, resource=service, path=path)

    yield figure("shell", "EnableExecuteCommand", spec.shell is not None)
    rebalanced = "ENABLED" if spec.rebalanced else "DISABLED"
    yield figure("rebalance", "AvailabilityZoneRebalancing", rebalanced)
    yield from _rollout(spec, figure)
    yield from _numbers(estate, service, spec, field)
    if spec.routes and spec.health:
        yield figure("health.grace", "HealthCheckGracePeriodSeconds", spec.health.grace)
        yield from _targets(estate, service, spec, field)
    if spec.port:
        main = container_of(only(estate, "ECS::TaskDefinition", name), aws.MAIN_CONTAINER)
        ports = [each.get("ContainerPort") for each in main.get("PortMappings") or []]
        yield Figure(
            field=f"{field}.port",
            wanted=[spec.port],
            resource=only(estate, "ECS::TaskDefinition", name),
            path="ContainerDefinitions",
            found=ports,
            spread=True,
        )


def _rollout(spec: Fargate, figure: Any) -> Iterator[Figure]:
    deployment, rollout = "DeploymentConfiguration", spec.rollout
    if isinstance(rollout, Rolling):
        if not spec.singleton:
            yield figure(
                "rollout.min_percent", f"{deployment}.MinimumHealthyPercent", rollout.min_percent
            )
            yield figure("rollout.max_percent", f"{deployment}.MaximumPercent", rollout.max_percent)
        return
    yield figure("rollout.kind", f"{deployment}.Strategy", STRATEGIES[rollout.kind])
    yield figure("rollout.bake_minutes", f"{deployment}.BakeTimeInMinutes", rollout.bake_minutes)
    match rollout:
        case Canary():
            path = f"{deployment}.CanaryConfiguration"
            yield figure("rollout.percent", f"{path}.CanaryPercent", rollout.percent)
            yield figure(
                "rollout.step_minutes", f"{path}.CanaryBakeTimeInMinutes", rollout.step_minutes
            )
        case Linear():
            path = f"{deployment}.LinearConfiguration"
            yield figure("rollout.percent", f"{path}.StepPercent", rollout.percent)
            yield figure(
                "rollout.step_minutes", f"{path}.StepBakeTimeInMinutes", rollout.step_minutes
            )


def _numbers(
    estate: Estate, service: Resource | None, spec: Fargate, field: str
) -> Iterator[Figure]:
    least, most = spec.bounds
    if least == most:
        yield Figure(
            field=f"{field}.scale.min", wanted=least, resource=service, path="DesiredCount"
        )
        return
    target = _scaled(estate, service)
    for key, path, bound in (("min", "MinCapacity", least), ("max", "MaxCapacity", most)):
        yield Figure(field=f"{field}.scale.{key}", wanted=bound, resource=target, path=path)
    if not spec.scale:
        return
    policies = {
        _followed(each): each for each in (estate.users_of(target, POLICY) if target else ())
    }
    tracking = "TargetTrackingScalingPolicyConfiguration"
    for key, metric, wanted in (
        ("cpu", "ECSServiceAverageCPUUtilization", spec.scale.cpu),
        ("memory", "ECSServiceAverageMemoryUtilization", spec.scale.memory),
        ("requests_per_target", "ALBRequestCountPerTarget", spec.scale.requests_per_target),
        ("queue.per_task", "custom", spec.scale.queue.per_task if spec.scale.queue else None),
    ):
        if wanted is None:
            continue
        policy = policies.get(metric)
        for what, path, value in (
            (f"scale.{key}", "TargetValue", wanted),
            ("scale.out_cooldown", "ScaleOutCooldown", spec.scale.out_cooldown),
            ("scale.in_cooldown", "ScaleInCooldown", spec.scale.in_cooldown),
        ):
            yield Figure(
                field=f"{field}.{what}", wanted=value, resource=policy, path=f"{tracking}.{path}"
            )


def _scaled(estate: Estate, service: Resource | None) -> Resource | None:
    return next(iter(estate.users_of(service, TARGET) if service else ()), None)


def _followed(policy: Resource) -> str:
    path = "TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification"
    return str(policy.get(f"{path}.PredefinedMetricType", "custom"))


def _targets(
    estate: Estate, service: Resource | None, spec: Fargate, field: str
) -> Iterator[Figure]:
    health = spec.health
    arns = (
        [each.get("TargetGroupArn") for each in service.mappings("LoadBalancers")]
        if service
        else []
    )
    groups = [found for arn in arns if (found := estate.at(arn)) and found.kind == TARGETS]
    for group in (*groups, *(() if groups else (None,))):
        for key, path, wanted in (
            ("health.path", "HealthCheckPath", health and health.path),
            ("health.interval", "HealthCheckIntervalSeconds", health and health.interval),
            ("health.timeout", "HealthCheckTimeoutSeconds", health and health.timeout),
            ("health.healthy", "HealthyThresholdCount", health and health.healthy),
            ("health.unhealthy", "UnhealthyThresholdCount", health and health.unhealthy),
            ("health.codes", "Matcher.HttpCode", health and health.codes),
            ("port", "Port", spec.port),
        ):
            yield Figure(field=f"{field}.{key}", wanted=wanted, resource=group, path=path)
        said = attributes(group, "TargetGroupAttributes") if group else {}
        sticky = spec.sticky_hours
        for key, name, wanted in (
            ("draining", "deregistration_delay.timeout_seconds", spec.draining),
            ("sticky_hours", "stickiness.enabled", True if sticky else None),
            ("sticky_hours", "stickiness.lb_cookie.duration_seconds", sticky and sticky * 3600),
        ):
            if wanted is not None:
                yield Figure(
                    field=f"{field}.{key}",
                    wanted=wanted,
                    resource=group,
                    path="TargetGroupAttributes",
                    found=said.get(name),
                    spread=True,
                )
