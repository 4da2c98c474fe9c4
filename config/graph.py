"""The derived graph: who reaches whom on which port, and which endpoints that takes.

This is the one place that turns links into edges. Stacks open exactly these, tests compare them
with what the templates allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from config import aws
from config.attributes import BALANCER, INTERNET, NAT, NOTIFIER, attributes_of
from config.model.buckets import Bucket
from config.model.fargate import Fargate
from config.model.postgres import Postgres
from config.model.programs import Program
from config.model.valkey import Valkey
from config.nodes import admin_of, depth_of, endpoint_node, links, proxy_of, runners
from config.programs import queues, served

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.model.environment import Environment
    from config.model.links import Link
    from config.model.network import Tier
    from config.model.stores import Store


@dataclass(frozen=True, order=True)
class Edge:
    """TCP from one node to another; endpoints are named `endpoint:<service>`."""

    source: str
    target: str
    ports: tuple[int, ...]


def tiers(environment: Environment) -> tuple[Tier, ...]:
    """The subnet tiers, in order: a way out and a balancer stand in a public one."""
    network = environment.network
    public: tuple[Tier, ...] = ("public",)
    private: tuple[Tier, ...] = ("private",)
    out = network.way_out != "none"
    return (
        *(public if out or environment.balancer else ()),
        *(private if out else ()),
        "isolated",
    )


@cache
def edges(environment: Environment) -> tuple[Edge, ...]:
    """Every edge inside the VPC and out of it, each once, in order."""
    return tuple(sorted(set(_edges(environment))))


@cache
def _by_source(environment: Environment) -> Mapping[str, tuple[Edge, ...]]:
    found: dict[str, tuple[Edge, ...]] = {}
    for edge in edges(environment):
        found[edge.source] = (*found.get(edge.source, ()), edge)
    return found


def edges_from(environment: Environment, source: str) -> tuple[Edge, ...]:
    """The edges that start at one node."""
    return _by_source(environment).get(source, ())


def _edges(environment: Environment) -> Iterator[Edge]:
    needs = _needs(environment)
    offered = _offered(environment, needs)
    for source, services in needs.items():
        for service in offered & set(services):
            yield Edge(source, endpoint_node(service), (aws.HTTPS_PORT,))
    for source, target, link in links(environment):
        if source not in environment.externals:
            yield from _link_edges(environment, source, target, link)
    yield from _own_edges(environment)


def _own_edges(environment: Environment) -> Iterator[Edge]:
    """The edges of what is made beside the file's nodes."""
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            yield Edge(admin_of(name), name, ports_of(store))
            if store.proxy:
                yield Edge(proxy_of(name), name, ports_of(store))
        elif queues(environment, name):
            yield Edge(depth_of(name), name, ports_of(store))
    if environment.balancer:
        yield Edge(INTERNET, BALANCER, (aws.HTTP_PORT, aws.HTTPS_PORT))
    for name, served_one in served(environment).items():
        if served_one.port:
            yield Edge(BALANCER, name, (served_one.port,))
    if environment.network.way_out == "instance":
        yield Edge(NAT, INTERNET, ports_out(environment))


def ports_out(environment: Environment) -> tuple[int, ...]:
    """The ports that nodes use towards the internet; HTTPS is also a NAT instance's own."""
    found = {
        port
        for source, target, link in links(environment)
        for edge in _link_edges(environment, source, target, link)
        if edge.target == INTERNET
        for port in edge.ports
    }
    return tuple(sorted({aws.HTTPS_PORT, *found}))


def _link_edges(environment: Environment, source: str, target: str, link: Link) -> Iterator[Edge]:
    store, service = environment.stores.get(target), environment.services.get(target)
    if isinstance(store, Postgres) and link.via == "proxy":
        yield Edge(source, proxy_of(target), ports_of(store))
    elif store and not isinstance(store, Bucket):
        yield Edge(source, target, ports_of(store))
    elif isinstance(service, Fargate) and service.port:
        yield Edge(source, target, (service.port,))
    elif target == INTERNET:
        yield Edge(source, INTERNET, (aws.HTTPS_PORT,))
    elif external := environment.externals.get(target):
        if external.endpoint:
            yield Edge(source, endpoint_node(external.endpoint), (external.port,))
        elif external.hosts and not link.unreachable:
            yield Edge(source, INTERNET, (external.port,))


@cache
def _needs(environment: Environment) -> Mapping[str, tuple[str, ...]]:
    """The AWS services that each node calls: for itself, or because its platform does for it."""
    found: dict[str, tuple[str, ...]] = {
        name: aws.PLATFORM_NEEDS[runner.kind] for name, runner in runners(environment).items()
    }
    for name, runner in runners(environment).items():
        if isinstance(runner, Program):
            found[name] += tuple(_program_needs(environment, name, runner))
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            found[admin_of(name)] = aws.PLATFORM_NEEDS["function"]
        elif queues(environment, name):
            found[depth_of(name)] = aws.PLATFORM_NEEDS["function"]
    for source, target, _ in links(environment):
        if source in found:
            if isinstance(environment.stores.get(target), Bucket):
                found[source] += ("s3",)
            if target == NOTIFIER:
                found[source] += ("lambda",)
    return found


def _program_needs(environment: Environment, name: str, program: Program) -> Iterator[str]:
    secret = (
        (link.env[variable] or attributes.default) in attributes.secret
        for source, target, link in links(environment)
        if source == name
        for attributes in (attributes_of(environment, target),)
        for variable in link.env
    )
    if any(secret):
        yield "secretsmanager"
    if isinstance(program, Fargate) and program.shell:
        # Sessions are encrypted with the environment's key, which the task itself asks for.
        yield from ("ssmmessages", "kms")
    if any(sidecar.traces for sidecar in program.sidecars.values()):
        yield "xray"


def _offered(environment: Environment, needs: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The services that have an endpoint in the VPC.

    A node that may reach the internet calls AWS that way. But where an endpoint stands, because
    another node has no such way, its private name leads everybody to it: so all who need the
    service get an edge to it. Gateways cost nothing and always stand.
    """
    free = {
        source
        for source, target, link in links(environment)
        for edge in _link_edges(environment, source, target, link)
        if edge.target == INTERNET and aws.HTTPS_PORT in edge.ports
    }
    bound = {
        service for node, services in needs.items() if node not in free for service in services
    }
    gateways = {service for services in needs.values() for service in services} & set(
        aws.PREFIX_LISTS
    )
    externals = environment.externals.values()
    named = {external.endpoint for external in externals if external.endpoint}
    return frozenset(bound | gateways | named)


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
