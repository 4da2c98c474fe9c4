"""Names by which services call each other, and who learns them."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.graph.routing import SERVICE
from checks.rules.ecs import (
    cluster_of,
    containers,
    definition_of,
    is_off,
    is_open,
    placed,
    word,
)
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GUIDE = f"{DOCS}/AmazonECS/latest/developerguide"
CONNECT = "ServiceConnectConfiguration"
NAMESPACES = (
    "AWS::ServiceDiscovery::HttpNamespace",
    "AWS::ServiceDiscovery::PrivateDnsNamespace",
    "AWS::ServiceDiscovery::PublicDnsNamespace",
)
SCHEMES = "https?|wss?|grpc|tcp|rediss?|postgres(?:ql)?|mysql|mongodb|amqps?|nats"
URL = re.compile(rf"\b({SCHEMES})://(?:[^/@\s]*@)?([A-Za-z0-9.-]+)(?::(\d+))?")
PORTS = {"http": 80, "https": 443}


def namespace_of(estate: Estate, service: Resource) -> Any:
    """The namespace in which a service calls and is called."""
    said = service.get(f"{CONNECT}.Namespace")
    cluster = cluster_of(estate, service.get("Cluster"))
    default = cluster.get("ServiceConnectDefaults.Namespace") if cluster else None
    value = default if said is None else said
    found = estate.at(value)
    return found if found and found.kind in NAMESPACES else value


@lru_cache(maxsize=4)
def _aliases(estate: Estate) -> Mapping[str, list[tuple[Any, float | None]]]:
    """Who is called by which name: the namespace and the port."""
    found: dict[str, list[tuple[Any, float | None]]] = defaultdict(list)
    for service in estate.of(SERVICE):
        for _, offered in placed(service.get(f"{CONNECT}.Services"), ""):
            for _, alias in placed(offered.get("ClientAliases"), ""):
                name, port = alias.get("DnsName"), number(alias.get("Port"))
                if is_literal(name):
                    found[str(name)].append((namespace_of(estate, service), port))
    return found


@rule(
    "health-service-connect",
    "ECS::Service",
    title="what a service offers by Service Connect is a named port of its task, in a namespace",
    why="ECS refuses it, or offers a name that nobody answers",
    source=f"{GUIDE}/service-connect-concepts-deploy.html",
)
def service_connect(service: Resource, scene: Scene) -> Iterator[Fault]:
    """On, in a namespace, by ports that exist."""
    estate = scene.estate
    offered = placed(service.get(f"{CONNECT}.Services"), f"{CONNECT}.Services")
    if is_off(service.get(f"{CONNECT}.Enabled")):
        if offered:
            message = "offers names, and Service Connect is off"
            remedy = "set Enabled to true"
            yield Fault(message=message, remedy=remedy, property=f"{CONNECT}.Enabled")
        return
    namespace = namespace_of(estate, service)
    here = [each.get("Name") for each in estate.of(*NAMESPACES)]
    known = not is_literal(namespace) or namespace.startswith("arn:") or namespace in here
    if namespace is None or (here and not known):
        yield Fault(
            message="is in no namespace" if namespace is None else f"there is no {namespace!r}",
            remedy="name a namespace",
            property=f"{CONNECT}.Namespace",
        )
    definition = definition_of(estate, service)
    mappings = [
        each
        for _, container in (containers(definition) if definition else [])
        for _, each in placed(container.get("PortMappings"), "")
    ]
    names = {word(each.get("Name")) for each in mappings}
    for path, each in offered:
        name = word(each.get("PortName"))
        if definition and not is_open(name) and name not in names:
            message, remedy = f"its task has no port {name!r}", "name a port of its PortMappings"
            yield Fault(message=message, remedy=remedy, property=f"{path}.PortName")
        for where, alias in placed(each.get("ClientAliases"), f"{path}.ClientAliases"):
            port = number(alias.get("Port"))
            if not is_open(alias.get("Port")) and (port is None or not 1 <= port <= 65535):
                message = f"is called on port {alias.get('Port')}"
                yield Fault(message=message, remedy="say 1 to 65535", property=f"{where}.Port")
            name = str(alias.get("DnsName"))
            if is_literal(name) and _twice(estate, name):
                message = f"two services of a namespace are called {name}"
                yield Fault(message=message, remedy="rename one", property=f"{where}.DnsName")


def _twice(estate: Estate, name: str) -> bool:
    places = [(str(namespace), port) for namespace, port in _aliases(estate).get(name, [])]
    return len(set(places)) < len(places)


@rule(
    "health-service-connect-callers",
    "ECS::Service",
    title="who calls a service by its name is in its namespace and says its port",
    why="the name is known only to tasks of the namespace, and only the port of the alias is open",
    source=f"{GUIDE}/service-connect-concepts.html",
)
def callers(service: Resource, scene: Scene) -> Iterator[Fault]:
    """Addresses in variables against the names that others offer."""
    estate = scene.estate
    definition = definition_of(estate, service)
    alone = definition is not None and definition.get("NetworkMode") == "awsvpc"
    for path, host, port in _calls(definition) if definition else []:
        offered = _aliases(estate).get(host, [])
        ports = sorted(known for _, known in offered if known is not None)
        if not offered and alone and _is_short(host):
            message, remedy = f"calls {host}, and no service is called that", "name one that is"
        elif port is not None and ports and port not in ports:
            message = f"calls {host} on {port:g}, and it listens on {ports[0]:g}"
            remedy = "say the port of its alias"
        else:
            if offered and not _learns(estate, service, offered):
                yield Fault(
                    message=f"calls {host}, whose name it does not learn",
                    remedy="enable Service Connect in the namespace of that service",
                    property=CONNECT,
                )
            continue
        yield Fault(message=message, remedy=remedy, property=path, at=definition)


def _calls(definition: Resource) -> Iterator[tuple[str, str, float | None]]:
    """The hosts and ports in the variables of a task, each with the path of its variable."""
    for path, container in containers(definition):
        for where, each in placed(container.get("Environment"), f"{path}.Environment"):
            value = each.get("Value")
            for scheme, host, port in URL.findall(value) if isinstance(value, str) else []:
                yield f"{where}.Value", host, number(port) if port else PORTS.get(scheme)


def _learns(estate: Estate, service: Resource, offered: list[tuple[Any, float | None]]) -> bool:
    """Whether a service is told the names of a namespace."""
    own = namespace_of(estate, service)
    known = own in [namespace for namespace, _ in offered]
    return known and not is_off(service.get(f"{CONNECT}.Enabled"))


def _is_short(host: str) -> bool:
    """Whether a host is a bare word, which a task learns from Service Connect alone."""
    return "." not in host and host != "localhost" and not host.isdigit()
