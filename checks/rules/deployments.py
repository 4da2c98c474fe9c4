"""Deployments that progress and keep serving meanwhile."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.rules.ecs import (
    DEFINITION,
    DEPLOYMENT,
    all_groups,
    balanced,
    cluster_of,
    fewest,
    is_off,
    is_open,
    is_replicated,
    placed,
    shifts,
)
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GUIDE = f"{DOCS}/AmazonECS/latest/developerguide"
LONGEST_GRACE = 900


@rule(
    "deployments-circuit-breaker",
    "ECS::Service",
    title="deployments whose tasks don't become healthy are stopped and rolled back",
    why="ECS tries a release that cannot start for ever, while the stack waits for hours",
    source=f"{GUIDE}/deployment-circuit-breaker.html",
)
def circuit_breaker(service: Resource, _: Scene) -> Iterator[Fault]:
    """On, and going back."""
    path = f"{DEPLOYMENT}.DeploymentCircuitBreaker"
    if service.get("DeploymentController.Type", "ECS") != "ECS" or is_open(service.get(path)):
        return
    for name, message in (
        ("Enable", "a release that cannot start is tried for ever"),
        ("Rollback", "a release that cannot start stays in place of the one that ran"),
    ):
        if is_off(service.get(f"{path}.{name}")):
            yield Fault(message=message, remedy=f"set {name} to true", property=f"{path}.{name}")
            return


def _percents(service: Resource) -> tuple[float | None, float | None]:
    least = number(service.get(f"{DEPLOYMENT}.MinimumHealthyPercent", 100))
    return least, number(service.get(f"{DEPLOYMENT}.MaximumPercent", 200))


@rule(
    "deployments-keep-serving",
    "ECS::Service",
    title="a rolling deployment leaves tasks running: all of them behind a balancer in production",
    why="tasks that are stopped before new ones are healthy are missing for the length of a start",
    source=f"{DOCS}/AmazonECS/latest/developerguide/deployment-type-ecs.html",
)
def keep_serving(service: Resource, scene: Scene) -> Iterator[Fault]:
    """ECS rounds the tasks that must stay up; only what has to be alone may go first."""
    least, most = _percents(service)
    count = fewest(scene.estate, service)
    if not is_replicated(service) or shifts(service) or least is None or count is None:
        return
    kept, alone = math.ceil(count * least / 100), most is not None and most <= 100 and count <= 1
    if balanced(service) and scene.production and kept < count:
        message = f"a deployment leaves {kept} of {count:g} tasks behind the balancer"
        remedy = "set MinimumHealthyPercent to 100, and MaximumPercent to 200"
    elif kept < 1 <= count and not alone:
        message = "a deployment may stop all tasks before one new one is healthy"
        remedy = "set MinimumHealthyPercent to 100"
    else:
        return
    yield Fault(message=message, remedy=remedy, property=f"{DEPLOYMENT}.MinimumHealthyPercent")


@rule(
    "deployments-progress",
    "ECS::Service",
    title="a rolling deployment has room to start or to stop a task",
    why="ECS waits for ever where it may neither start one more nor stop one",
    source=f"{GUIDE}/deployment-type-ecs.html",
)
def progress(service: Resource, scene: Scene) -> Iterator[Fault]:
    """The most that may run is more than the least that must."""
    least, most = _percents(service)
    count = fewest(scene.estate, service)
    if not is_replicated(service) or shifts(service) or least is None or most is None:
        return
    count = count or 100
    if math.floor(count * most / 100) <= math.ceil(count * least / 100):
        yield Fault(
            message=f"between {least:g} and {most:g} percent of {count:g} tasks there is no room"
            " for another one",
            remedy="set MaximumPercent to 200, or MinimumHealthyPercent lower",
            property=f"{DEPLOYMENT}.MaximumPercent",
        )


@rule(
    "deployments-singleton",
    "ECS::Service",
    title="a service that must not run twice is not rebalanced by starting a second task",
    why="ECS starts a task in another zone before it stops one, and refuses that without room",
    source=f"{GUIDE}/service-rebalancing.html",
)
def singleton(service: Resource, _: Scene) -> Iterator[Fault]:
    """No rebalancing where no task more may run."""
    most = _percents(service)[1]
    rebalanced = service.get("AvailabilityZoneRebalancing") == "ENABLED"
    if rebalanced and most is not None and most <= 100 and not shifts(service):
        yield Fault(
            message=f"is rebalanced, and no more than {most:g} percent of its tasks may run",
            remedy="set AvailabilityZoneRebalancing to DISABLED, or MaximumPercent to 200",
            property="AvailabilityZoneRebalancing",
        )


@rule(
    "deployments-grace",
    "ECS::Service",
    title=f"new tasks have time for a first health check, and {LONGEST_GRACE} seconds at most",
    why="ECS stops tasks that the balancer calls unhealthy while they still start; without an end"
    " a dead release is noticed late",
    source=f"{GUIDE}/service-load-balancing.html",
)
def grace(service: Resource, scene: Scene) -> Iterator[Fault]:
    """At least one interval of the slowest check."""
    said = service.get("HealthCheckGracePeriodSeconds", 0)
    seconds = number(said)
    groups = all_groups(scene.estate, service)
    if not balanced(service) or not is_replicated(service) or seconds is None:
        return
    checks = [number(each.get("HealthCheckIntervalSeconds", 30)) or 0 for each in groups]
    needed = max(checks, default=1)
    if seconds < needed:
        message = f"tasks have {seconds:g} s to start, and are first looked at after {needed:g}"
        remedy = f"set it to {max(needed * 2, 60):g} or more"
    elif seconds > LONGEST_GRACE:
        message = f"a release that never gets healthy is noticed after {seconds:g} s"
        remedy = f"set it to {LONGEST_GRACE} or less"
    else:
        return
    yield Fault(message=message, remedy=remedy, property="HealthCheckGracePeriodSeconds")


@rule(
    "deployments-capacity",
    "ECS::Service",
    title="a service says what it runs, and once on what, which the cluster has",
    why="ECS refuses the service, or waits for capacity that never comes",
    source=f"{GUIDE}/fargate-capacity-providers.html",
)
def capacity(service: Resource, scene: Scene) -> Iterator[Fault]:
    """A launch type or providers of the cluster, of which one has weight."""
    path = "CapacityProviderStrategy"
    used = placed(service.get(path), path)
    if used and service.get("LaunchType"):
        message, remedy = "says LaunchType and providers, and ECS takes one", "remove LaunchType"
        yield Fault(message=message, remedy=remedy, property="LaunchType")
    if used and all(number(each.get("Weight", 0)) == 0 for _, each in used):
        message = "no provider has a weight, and ECS refuses that"
        yield Fault(message=message, remedy="give one a Weight of 1 or more", property=path)
    if is_replicated(service) and service.get("TaskDefinition") is None:
        message, remedy = "does not say what it runs", "say TaskDefinition"
        yield Fault(message=message, remedy=remedy, property="TaskDefinition")
    elif _is_no_definition(scene.estate, service.get("TaskDefinition")):
        message = f"there is no task definition {service.get('TaskDefinition')}"
        yield Fault(message=message, remedy="refer to one", property="TaskDefinition")
    cluster = cluster_of(scene.estate, service.get("Cluster"))
    provided = _provided(scene.estate, cluster) if cluster else None
    for where, each in used:
        name = each.get("CapacityProvider")
        if name is None:
            message = "names no provider"
            yield Fault(message=message, remedy="name one", property=f"{where}.CapacityProvider")
        if provided is not None and is_literal(name) and name not in provided:
            yield Fault(
                message=f"its cluster has no provider {name}",
                remedy="add it to the cluster's CapacityProviders",
                property=f"{where}.CapacityProvider",
            )
    if service.get("SchedulingStrategy") == "DAEMON" and "FARGATE" in str(
        [service.get("LaunchType"), *(each.get("CapacityProvider") for _, each in used)]
    ):
        message, remedy = "is a daemon, which Fargate does not run", "use REPLICA"
        yield Fault(message=message, remedy=remedy, property="SchedulingStrategy")


def _is_no_definition(estate: Estate, said: Any) -> bool:
    """Whether a name is of no family, in an estate whose families are known."""
    families = [each.get("Family") for each in estate.of(DEFINITION)]
    if not is_literal(said) or not families or not all(map(is_literal, families)):
        return False
    return str(said).rsplit("/", 1)[-1].split(":")[0] not in families


def _provided(estate: Estate, cluster: Resource) -> list[Any] | None:
    """The providers of a cluster; None if some come from outside."""
    more = estate.users_of(cluster, "AWS::ECS::ClusterCapacityProviderAssociations")
    found = [p for each in (cluster, *more) for p in listed(each.get("CapacityProviders"))]
    return None if any(map(is_open, found)) else found
