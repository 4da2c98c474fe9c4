"""The way through a balancer: listeners, rules, target groups, and which host is whose."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.estate import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource

LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
SERVICE = "AWS::ECS::Service"


@dataclass(frozen=True, order=True)
class Routed:
    """A host and a path that a balancer hands to a node; `*` is any host."""

    host: str
    path: str
    node: str


def listeners(estate: Estate, balancer: Resource) -> list[Resource]:
    """The listeners of a balancer."""
    return [
        each for each in estate.of(LISTENER) if estate.at(each.get("LoadBalancerArn")) is balancer
    ]


def forwards(estate: Estate, actions: Any) -> Iterator[Resource]:
    """The target groups that actions hand requests to."""
    for action in listed(actions):
        if isinstance(action, dict):
            config = action.get("ForwardConfig")
            groups = listed(config.get("TargetGroups")) if isinstance(config, dict) else []
            arns = [each.get("TargetGroupArn") for each in groups if isinstance(each, dict)]
            for arn in [action.get("TargetGroupArn"), *arns]:
                if (found := estate.at(arn)) and found.kind == TARGETS:
                    yield found


def serving(estate: Estate) -> dict[Resource, list[Resource]]:
    """The services that register their tasks, by target group."""
    found: dict[Resource, list[Resource]] = defaultdict(list)
    for service in estate.of(SERVICE):
        for each in service.mappings("LoadBalancers"):
            advanced = each.get("AdvancedConfiguration")
            other = advanced.get("AlternateTargetGroupArn") if isinstance(advanced, dict) else None
            for group in map(estate.at, (each.get("TargetGroupArn"), other)):
                if group:
                    found[group].append(service)
    return found


def led_to(estate: Estate) -> set[Resource]:
    """The target groups that some listener or rule hands requests to."""
    return {
        group
        for holder in (*estate.of(RULE), *estate.of(LISTENER))
        for actions in (holder.get("Actions"), holder.get("DefaultActions"))
        for group in forwards(estate, actions)
    }


def routes(estate: Estate) -> set[Routed]:
    """Which hosts and paths reach which nodes."""
    found, services = set(), serving(estate)
    for rule in estate.of(RULE):
        hosts, paths = _conditions(rule)
        for group in forwards(estate, rule.get("Actions")):
            for service in services.get(group, ()):
                found |= {Routed(h, p, service.node or "") for h in hosts for p in paths}
    return found


def _conditions(rule: Resource) -> tuple[list[str], list[str]]:
    hosts: list[str] = []
    paths: list[str] = []
    for condition in rule.mappings("Conditions"):
        for name, into in (("HostHeaderConfig", hosts), ("PathPatternConfig", paths)):
            config = condition.get(name)
            values = config.get("Values") if isinstance(config, dict) else None
            into += [str(each) for each in listed(values)]
    return hosts or ["*"], paths or ["/*"]
