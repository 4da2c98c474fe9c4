"""Health checks of balancers: they can succeed, they see what is wrong, and in time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.rules.ecs import (
    is_off,
    is_open,
    placed,
)
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
CHECKS = f"{DOCS}/elasticloadbalancing/latest/application/target-group-health-checks.html"
VPC = "AWS::EC2::VPC"
WEB = ("HTTP", "HTTPS")
# Programs that ask for a login answer with these.
UNAUTHORIZED = {401, 403}
QUICKEST, SLOWEST = 10, 300


def is_lambda(group: Resource) -> bool:
    """Whether a group's target is a function, which has no health of its own."""
    return bool(group.get("TargetType") == "lambda")


def _protocol(group: Resource) -> str:
    """The protocol of a group's checks; what is not said is the group's, or TCP."""
    own = group.get("Protocol")
    return str(group.get("HealthCheckProtocol", own if own in WEB else "TCP"))


@rule(
    "health-check",
    "ElasticLoadBalancingV2::TargetGroup",
    title="a target group checks the health of its targets by a check that can succeed",
    why="without it requests go to tasks that are dead, and with one that can't succeed to none",
    source=CHECKS,
)
def check(group: Resource, _: Scene) -> Iterator[Fault]:
    """Enabled, by the protocol that the target speaks, at a path."""
    if is_lambda(group):
        return
    if is_off(group.get("HealthCheckEnabled"), unsaid=False):
        yield Fault(
            message="does not look after its targets",
            remedy="set HealthCheckEnabled to true",
            property="HealthCheckEnabled",
        )
    own, used = group.get("Protocol"), _protocol(group)
    port = group.get("HealthCheckPort", "traffic-port")
    if (
        own in WEB
        and not is_open(used)
        and (used not in WEB or (used != own and port == "traffic-port"))
    ):
        yield Fault(
            message=f"checks by {used} what speaks {own}",
            remedy=f"set HealthCheckProtocol to {own}",
            property="HealthCheckProtocol",
        )
    path = group.get("HealthCheckPath")
    if path is not None and not is_open(path) and used in WEB and not _is_path(path):
        yield Fault(
            message=f"asks for {path!r}, which is no path",
            remedy="begin with / and leave the host out",
            property="HealthCheckPath",
        )


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"/[!-~]*", value) is not None


@rule(
    "health-matcher",
    "ElasticLoadBalancingV2::TargetGroup",
    title="only answers of success count as healthy",
    why="a program that answers 404 or 500 to everything is sent requests; one that redirects may"
    " redirect to what is broken",
    source=CHECKS,
)
def matcher(group: Resource, _: Scene) -> Iterator[Fault]:
    """Codes from 200 on, no errors, and not redirects alone."""
    codes = group.get("Matcher.HttpCode")
    if not is_literal(str(codes)) or codes is None or is_lambda(group):
        return
    ranges = [re.fullmatch(r"\s*(\d{3})(?:-(\d{3}))?\s*", each) for each in str(codes).split(",")]
    spans = [(int(m[1]), int(m[2] or m[1])) for m in ranges if m]
    wide = [span for span in spans if span[1] >= 400 and set(span) - UNAUTHORIZED]
    if len(spans) < len(ranges) or any(low < 200 or low > high for low, high in spans):
        message = f"counts {codes!r} as healthy, which no answer can be"
    elif wide:
        message = f"counts {codes} as healthy, errors included"
    elif all(low >= 300 for low, _ in spans):
        message = f"counts only {codes} as healthy, and no success"
    else:
        return
    yield Fault(message=message, remedy="count 200, or 200-299", property="Matcher.HttpCode")


@rule(
    "health-timing",
    "ElasticLoadBalancingV2::TargetGroup",
    title="a dead target is noticed within five minutes, and not at the first late answer",
    why="requests go to it until then; one check too few takes out tasks that merely were busy",
    source=CHECKS,
)
def timing(group: Resource, _: Scene) -> Iterator[Fault]:
    """Timeout below interval, two to ten checks, ten seconds to five minutes in all."""
    if is_lambda(group):
        return
    web = _protocol(group) in WEB
    interval = number(group.get("HealthCheckIntervalSeconds", 30))
    timeout = number(group.get("HealthCheckTimeoutSeconds", 5 if web else 10))
    if interval is not None and timeout is not None and timeout >= interval:
        yield Fault(
            message=f"waits {timeout:g} s for an answer and asks every {interval:g} s",
            remedy="make the timeout shorter than the interval",
            property="HealthCheckTimeoutSeconds",
        )
    if timeout is not None and timeout < 2:
        message = f"waits {timeout:g} s for an answer"
        remedy, name = "wait 2 or more", "HealthCheckTimeoutSeconds"
        yield Fault(message=message, remedy=remedy, property=name)
    for name, default in (("HealthyThresholdCount", 5), ("UnhealthyThresholdCount", 2)):
        count = number(group.get(name, default))
        if count is not None and not 2 <= count <= 10:
            message = f"decides after {count:g} checks"
            yield Fault(message=message, remedy="take 2 to 10", property=name)
        elif count is not None and interval is not None:
            yield from _noticed(name, count * interval)


def _noticed(name: str, seconds: float) -> Iterator[Fault]:
    what = "back" if name.startswith("Healthy") else "dead"
    if seconds > SLOWEST:
        message = f"notices after {seconds:g} s that a target is {what}"
    elif seconds < QUICKEST and what == "dead":
        message = f"calls a target dead after {seconds:g} s"
    else:
        return
    yield Fault(
        message=message,
        remedy=f"let checks and interval make {QUICKEST} to {SLOWEST} s",
        property="HealthCheckIntervalSeconds",
    )


@rule(
    "health-attributes",
    "ElasticLoadBalancingV2::TargetGroup",
    title="stickiness and slow start last as long as a target group can",
    why="AWS refuses others: clients may stick for a week, and a start be slow for 15 minutes",
    source=f"{DOCS}/elasticloadbalancing/latest/application/edit-target-group-attributes.html",
)
def lengths(group: Resource, _: Scene) -> Iterator[Fault]:
    """The attributes of a target group within their bounds."""
    bounds = {
        "stickiness.lb_cookie.duration_seconds": (1, 604800),
        "stickiness.app_cookie.duration_seconds": (1, 604800),
        "slow_start.duration_seconds": (30, 900),
    }
    for path, each in placed(group.get("TargetGroupAttributes"), "TargetGroupAttributes"):
        key, value = str(each.get("Key")), number(each.get("Value"))
        if key in bounds and value and not bounds[key][0] <= value <= bounds[key][1]:
            low, high = bounds[key]
            message = f"{key} is {value:g}"
            yield Fault(message=message, remedy=f"say {low} to {high}", property=f"{path}.Value")
