"""What balancers take: rules, priorities, conditions, actions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

BALANCER = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application"
RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
MOST_RULES, MOST_VALUES, MOST_PRIORITY = 100, 5, 50_000
ANSWERS = {"fixed-response": "FixedResponseConfig", "redirect": "RedirectConfig"}
CONDITIONS = {
    "host-header": "HostHeaderConfig",
    "path-pattern": "PathPatternConfig",
    "http-header": "HttpHeaderConfig",
    "http-request-method": "HttpRequestMethodConfig",
    "query-string": "QueryStringConfig",
    "source-ip": "SourceIpConfig",
}


@rule(
    "limits-listener",
    "ElasticLoadBalancingV2::Listener",
    title=f"a listener has {MOST_RULES} rules at most, each with a priority of its own",
    why="the balancer refuses the next route, or the second one with the same number",
    source=f"{BALANCER}/load-balancer-limits.html",
)
def listener(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Rules that name it, and their numbers."""
    estate = scene.estate
    rules = [
        each
        for each in estate.users_of(resource, RULE)
        if known_at(estate, each.get("ListenerArn")) is resource
    ]
    if len(rules) > MOST_RULES:
        yield wrong("", f"{len(rules)} rules", f"{MOST_RULES} are the most")
    counts = Counter(str(each.get("Priority")) for each in rules)
    for each in rules:
        if counts[str(each.get("Priority"))] > 1:
            yield Fault(
                message=f"another rule of its listener has priority {each.get('Priority')}",
                remedy="give each a number of its own",
                property="Priority",
                at=each,
            )
    yield from _actions(resource, "DefaultActions")
    if len(listed(resource.get("Certificates"))) > 1:
        yield wrong("Certificates", "a listener takes one by itself", "add a ListenerCertificate")


@rule(
    "limits-listener-rule",
    "ElasticLoadBalancingV2::ListenerRule",
    title="rules of listeners ask for something, do something, and have a number",
    why="the balancer refuses the rule, or it takes all requests",
    source=f"{BALANCER}/listener-rules.html",
)
def listener_rule(resource: Resource, _: Scene) -> Iterator[Fault]:
    """From 1 to 50000; five values at most; each condition with the values of its kind."""
    priority = number(resource.get("Priority"))
    if "Priority" not in resource.properties or (
        priority is not None and (not 1 <= priority <= MOST_PRIORITY or priority != int(priority))
    ):
        said = resource.get("Priority")
        yield wrong("Priority", f"{said} is no priority", f"say 1 to {MOST_PRIORITY}")
    for name in ("Conditions", "Actions", "ListenerArn"):
        if not resource.get(name):
            yield wrong(name, f"it has no {name}", "say what it asks, does, and of which listener")
    yield from _actions(resource, "Actions")
    yield from _conditions(resource.mappings("Conditions"))


def _actions(resource: Resource, place: str) -> Iterator[Fault]:
    for at, action in enumerate(resource.mappings(place)):
        kind, path = action.get("Type"), f"{place}.{at}"
        if not kind:
            yield wrong(f"{path}.Type", "it is of no type", "say forward")
        if kind == "forward" and not _forwards(action):
            yield wrong(path, "it forwards nowhere", "name a target group")
        name = ANSWERS.get(str(kind))
        answer = action.get(name) if name else None
        if name and not (isinstance(answer, dict) and answer.get("StatusCode")):
            yield wrong(f"{path}.{name}", f"{kind} without a status", "say its StatusCode")


def _conditions(conditions: list[dict[str, Any]]) -> Iterator[Fault]:
    count = 0
    for at, each in enumerate(conditions):
        field = each.get("Field")
        config = CONDITIONS.get(str(field))
        if config is None and (field is None or is_literal(field)):
            yield wrong(f"Conditions.{at}.Field", f"{field} is no condition", "say host-header")
        inner = each.get(config) if config else None
        values = listed(inner.get("Values") if isinstance(inner, dict) else each.get("Values"))
        count += len(values)
        if config and not values:
            yield wrong(f"Conditions.{at}", f"{field} without values", "say which")
        if any(is_literal(one) and len(one) > 128 for one in values):
            yield wrong(f"Conditions.{at}", "more than 128 characters", "be shorter")
    if count > MOST_VALUES:
        yield wrong("Conditions", f"{count} values", f"{MOST_VALUES} are the most")


def _forwards(action: dict[str, Any]) -> bool:
    config = action.get("ForwardConfig")
    groups = listed(config.get("TargetGroups")) if isinstance(config, dict) else []
    named = [each.get("TargetGroupArn") for each in groups if isinstance(each, dict)]
    return bool(action.get("TargetGroupArn")) or (bool(named) and all(named))


@rule(
    "limits-target-group",
    "ElasticLoadBalancingV2::TargetGroup",
    title="target groups have a port and a protocol, unless their target is a function",
    why="AWS refuses the group in the middle of a deployment",
    source=f"{BALANCER}/load-balancer-target-groups.html",
)
def target_group(group: Resource, _: Scene) -> Iterator[Fault]:
    """Both, and attributes with a key and a value."""
    for name in ("Port", "Protocol") if group.get("TargetType", "instance") != "lambda" else ():
        if group.get(name) is None:
            yield wrong(name, f"it has no {name}", "say it")
    for at, each in enumerate(group.mappings("TargetGroupAttributes")):
        if not each.get("Key") or each.get("Value") in (None, ""):
            yield wrong(f"TargetGroupAttributes.{at}", "it lacks a key or a value", "say both")
