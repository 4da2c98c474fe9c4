"""Bounds between which something scales, and what they belong to."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.rules.ecs import CLUSTER, cluster_of, is_open, scalables, scaled
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GUIDE = f"{DOCS}/autoscaling/application/userguide"
TARGET_ID = "ScalingTargetId"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
SCALABLE = "AWS::ApplicationAutoScaling::ScalableTarget"
COUNT = "ecs:service:DesiredCount"
MOST_CONCURRENCY, MOST_INSTANCES = 200, 25
STORAGE, REQUESTS = (1, 5000), (1000, 15_000_000)


def policies_of(estate: Estate, target: Resource) -> list[Resource]:
    """The policies that move a scalable target."""
    return [
        *(e for e in estate.users_of(target, POLICY) if estate.at(e.get(TARGET_ID)) is target),
        *_by_place(estate).get(_place(target), ()),
    ]


@lru_cache(maxsize=2)
def _by_place(estate: Estate) -> Mapping[tuple[str, ...], list[Resource]]:
    """The policies that name no target, by what they scale."""
    found: dict[tuple[str, ...], list[Resource]] = defaultdict(list)
    for each in estate.of(POLICY):
        if each.get(TARGET_ID) is None:
            found[_place(each)].append(each)
    return found


def _place(resource: Resource) -> tuple[str, ...]:
    names = ("ResourceId", "ScalableDimension", "ServiceNamespace")
    return tuple(str(resource.get(name)) for name in names)


@rule(
    "scaling-bounds",
    "ApplicationAutoScaling::ScalableTarget",
    title="a scalable target has a lower bound of one, and room above it",
    why="what is down to nothing has no load that could bring it back; without room a policy does"
    " nothing, and the other way round AWS refuses it",
    source=f"{DOCS}/autoscaling/application/APIReference/API_RegisterScalableTarget.html",
)
def bounds(target: Resource, scene: Scene) -> Iterator[Fault]:
    """Least below most, and one task of a service at least."""
    least, most = number(target.get("MinCapacity")), number(target.get("MaxCapacity"))
    policies = policies_of(scene.estate, target)
    steps = any(each.get("PolicyType", "StepScaling") == "StepScaling" for each in policies)
    by_hand = steps or bool(target.get("ScheduledActions"))
    tasks = target.get("ScalableDimension") == COUNT
    if tasks and least is not None and least < 1 and (least < 0 or not by_hand):
        message = f"may go down to {least:g} tasks, from which its policies don't come back"
        yield Fault(message=message, remedy="set it to 1 or more", property="MinCapacity")
    if least is None or most is None:
        return
    if least > most:
        message = f"is at least {least:g} and at most {most:g}"
        yield Fault(message=message, remedy="raise MaxCapacity", property="MaxCapacity")
    elif least == most and policies:
        message = f"has a policy, and nothing to scale between {least:g} and {most:g}"
        yield Fault(message=message, remedy="raise MaxCapacity", property="MaxCapacity")


@rule(
    "scaling-pairs",
    "ApplicationAutoScaling::ScalableTarget",
    "ApplicationAutoScaling::ScalingPolicy",
    title="every scalable target has a policy, and every policy a target of its own name",
    why="a target without a policy never scales; of two policies with one name the later one stays",
    source=f"{GUIDE}/what-is-application-auto-scaling.html",
)
def pairs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Both sides name each other."""
    estate = scene.estate
    if resource.kind == SCALABLE:
        if not policies_of(estate, resource) and not resource.get("ScheduledActions"):
            yield Fault(
                message="nothing scales between its bounds",
                remedy="add a scaling policy, or remove it",
            )
        names = [str(each.get("PolicyName")) for each in policies_of(estate, resource)]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            message = f"two of its policies are called {name}"
            yield Fault(message=message, remedy="rename one")
        return
    said = resource.get("ScalingTargetId")
    found = estate.at(said)
    unlike = is_literal(said) and not re.fullmatch(r"[^|]+\|[\w:]+\|[\w-]+", str(said))
    if unlike or (found is not None and found.kind != SCALABLE):
        yield Fault(
            message="scales what is no scalable target",
            remedy="refer to an AWS::ApplicationAutoScaling::ScalableTarget",
            property="ScalingTargetId",
        )
    if said is None and not all(
        resource.get(name) for name in ("ResourceId", "ScalableDimension", "ServiceNamespace")
    ):
        message = "does not say what it scales"
        yield Fault(message=message, remedy="say ScalingTargetId", property="ScalingTargetId")


