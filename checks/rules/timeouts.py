"""Times along the way of a request, and of what stops: each lets the next one finish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.graph.routing import BALANCER
from checks.rules.connect import CONNECT
from checks.rules.ecs import (
    containers,
    definition_of,
    inside,
    is_off,
    placed,
    word,
)
from checks.rules.rule import Fault, rule
from checks.rules.values import attributes, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
ELB = f"{DOCS}/elasticloadbalancing/latest/application"
IDLE = "idle_timeout.timeout_seconds"
DRAINING = "deregistration_delay.timeout_seconds"
# What AWS takes where nobody says otherwise, in seconds.
IDLE_DEFAULT, DRAINING_DEFAULT, REQUEST_DEFAULT, IDLE_CONNECTION_DEFAULT = 60, 300, 15, 300
LONGEST_DRAINING = 900
SHORTEST, LONGEST_IDLE = 5, 4000
LONGEST_STOP = 120
# A NAT gateway and a network load balancer forget connections that are silent for longer.
FORGOTTEN = 350
FEWEST_IDLE = 60
SHORTEST_MILLISECONDS = 1000


def idle_of(balancer: Resource) -> float | None:
    """The seconds that a balancer waits for a byte."""
    return number(attributes(balancer, "LoadBalancerAttributes").get(IDLE, IDLE_DEFAULT))


def _attribute(resource: Resource, path: str, key: str) -> str:
    """The path of an attribute, or of all of them where it is not said."""
    found = (where for where, each in placed(resource.get(path), path) if each.get("Key") == key)
    where = next(found, None)
    return f"{where}.Value" if where else path


@rule(
    "timeouts-balancer",
    "ElasticLoadBalancingV2::LoadBalancer",
    title="a balancer waits for slow answers, and not for ever",
    why="an answer that takes longer is cut with 504; AWS takes 1 to 4000 seconds",
    source=f"{ELB}/application-load-balancers.html#connection-idle-timeout",
)
def balancer_idle(balancer: Resource, _: Scene) -> Iterator[Fault]:
    """Long enough for a slow page."""
    seconds = idle_of(balancer)
    if balancer.get("Type", "application") != "application" or seconds is None:
        return
    if not 2 * SHORTEST <= seconds <= LONGEST_IDLE:
        yield Fault(
            message=f"cuts an answer after {seconds:g} s of silence",
            remedy=f"say {2 * SHORTEST} to {LONGEST_IDLE}, such as {IDLE_DEFAULT}",
            property=_attribute(balancer, "LoadBalancerAttributes", IDLE),
        )


@rule(
    "timeouts-draining",
    "ElasticLoadBalancingV2::TargetGroup",
    title=f"requests may end before a task goes, within {LONGEST_DRAINING} seconds",
    why="with no time running requests are cut by every deployment; a long one holds each"
    " deployment up that long",
    source=f"{ELB}/edit-target-group-attributes.html#deregistration-delay",
)
def draining(group: Resource, _: Scene) -> Iterator[Fault]:
    """Five seconds to fifteen minutes."""
    found = attributes(group, "TargetGroupAttributes").get(DRAINING, DRAINING_DEFAULT)
    seconds = number(found)
    if group.get("TargetType") == "lambda" or seconds is None:
        return
    if not SHORTEST <= seconds <= LONGEST_DRAINING:
        yield Fault(
            message=f"gives running requests {seconds:g} s when a task goes",
            remedy=f"say {SHORTEST} to {LONGEST_DRAINING}",
            property=_attribute(group, "TargetGroupAttributes", DRAINING),
        )


@rule(
    "timeouts-stop",
    "ECS::TaskDefinition",
    title="a container has time to stop, and Fargate's two minutes at most",
    why="what is still running then is killed: requests, jobs and writes to disk",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
)
def stop(definition: Resource, _: Scene) -> Iterator[Fault]:
    """What is not said is 30 seconds."""
    fargate = "FARGATE" in str(definition.get("RequiresCompatibilities"))
    for path, container in containers(definition):
        seconds = number(container.get("StopTimeout", 30))
        if seconds is None or (SHORTEST <= seconds <= LONGEST_STOP):
            continue
        if seconds < SHORTEST or fargate:
            yield Fault(
                message=f"has {seconds:g} s to stop",
                remedy=f"say {SHORTEST} to {LONGEST_STOP}",
                property=f"{path}.StopTimeout",
            )


@rule(
    "timeouts-service-connect",
    "ECS::Service",
    title="who calls a service by its name waits as long as the balancer does",
    why="Service Connect gives up after 15 seconds unless told otherwise, while the client still"
    " waits for the balancer",
    source=f"{DOCS}/AWSCloudFormation/latest/TemplateReference/"
    "aws-properties-ecs-service-timeoutconfiguration.html",
)
def service_connect(service: Resource, scene: Scene) -> Iterator[Fault]:
    """The request's time against the balancers before the callers, the idle time against both."""
    waits = [each for each in map(idle_of, _balancers(scene.estate)) if each]
    offered = placed(service.get(f"{CONNECT}.Services"), f"{CONNECT}.Services")
    protocols = _protocols(scene.estate, service)
    for path, each in offered if not is_off(service.get(f"{CONNECT}.Enabled")) else []:
        name = word(each.get("PortName"))
        web = protocols.get(name) in ("http", "http2", "grpc")
        said = inside(each, "Timeout.PerRequestTimeoutSeconds")
        request = number(REQUEST_DEFAULT if said is None else said)
        unsaid_idle = IDLE_CONNECTION_DEFAULT if web else 3600
        idle = inside(each, "Timeout.IdleTimeoutSeconds")
        silence = number(unsaid_idle if idle is None else idle)
        if not web and said is not None and name in protocols:
            yield Fault(
                message="limits requests on a port that speaks no HTTP, and ECS refuses that",
                remedy="say AppProtocol of the port, or remove the limit",
                property=f"{path}.Timeout.PerRequestTimeoutSeconds",
            )
        if web and request and waits and request < max(waits):
            yield Fault(
                message=f"its callers give up after {request:g} s, and the balancer waits"
                f" {max(waits):g}",
                remedy="say 0 for no limit, or as much as the balancer waits",
                property=f"{path}.Timeout.PerRequestTimeoutSeconds",
            )
        if web and silence and silence < max([request or 0, *waits]):
            yield Fault(
                message=f"connections are closed after {silence:g} s, before an answer may come",
                remedy="let them be silent for longer than a request takes",
                property=f"{path}.Timeout.IdleTimeoutSeconds",
            )


