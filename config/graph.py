"""The derived graph: who reaches whom on which port, and which endpoints that takes.

This is the one place that turns links into edges. Stacks open exactly these, tests compare them
with what the templates allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config import aws
from config.attributes import INTERNET, NOTIFIER
from config.model.stores import Bucket, Postgres, Valkey

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.model.environment import Environment
    from config.model.links import Link
    from config.model.services import AppRunner, CodeBuildTask
    from config.model.stores import Store

    Runner = AppRunner | CodeBuildTask


@dataclass(frozen=True, order=True)
class Edge:
    """TCP from one node to another; endpoints are named `endpoint:<service>`."""

    source: str
    target: str
    ports: tuple[int, ...]


@dataclass(frozen=True)
class Credential:
    """One login to a database: its connection string is a secret of its own."""

    store: str
    login: str
    role: str
    query: Mapping[str, str]
    secret: str | None


def endpoint_node(service: str) -> str:
    """How an edge names an AWS service's endpoint in the VPC."""
    return f"endpoint:{service}"


def admin_of(store: str) -> str:
    """The node that bootstraps a database and rotates its credentials."""
    return f"{store}-admin"


def runners(environment: Environment) -> Mapping[str, Runner]:
    """Everything that the file says runs, by name."""
    return {**environment.services, **environment.tasks}


def service_name(environment: Environment, service: str) -> str:
    """The document's name of a service, or one that is unique in the account."""
    return environment.services[service].name or f"{environment.name}-{service}"


def store_name(environment: Environment, store: str) -> str:
    """The document's name of a store, or one that is unique in the account."""
    return environment.stores[store].name or f"{environment.name}-{store}"


def project_name(environment: Environment, task: str) -> str:
    """The document's name of a CodeBuild task's project, or one that is unique in the account."""
    return environment.tasks[task].name or f"{environment.name}-{task}"


def links(environment: Environment) -> Iterator[tuple[str, str, Link]]:
    """Every declared link: source, target, details."""
    sources = {**runners(environment), **environment.externals}
    for source, node in sources.items():
        for target, link in node.uses.items():
            yield source, target, link


def edges(environment: Environment) -> tuple[Edge, ...]:
    """Every edge inside the VPC and out of it, each once, in order."""
    return tuple(sorted(set(_edges(environment))))


def edges_from(environment: Environment, source: str) -> tuple[Edge, ...]:
    """The edges that start at one node."""
    return tuple(edge for edge in edges(environment) if edge.source == source)


def _edges(environment: Environment) -> Iterator[Edge]:
    for source, runner in runners(environment).items():
        yield from _platform_edges(source, runner.kind)
        for target, link in runner.uses.items():
            yield from _link_edges(environment, source, target, link)
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            yield Edge(admin_of(name), name, ports_of(store))
            yield from _platform_edges(admin_of(name), "database-admin")


def _platform_edges(source: str, kind: str) -> Iterator[Edge]:
    for service in (*aws.PLATFORM_ENDPOINTS[kind], *aws.PLATFORM_GATEWAYS[kind]):
        yield Edge(source, endpoint_node(service), (aws.HTTPS_PORT,))


def _link_edges(environment: Environment, source: str, target: str, link: Link) -> Iterator[Edge]:
    if isinstance(store := environment.stores.get(target), Bucket):
        yield Edge(source, endpoint_node("s3"), (aws.HTTPS_PORT,))
    elif store:
        yield Edge(source, target, ports_of(store))
    elif target == NOTIFIER:
        yield Edge(source, endpoint_node("lambda"), (aws.HTTPS_PORT,))
    elif target == INTERNET:
        yield Edge(source, INTERNET, (aws.HTTPS_PORT,))
    elif external := environment.externals.get(target):
        if external.endpoint:
            yield Edge(source, endpoint_node(external.endpoint), (external.port,))
        elif external.hosts and not link.unreachable:
            yield Edge(source, INTERNET, (external.port,))


def ports_of(store: Store) -> tuple[int, ...]:
    """The TCP ports that a store answers on; none for what is reached through an AWS API."""
    if isinstance(store, Postgres):
        return (aws.POSTGRES_PORT,)
    return aws.VALKEY_PORTS[store.topology] if isinstance(store, Valkey) else ()


def endpoints(environment: Environment) -> Mapping[str, tuple[str, ...]]:
    """The endpoints that edges use, each with the zones that offer it."""
    services = {
        edge.target.removeprefix("endpoint:")
        for edge in edges(environment)
        if edge.target.startswith("endpoint:")
    }
    return {
        service: tuple(
            zone
            for zone, zone_id in environment.network.zones.items()
            if zone_id not in aws.ENDPOINT_MISSING_IN.get(service, ())
        )
        for service in sorted(services)
    }


def credentials(environment: Environment, store: str) -> tuple[Credential, ...]:
    """The logins of a database, one for each distinct login name that links ask for."""
    found: dict[str, Credential] = {}
    for _, target, link in links(environment):
        if target == store:
            login = login_of(link)
            found.setdefault(
                login, Credential(store, login, link.role, dict(link.query), link.secret)
            )
    return tuple(found[login] for login in sorted(found))


def login_of(link: Link) -> str:
    """The base name of the login that a link to a database uses."""
    return link.login or ("owner" if link.role == "owner" else "app")