@rule(
    "scaling-resource",
    "ApplicationAutoScaling::ScalableTarget",
    title="a scalable target names a service and its cluster, and the dimension of that service",
    why="AWS refuses what does not exist, or scales another service",
    source=f"{DOCS}/autoscaling/application/APIReference/API_RegisterScalableTarget.html",
)
def resource_named(target: Resource, scene: Scene) -> Iterator[Fault]:
    """Namespace, dimension and id fit together."""
    estate = scene.estate
    namespace, dimension = target.get("ServiceNamespace"), target.get("ScalableDimension")
    told = is_literal(namespace) and is_literal(dimension)
    fits = dimension == COUNT if namespace == "ecs" else str(dimension).startswith(f"{namespace}:")
    if told and not fits:
        message = f"scales {dimension} of {namespace}"
        remedy = f"say {COUNT}" if namespace == "ecs" else f"say one of {namespace}"
        yield Fault(message=message, remedy=remedy, property="ScalableDimension")
    said = target.get("ResourceId")
    if namespace != "ecs" or not isinstance(said, str) or "<unknown>" in said:
        return
    service = scaled(estate, target)
    if service and (wrong := _other_cluster(estate, said, service)):
        yield Fault(message=wrong, remedy="name the service's cluster", property="ResourceId")
    if is_literal(said) and (said.count("/") != 2 or not said.startswith("service/")):
        message, remedy = f"{said!r} names no service", "say service/<cluster>/<service>"
        yield Fault(message=message, remedy=remedy, property="ResourceId")
    elif service is None and is_literal(said) and (cluster := _said_cluster(estate, said)):
        users = estate.users_of(cluster, "AWS::ECS::Service")
        if users and all(is_literal(each.get("ServiceName")) for each in users):
            message = f"{said!r} is no service of its cluster"
            yield Fault(message=message, remedy="name the service", property="ResourceId")


def _said_cluster(estate: Estate, resource_id: str) -> Resource | None:
    return cluster_of(estate, resource_id.split("/")[1])


def _other_cluster(estate: Estate, resource_id: str, service: Resource) -> str | None:
    """What is wrong where an id names another cluster than its service is in."""
    own = cluster_of(estate, service.get("Cluster"))
    named = [each for each in estate.named(resource_id) if each.kind == CLUSTER]
    parts = resource_id.removeprefix("service/").split("/", 1)
    other = named[0] if named else cluster_of(estate, parts[0])
    name = own.get("ClusterName") if own else service.get("Cluster")
    known = other is not None or (is_literal(parts[0]) and is_literal(name))
    if known and own is not other:
        return f"names a service of {other.ref if other else parts[0]}, and it is in {name}"
    if own is None and other is None and is_literal(name) and is_literal(parts[0]):
        return (
            f"names cluster {parts[0]}, and the service is in {name}" if parts[0] != name else None
        )
    return None


@rule(
    "scaling-desired-count",
    "ECS::Service",
    title="a service that scales does not say how many tasks it wants",
    why="every deployment sets the number back to that, in the middle of a peak",
    source=f"{DOCS}/AmazonECS/latest/developerguide/service-auto-scaling.html",
)
def desired_count(service: Resource, scene: Scene) -> Iterator[Fault]:
    """The scalable target alone says."""
    if service.get("DesiredCount") is not None and scalables(scene.estate, service):
        yield Fault(
            message="sets the number of tasks back with every deployment",
            remedy="remove DesiredCount",
            property="DesiredCount",
        )


@rule(
    "scaling-app-runner",
    "AppRunner::AutoScalingConfiguration",
    title="App Runner scales between bounds in order, by requests that an instance can take",
    why="App Runner refuses others, or sends an instance more requests at once than it takes",
    source=f"{DOCS}/apprunner/latest/dg/manage-autoscaling.html",
)
def app_runner(resource: Resource, _: Scene) -> Iterator[Fault]:
    """1 to 25 instances, 1 to 200 requests each."""
    defaults = {"MinSize": 1, "MaxSize": MOST_INSTANCES, "MaxConcurrency": 100}
    values = {name: number(resource.get(name, unsaid)) for name, unsaid in defaults.items()}
    for name, value in values.items():
        most = MOST_CONCURRENCY if name == "MaxConcurrency" else MOST_INSTANCES
        if value is not None and not 1 <= value <= most:
            message = f"{name} is {value:g}"
            yield Fault(message=message, remedy=f"say 1 to {most}", property=name)
    least, most_size = values["MinSize"], values["MaxSize"]
    if least is not None and most_size is not None and least > most_size:
        message = f"keeps {least:g} instances, and has {most_size:g} at most"
        yield Fault(message=message, remedy="raise MaxSize", property="MaxSize")


@rule(
    "scaling-serverless-cache",
    "ElastiCache::ServerlessCache",
    title="a serverless cache grows between bounds that are in order, and that AWS takes",
    why="AWS refuses others; at a bound that is too low it throws data away or rejects requests",
    source=f"{DOCS}/AmazonElastiCache/latest/dg/Scaling.html",
)
def serverless(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Gigabytes and requests per second."""
    for name, (low, high) in (("DataStorage", STORAGE), ("ECPUPerSecond", REQUESTS)):
        path = f"CacheUsageLimits.{name}"
        least, most = (number(resource.get(f"{path}.{end}")) for end in ("Minimum", "Maximum"))
        for end, value in (("Minimum", least), ("Maximum", most)):
            if value is not None and not low <= value <= high:
                message = f"{name} is {value:g}"
                yield Fault(
                    message=message, remedy=f"say {low} to {high}", property=f"{path}.{end}"
                )
        if least is not None and most is not None and least > most:
            message = f"{name} is {least:g} at least and {most:g} at most"
            yield Fault(message=message, remedy="raise the maximum", property=f"{path}.Maximum")
    path = "CacheUsageLimits.DataStorage"
    if isinstance(resource.get(path), dict) and _not_gigabytes(resource.get(f"{path}.Unit")):
        message, remedy = "does not say that it counts gigabytes", "set Unit to GB"
        yield Fault(message=message, remedy=remedy, property=f"{path}.Unit")


def _not_gigabytes(unit: Any) -> bool:
    return not is_open(unit) and unit != "GB"