def _balancers(estate: Estate) -> list[Resource]:
    found = estate.of(BALANCER)
    return [each for each in found if each.get("Type", "application") == "application"]


def _protocols(estate: Estate, service: Resource) -> dict[Any, Any]:
    """The protocols of the named ports of a service's task."""
    definition = definition_of(estate, service)
    return {
        word(each.get("Name")): each.get("AppProtocol", "tcp")
        for _, container in (containers(definition) if definition else [])
        for _, each in placed(container.get("PortMappings"), "")
    }


@rule(
    "timeouts-cache",
    "ElastiCache::ParameterGroup",
    title="a cache keeps connections that are used, and learns of clients that are gone",
    why="a short timeout closes connections between two requests; without keep-alive those of dead"
    " clients stay, and networks forget silent ones after 350 seconds",
    source=f"{DOCS}/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html",
)
def cache(resource: Resource, _: Scene) -> Iterator[Fault]:
    """`timeout` is 0 for never, or a minute and more."""
    base = "Properties"
    idle = number(resource.get(f"{base}.timeout"))
    alive = number(inside(resource.get(base), "tcp-keepalive"))
    if idle is not None and 0 < idle < FEWEST_IDLE:
        yield Fault(
            message=f"closes connections after {idle:g} s",
            remedy=f"say 0, or {FEWEST_IDLE} and more",
            property=f"{base}.timeout",
        )
    if alive is not None and not 0 < alive < FORGOTTEN:
        yield Fault(
            message="never looks whether clients are there"
            if alive <= 0
            else f"looks after clients every {alive:g} s, when networks forgot their connections",
            remedy=f"say 1 to {FORGOTTEN - 1}, such as 300",
            property=f"{base}.tcp-keepalive",
        )


@rule(
    "timeouts-database",
    "RDS::DBParameterGroup",
    "RDS::DBClusterParameterGroup",
    title="a database's limits are long enough for a statement, and end what is forgotten",
    why="they count in milliseconds; a transaction that nobody ends holds its locks for ever",
    source="https://www.postgresql.org/docs/current/runtime-config-client.html",
)
def database(resource: Resource, _: Scene) -> Iterator[Fault]:
    """No limit below a second, and none taken away from idle transactions."""
    limits = (
        "statement_timeout",
        "idle_in_transaction_session_timeout",
        "idle_session_timeout",
        "lock_timeout",
    )
    if not str(resource.get("Family")).startswith(("postgres", "aurora-postgresql")):
        return
    for name in limits:
        value = number(resource.get(f"Parameters.{name}"))
        path = f"Parameters.{name}"
        if value is not None and 0 < value < SHORTEST_MILLISECONDS:
            message = f"ends work after {value:g} ms"
            yield Fault(message=message, remedy="say it in milliseconds", property=path)
        if value == 0 and name == limits[1]:
            message = "lets forgotten transactions hold their locks for ever"
            yield Fault(message=message, remedy="leave it to RDS, which says a day", property=path)
