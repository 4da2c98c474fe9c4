"""Health checks of containers, of App Runner and from outside."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from checks.estate import listed
from checks.rules.ecs import containers, is_off, is_open, placed, word
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GUIDE = f"{DOCS}/AmazonECS/latest/developerguide"
SLOWEST = 300


@rule(
    "health-container",
    "ECS::TaskDefinition",
    title="a container's own health check has a command, time to answer and time to start",
    why="ECS stops an essential container that is called unhealthy, and waits for nothing else",
    source=f"{GUIDE}/healthcheck.html",
)
def container_check(definition: Resource, _: Scene) -> Iterator[Fault]:
    """Within what ECS takes, and noticed within five minutes."""
    bounds = {"Interval": (5, 300, 30), "Timeout": (2, 60, 5), "Retries": (1, 10, 3)}
    for path, container in containers(definition):
        check, where = container.get("HealthCheck"), f"{path}.HealthCheck"
        if not isinstance(check, dict):
            continue
        command = listed(check.get("Command"))
        words = {"CMD", "CMD-SHELL"}
        if not is_open(check.get("Command")) and (
            not command
            or (command != ["NONE"] and (command[0] not in words or not all(command[1:])))
            or (command[0] in words and len(command) < 2)
        ):
            message, remedy = "its check runs no command", "begin with CMD-SHELL or CMD"
            yield Fault(message=message, remedy=remedy, property=f"{where}.Command")
        values: dict[str, float] = {}
        for name, (low, high, default) in {**bounds, "StartPeriod": (0, 300, 0)}.items():
            value = number(check.get(name, default))
            values[name] = default if value is None else value
            if value is not None and not low <= value <= high:
                yield Fault(
                    message=f"{name} is {value:g}",
                    remedy=f"say {low} to {high}",
                    property=f"{where}.{name}",
                )
        if values["Timeout"] >= values["Interval"]:
            message = f"waits {values['Timeout']:g} s and asks every {values['Interval']:g} s"
            remedy = "make the timeout shorter than the interval"
            yield Fault(message=message, remedy=remedy, property=f"{where}.Timeout")
        if values["Interval"] * values["Retries"] > SLOWEST:
            message = f"is called dead after {values['Interval'] * values['Retries']:g} s"
            yield Fault(message=message, remedy="ask more often", property=f"{where}.Interval")


@rule(
    "health-container-order",
    "ECS::TaskDefinition",
    title="containers wait for containers that are there, and for what can happen",
    why="a task never starts that waits for the health of a container without a check, or for the"
    " end of one that must not end",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_ContainerDependency.html",
)
def container_order(definition: Resource, _: Scene) -> Iterator[Fault]:
    """A condition that the other container can meet."""
    by_name = {word(each.get("Name")): each for _, each in containers(definition)}
    for path, container in containers(definition):
        for where, each in placed(container.get("DependsOn"), f"{path}.DependsOn"):
            name, condition = word(each.get("ContainerName")), each.get("Condition")
            other = by_name.get(name)
            if is_open(name) or is_open(condition):
                continue
            if other is None or other is container:
                message = f"waits for {name!r}, which is no other container of the task"
            elif condition == "HEALTHY" and not other.get("HealthCheck"):
                message = f"waits for the health of {name}, which has no HealthCheck"
            elif condition in ("COMPLETE", "SUCCESS") and not is_off(
                other.get("Essential"), unsaid=False
            ):
                message = f"waits for the end of {name}, with which the task ends"
            else:
                continue
            yield Fault(message=message, remedy="wait for what can happen", property=where)


@rule(
    "health-app-runner",
    "AppRunner::Service",
    title="App Runner asks the program itself whether it is healthy, and soon enough",
    why="a port that is open says nothing about a program, and TCP is what App Runner checks when"
    " nobody says otherwise",
    source=f"{DOCS}/apprunner/latest/dg/manage-configure-healthcheck.html",
)
def app_runner(service: Resource, _: Scene) -> Iterator[Fault]:
    """HTTP at a path, within App Runner's bounds."""
    path = "HealthCheckConfiguration"
    protocol, asked = service.get(f"{path}.Protocol", "TCP"), service.get(f"{path}.Path", "/")
    if is_open(service.get(path)):
        return
    if protocol != "HTTP" and not is_open(protocol):
        message = "is called healthy as soon as its port is open"
        yield Fault(message=message, remedy="set Protocol to HTTP", property=f"{path}.Protocol")
    if is_literal(asked) and not asked.startswith("/"):
        message = f"is asked for {asked!r}, which is no path"
        yield Fault(message=message, remedy="begin with /", property=f"{path}.Path")
    values = {}
    for name, default in (
        ("Interval", 5),
        ("Timeout", 2),
        ("HealthyThreshold", 1),
        ("UnhealthyThreshold", 5),
    ):
        value = values[name] = number(service.get(f"{path}.{name}", default))
        if value is not None and not 1 <= value <= 20:
            message = f"{name} is {value:g}"
            yield Fault(message=message, remedy="say 1 to 20", property=f"{path}.{name}")
    timeout, interval = values["Timeout"], values["Interval"]
    if timeout is not None and interval is not None and timeout > interval:
        yield Fault(
            message=f"has {timeout:g} s to answer and is asked every {interval:g} s",
            remedy="make the timeout no longer than the interval",
            property=f"{path}.Timeout",
        )


