"""Services that outlive the loss of a task, a host or a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.ecs import (
    balanced,
    fewest,
    is_replicated,
    scalables,
)
from checks.rules.rule import Fault, rule
from checks.rules.values import attributes, is_false, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"


@rule(
    "availability-tasks",
    "ECS::Service",
    title="services behind a balancer run two tasks or more in production",
    why="one task is gone with its zone, its host or its own crash, and until the next one starts",
    source=f"{DOCS}/AmazonECS/latest/developerguide/service-load-balancing.html",
    production=True,
)
def tasks(service: Resource, scene: Scene) -> Iterator[Fault]:
    """The lower bound of scaling counts, or the number that is wanted."""
    count = fewest(scene.estate, service)
    if not balanced(service) or not is_replicated(service) or count is None or count >= 2:
        return
    targets = scalables(scene.estate, service)
    yield Fault(
        message=f"runs {count:g} task behind its balancer",
        remedy="run two or more",
        property="MinCapacity" if targets else "DesiredCount",
        at=targets[0] if targets else service,
    )


@rule(
    "availability-instances",
    "AppRunner::AutoScalingConfiguration",
    "AppRunner::Service",
    title="App Runner keeps two instances or more in production",
    why="App Runner spreads over zones what it has, and one instance is in one zone",
    source=f"{DOCS}/apprunner/latest/api/API_AutoScalingConfiguration.html",
    production=True,
)
def instances(resource: Resource, _: Scene) -> Iterator[Fault]:
    """What is not said is 1."""
    if resource.kind == "AWS::AppRunner::Service":
        if resource.get("AutoScalingConfigurationArn") is None:
            yield Fault(
                message="keeps one instance, which is what App Runner does by itself",
                remedy="name a configuration with a MinSize of 2 or more",
                property="AutoScalingConfigurationArn",
            )
        return
    least = number(resource.get("MinSize", 1))
    if least is not None and least < 2:
        yield Fault(
            message="keeps one instance, in one zone",
            remedy="set MinSize to 2 or more",
            property="MinSize",
        )


@rule(
    "availability-rebalancing",
    "ECS::Service",
    title="services of several tasks are spread over the zones again after a failure",
    why="after a zone came back all tasks may still stand in the others, until one of those fails",
    source=f"{DOCS}/AmazonECS/latest/developerguide/service-rebalancing.html",
    production=True,
)
def rebalancing(service: Resource, scene: Scene) -> Iterator[Fault]:
    """Unless there is no room for one task more; a new service that says nothing has it."""
    count = fewest(scene.estate, service) or 0
    most = number(service.get("DeploymentConfiguration.MaximumPercent", 200)) or 0
    if (
        is_replicated(service)
        and count >= 2
        and most > 100
        and service.get("AvailabilityZoneRebalancing") == "DISABLED"
    ):
        yield Fault(
            message="its tasks stay where they happen to be",
            remedy="set AvailabilityZoneRebalancing to ENABLED",
            property="AvailabilityZoneRebalancing",
        )


@rule(
    "availability-spot",
    "ECS::Service",
    title="what serves a balancer does not run on Spot alone",
    why="AWS takes Spot capacity back at two minutes' notice, and may have none left",
    source=f"{DOCS}/AmazonECS/latest/developerguide/fargate-capacity-providers.html",
    production=True,
)
def spot(service: Resource, _: Scene) -> Iterator[Fault]:
    """Some tasks are on capacity that stays."""
    used = [
        str(each.get("CapacityProvider"))
        for each in service.mappings("CapacityProviderStrategy")
        if any(number(each.get(name, 0)) != 0 for name in ("Base", "Weight"))
    ]
    if balanced(service) and used and all(each == "FARGATE_SPOT" for each in used):
        yield Fault(
            message="all its tasks run on Spot",
            remedy="give FARGATE a Base or a Weight, too",
            property="CapacityProviderStrategy",
        )


@rule(
    "availability-cross-zone",
    "ElasticLoadBalancingV2::LoadBalancer",
    "ElasticLoadBalancingV2::TargetGroup",
    title="balancers send requests across zones",
    why="a zone with fewer healthy targets gets as many requests as the others, or loses them",
    source=f"{DOCS}/elasticloadbalancing/latest/application/"
    "edit-target-group-attributes.html#target-group-cross-zone",
    production=True,
)
def cross_zone(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Nobody switched it off."""
    path = f"{resource.kind.rsplit('::', 1)[-1]}Attributes"
    found = attributes(resource, path).get("load_balancing.cross_zone.enabled")
    if is_false(found):
        yield Fault(
            message="keeps requests in the zone that they came in by",
            remedy="set load_balancing.cross_zone.enabled to true",
            property=path,
        )
