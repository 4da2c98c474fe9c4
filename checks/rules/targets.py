"""Targets of balancers: the ports, containers and networks that tasks really have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.rules.ecs import (
    SUBNETS,
    all_groups,
    balancers_of,
    containers,
    definition_of,
    is_off,
    is_open,
    placed,
    servers_of,
    word,
)
from checks.rules.health import is_lambda
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
CHECKS = f"{DOCS}/elasticloadbalancing/latest/application/target-group-health-checks.html"
VPC = "AWS::EC2::VPC"


@rule(
    "health-target",
    "ECS::Service",
    title="the balancer's targets are the port and the container that the task has",
    why="ECS refuses a container or port that the task has not; an instance's address is not a"
    " task's",
    source=f"{DOCS}/AmazonECS/latest/developerguide/alb.html",
)
def target(service: Resource, scene: Scene) -> Iterator[Fault]:
    """Container, port and type of target agree with the task definition."""
    definition = definition_of(scene.estate, service)
    if definition is None:
        return
    by_name = {word(each.get("Name")): each for _, each in containers(definition)}
    for path, entry in placed(service.get("LoadBalancers"), "LoadBalancers"):
        name, port = word(entry.get("ContainerName")), number(entry.get("ContainerPort"))
        container = by_name.get(name) if not is_open(name) else None
        if container is None:
            if not is_open(name):
                message = f"its task has no container {name!r}"
                remedy = f"name one of {', '.join(map(str, by_name))}"
                yield Fault(message=message, remedy=remedy, property=f"{path}.ContainerName")
            continue
        mapped = {
            number(e.get("ContainerPort")) for _, e in placed(container.get("PortMappings"), "")
        }
        if entry.get("ContainerPort") is None:
            message, remedy = "does not say on which port its task listens", "say ContainerPort"
            yield Fault(message=message, remedy=remedy, property=f"{path}.ContainerPort")
        if port is not None and None not in mapped and port not in mapped:
            yield Fault(
                message=f"container {name} does not listen on {port:g}",
                remedy="name a port of its PortMappings",
                property=f"{path}.ContainerPort",
            )
        if is_off(container.get("Essential"), unsaid=False):
            yield Fault(
                message=f"container {name} may die while its task counts as running",
                remedy="set Essential to true",
                property="ContainerDefinitions",
                at=definition,
            )
    yield from _typed(scene.estate, service, definition)


def _typed(estate: Estate, service: Resource, definition: Resource) -> Iterator[Fault]:
    for group in all_groups(estate, service):
        kind = group.get("TargetType", "instance")
        if definition.get("NetworkMode") == "awsvpc" and kind != "ip" and not is_open(kind):
            yield Fault(
                message=f"its targets are of type {kind}, and tasks have addresses of their own",
                remedy="set TargetType to ip",
                property="TargetType",
                at=group,
            )


@rule(
    "health-port",
    "ElasticLoadBalancingV2::TargetGroup",
    title="a target group checks a port on which its tasks listen",
    why="no check succeeds on another one, and ECS stops every task",
    source=CHECKS,
)
def port(group: Resource, scene: Scene) -> Iterator[Fault]:
    """The port of the traffic, or another one of the task's."""
    said = group.get("HealthCheckPort", "traffic-port")
    asked = number(said)
    if is_open(said) or said == "traffic-port":
        return
    for service in servers_of(scene.estate, group):
        definition = definition_of(scene.estate, service)
        if definition is None:
            continue
        mapped = [
            number(each.get("ContainerPort"))
            for _, container in containers(definition)
            for _, each in placed(container.get("PortMappings"), "")
        ]
        if None not in mapped and asked not in mapped:
            yield Fault(
                message=f"checks port {said}, where no container of {service.logical_id} listens",
                remedy="set HealthCheckPort to traffic-port",
                property="HealthCheckPort",
            )


def _vpcs(estate: Estate, subnets: Any) -> set[str]:
    found = (estate.at(each) for each in listed(subnets))
    return {str(each.get("VpcId")) for each in found if each and each.get("VpcId")}


@rule(
    "health-network",
    "ElasticLoadBalancingV2::TargetGroup",
    title="a target group is in the network of its balancer and of its tasks",
    why="AWS refuses a balancer's group of another network, and can't register tasks of one",
    source=f"{DOCS}/elasticloadbalancing/latest/application/load-balancer-target-groups.html",
)
def network(group: Resource, scene: Scene) -> Iterator[Fault]:
    """One network for all three."""
    estate, own = scene.estate, word(group.get("VpcId"))
    if is_lambda(group):
        return
    if own is None:
        yield Fault(message="is in no network", remedy="say VpcId", property="VpcId")
        return
    near = [balancer.get("Subnets") for balancer in balancers_of(estate, group)]
    near += [service.get(SUBNETS) for service in servers_of(estate, group)]
    others = {vpc for subnets in near for vpc in _vpcs(estate, subnets)} - {own}
    known = estate.at(own) is not None or is_literal(own)
    sure = {o for o in others if (f := estate.at(o)) and f.kind == VPC}
    if known and sure:
        yield Fault(
            message="is in another network than its balancer or tasks",
            remedy="name the network of their subnets",
            property="VpcId",
        )