@rule(
    "health-probe",
    "Route53::HealthCheck",
    title="a look from outside calls a public address, by its protocol's port, often enough",
    why="one that can't reach its target is always red, and one that looks at less sees nothing",
    source=f"{DOCS}/Route53/latest/DeveloperGuide/health-checks-creating-values.html",
)
def probe(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Host, port, path, interval and threshold."""
    base = "HealthCheckConfig"
    kind = str(resource.get(f"{base}.Type"))
    protocol = kind.split("_", maxsplit=1)[0]
    if protocol not in ("HTTP", "HTTPS", "TCP"):
        return
    yield from _called(resource, base)
    port = number(resource.get(f"{base}.Port", {"HTTPS": 443}.get(protocol, 80)))
    listening = _listening(scene.estate)
    wrong = {"HTTP": 443, "HTTPS": 80}.get(protocol)
    if port is not None and (port == wrong or (listening and port not in listening)):
        message, remedy = f"speaks {protocol} to port {port:g}", "say a port that speaks it"
        yield Fault(message=message, remedy=remedy, property=f"{base}.Port")
    path = resource.get(f"{base}.ResourcePath", "/")
    if not kind.startswith("TCP") and is_literal(path) and not path.startswith("/"):
        message = f"asks for {path!r}, which is no path"
        yield Fault(message=message, remedy="begin with /", property=f"{base}.ResourcePath")
    if kind.endswith("STR_MATCH") and not resource.get(f"{base}.SearchString"):
        message = "looks for a text and does not say which"
        yield Fault(message=message, remedy="say SearchString", property=f"{base}.SearchString")
    if kind.startswith("HTTPS") and is_off(resource.get(f"{base}.EnableSNI"), unsaid=False):
        message = "does not say which host it wants, and gets another certificate or none"
        yield Fault(message=message, remedy="set EnableSNI to true", property=f"{base}.EnableSNI")
    interval = number(resource.get(f"{base}.RequestInterval", 30))
    count = number(resource.get(f"{base}.FailureThreshold", 3))
    if interval is not None and interval not in (10, 30):
        message = f"asks every {interval:g} s"
        yield Fault(message=message, remedy="say 10 or 30", property=f"{base}.RequestInterval")
    if count is not None and not 2 <= count <= 10:
        message = f"decides after {count:g} failures"
        yield Fault(message=message, remedy="say 2 to 10", property=f"{base}.FailureThreshold")
    for name, message in (
        ("Inverted", "is red while its target answers"),
        ("Disabled", "is switched off, which Route 53 calls healthy"),
    ):
        if is_true(resource.get(f"{base}.{name}")):
            yield Fault(message=message, remedy=f"remove {name}", property=f"{base}.{name}")


def _listening(estate: Estate) -> set[float | None]:
    """The ports on which an estate is called from outside; none where it is not known."""
    listeners = estate.of("AWS::ElasticLoadBalancingV2::Listener")
    ports = {number(each.get("Port")) for each in listeners}
    usual: set[float | None] = {80, 443}
    return ports | usual if listeners or estate.of("AWS::AppRunner::Service") else set()


def _called(resource: Resource, base: str) -> Iterator[Fault]:
    """Whether somebody outside can call what is named."""
    host, address = (
        resource.get(f"{base}.FullyQualifiedDomainName"),
        resource.get(f"{base}.IPAddress"),
    )
    if host is None and address is None:
        message = "calls nobody"
        remedy = "say FullyQualifiedDomainName"
        yield Fault(message=message, remedy=remedy, property=f"{base}.FullyQualifiedDomainName")
    for name, value in (("FullyQualifiedDomainName", host), ("IPAddress", address)):
        if is_literal(value) and _is_private(value):
            yield Fault(
                message=f"calls {value}, which nobody outside can",
                remedy="name a public host",
                property=f"{base}.{name}",
            )


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".internal", ".local", ".localhost"))
