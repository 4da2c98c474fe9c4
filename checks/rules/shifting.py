"""Target groups and rules between which deployments move traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.graph.routing import LISTENER, TARGETS, forwards
from checks.rules.ecs import (
    DEPLOYMENT,
    alternate_of,
    groups_of,
    inside,
    is_open,
    placed,
    shifts,
    ways_to,
)
from checks.rules.rule import Fault, rule
from checks.rules.values import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GUIDE = f"{DOCS}/AmazonECS/latest/developerguide"
ADVANCED = ("AlternateTargetGroupArn", "ProductionListenerRule", "RoleArn")
ALIKE = (
    "Port",
    "Protocol",
    "ProtocolVersion",
    "TargetType",
    "VpcId",
    "HealthCheckPath",
    "HealthCheckPort",
    "HealthCheckProtocol",
    "Matcher",
)


@rule(
    "deployments-two-groups",
    "ECS::Service",
    title="a shift of traffic has two target groups alike, a rule and a role, and only then",
    why="ECS can't move traffic without them; without a strategy that moves it they stay unused",
    source=f"{GUIDE}/alb-resources-for-blue-green.html",
)
def two_groups(service: Resource, scene: Scene) -> Iterator[Fault]:
    """Complete where traffic shifts, absent where it doesn't."""
    if is_open(service.get(f"{DEPLOYMENT}.Strategy")):
        return
    for path, entry in placed(service.get("LoadBalancers"), "LoadBalancers"):
        where = f"{path}.AdvancedConfiguration"
        if not shifts(service):
            if entry.get("AdvancedConfiguration"):
                message = "has a second target group, and a strategy that never uses it"
                remedy = "set Strategy to BLUE_GREEN, CANARY or LINEAR"
                yield Fault(message=message, remedy=remedy, property=where)
            continue
        for name in ADVANCED:
            if inside(entry, f"AdvancedConfiguration.{name}") is None:
                message = f"shifts traffic without {name}"
                yield Fault(message=message, remedy="say it", property=f"{where}.{name}")
        yield from _unlike(scene.estate, entry, path, where)


def _unlike(estate: Estate, entry: dict[str, Any], path: str, where: str) -> Iterator[Fault]:
    """What sets the two groups apart, or does not."""
    first = entry.get("TargetGroupArn")
    second = inside(entry, "AdvancedConfiguration.AlternateTargetGroupArn")
    if first and first == second:
        yield Fault(
            message="shifts traffic from a target group to the same one",
            remedy="name another target group",
            property=f"{where}.AlternateTargetGroupArn",
        )
    one, other = estate.at(first), alternate_of(estate, entry)
    if one and other and one.kind == TARGETS:
        apart = [name for name in ALIKE if one.get(name) != other.get(name)]
        if apart:
            yield Fault(
                message=f"its target groups differ in {', '.join(apart)}",
                remedy="make them alike: a release must not change how it is looked at",
                property=path,
            )


@rule(
    "deployments-production-rule",
    "ECS::Service",
    title="the rule that a deployment moves forwards to both groups and begins with the first",
    why="ECS changes the weights of that one rule: other rules, other groups or a first weight on"
    " the empty group lead requests to no task",
    source=f"{GUIDE}/alb-resources-for-blue-green.html",
)
def production_rule(service: Resource, scene: Scene) -> Iterator[Fault]:
    """Both groups in one rule and in no other."""
    estate = scene.estate
    for path, entry, group in groups_of(estate, service) if shifts(service) else []:
        where = f"{path}.AdvancedConfiguration.ProductionListenerRule"
        named = {
            name: estate.at(inside(entry, f"AdvancedConfiguration.{name}ListenerRule"))
            for name in ("Production", "Test")
        }
        rule_, other = named["Production"], alternate_of(estate, entry)
        if rule_ is None or other is None:
            continue
        if rule_ is named["Test"]:
            message = "is tested by the rule of its production"
            yield Fault(message=message, remedy="name another rule for tests", property=where)
        yield from _weighed(estate, rule_, group, other)
        for way in dict.fromkeys([*ways_to(estate, group), *ways_to(estate, other)]):
            if way not in named.values():
                yield Fault(
                    message=f"{way.logical_id} leads to its groups, too, and does not shift",
                    remedy="lead to them by the production rule alone",
                    property=where,
                )


def _weighed(estate: Estate, rule_: Resource, group: Resource, other: Resource) -> Iterator[Fault]:
    """What a rule's actions do with the two groups."""
    path = "DefaultActions" if rule_.kind == LISTENER else "Actions"
    actions = rule_.mappings(path)
    if any(each.get("Type") != "forward" for each in actions):
        message = "does more than forward, and ECS does not shift such a rule"
        yield Fault(message=message, remedy="only forward", property=path, at=rule_)
    if {group, other} - set(forwards(estate, actions)):
        yield Fault(
            message="does not forward to both target groups of the service",
            remedy="name both, with the weights 100 and 0",
            property=path,
            at=rule_,
        )
        return
    weights: dict[Resource | None, float | None] = {}
    for action in actions:
        for _, each in placed(inside(action, "ForwardConfig.TargetGroups"), ""):
            weights[estate.at(each.get("TargetGroupArn"))] = number(each.get("Weight", 1))
    if weights and (weights.get(other) != 0 or weights.get(group) == 0):
        yield Fault(
            message="sends requests to the target group that is empty at first",
            remedy=f"weigh {group.logical_id} 100 and {other.logical_id} 0",
            property=path,
            at=rule_,
        )


@rule(
    "deployments-weights",
    "ElasticLoadBalancingV2::Listener",
    "ElasticLoadBalancingV2::ListenerRule",
    title="a rule that forwards gives a target group weight",
    why="with weights of 0 everywhere every request is answered 503",
    source=f"{DOCS}/elasticloadbalancing/latest/APIReference/API_TargetGroupTuple.html",
)
def weights(resource: Resource, _: Scene) -> Iterator[Fault]:
    """One at least is over 0."""
    name = "DefaultActions" if resource.kind == LISTENER else "Actions"
    for path, action in placed(resource.get(name), name):
        groups = placed(inside(action, "ForwardConfig.TargetGroups"), "")
        if groups and all(number(each.get("Weight", 1)) == 0 for _, each in groups):
            yield Fault(
                message="no target group has a weight",
                remedy="give one of them a weight",
                property=f"{path}.ForwardConfig",
            )
