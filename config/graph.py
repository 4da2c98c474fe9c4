"""The derived graph: who reaches whom on which port, and which endpoints that takes.

This is the one place that turns links into edges. Stacks open exactly these, tests compare them
with what the templates allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, TypeVar

from config import aws
from config.attributes import BALANCER, INTERNET, NAT, NOTIFIER, attributes_of
from config.model.buckets import Bucket
from config.model.fargate import Fargate, FargateTask
from config.model.postgres import Postgres
from config.model.programs import Program
from config.model.valkey import Valkey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from config.model.environment import Environment
    from config.model.fargate import QueueScale
    from config.model.links import Link
    from config.model.network import Tier
    from config.model.services import AppRunner, CodeBuildTask
    from config.model.stores import Store

    Runner = AppRunner | CodeBuildTask | Fargate | FargateTask

T = TypeVar("T")


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
    format: str = "url"
    via: str | None = None


def endpoint_node(service: str) -> str:
    """How an edge names an AWS service's endpoint in the VPC."""
    return f"endpoint:{service}"


def admin_of(store: str) -> str:
    """The node that bootstraps a database and rotates its credentials."""
    return f"{store}-admin"


def proxy_of(store: str) -> str:
    """The node that pools a database's connections."""
    return f"{store}-proxy"


def depth_of(store: str) -> str:
    """The node that measures the queues of a store."""
    return f"{store}-depth"


def runners(environment: Environment) -> Mapping[str, Runner]:
    """Everything that the file says runs, by name."""
    return {**environment.services, **environment.tasks}


@cache
def fargate_services(environment: Environment) -> Mapping[str, Fargate]:
    """The services on ECS Fargate, each after those that it uses (which a rule keeps possible)."""
    found = {n: s for n, s in environment.services.items() if isinstance(s, Fargate)}
    uses = {name: [t for t in service.uses if t in found] for name, service in found.items()}
    return {name: found[name] for name in in_order(uses)}


def in_circle(uses: Mapping[T, Iterable[T]]) -> tuple[T, ...]:
    """Nodes that use each other in a circle; none where an order is possible."""
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        circle: list[T] = error.args[1]
        return tuple(dict.fromkeys(circle))
    return ()


def in_order(uses: Mapping[T, Iterable[T]]) -> tuple[T, ...]:
    """Every node after those that it uses; as they came where they use each other in a circle."""
    try:
        return tuple(TopologicalSorter(uses).static_order())
    except CycleError:
        return tuple(uses)


def served(environment: Environment) -> Mapping[str, Fargate]:
    """The services behind the balancer."""
    return {n: s for n, s in fargate_services(environment).items() if s.routes}


def called(environment: Environment) -> frozenset[str]:
    """The services that other services link to."""
    services = environment.services
    return frozenset(target for _, target, _ in links(environment) if target in services)


def fargate_tasks(environment: Environment) -> Mapping[str, FargateTask]:
    """The tasks on ECS Fargate."""
    return {n: t for n, t in environment.tasks.items() if isinstance(t, FargateTask)}


def group_uses(environment: Environment) -> Mapping[str | None, set[str | None]]:
    """Which groups each group of services and tasks uses; None stands for those in no group.

    That is where the cluster and the balancer are, so every other one uses it.
    """
    programs = {**fargate_services(environment), **fargate_tasks(environment)}
    found: dict[str | None, set[str | None]] = {None: set()}
    for program in programs.values():
        uses = found.setdefault(program.group, set())
        others = {programs[t].group for t in program.uses if t in programs} | {None}
        uses |= others - {program.group}
    return found


def released_name(image: str, task: str | None = None) -> str:
    """What a digest is released for.

    All that runs an image runs one digest of it. A task that somebody starts has its own, since
    what prepares a release (migrations) has to run before it.
    """
    return f"{image}/{task}" if task else image


def released(environment: Environment) -> tuple[str, ...]:
    """Everything that digests are released for."""
    started = (
        released_name(task.image, name)
        for name, task in fargate_tasks(environment).items()
        if not task.schedule
    )
    return (*environment.images, *started)


def groups(environment: Environment) -> tuple[str | None, ...]:
    """The groups, each after those that it uses, which a rule keeps possible."""
    return in_order(group_uses(environment))


def queues(environment: Environment, store: str) -> Mapping[str, QueueScale]:
    """The services that scale by queues of a store, with what they watch."""
    found = {
        name: service.scale.queue
        for name, service in fargate_services(environment).items()
        if service.scale and service.scale.queue
    }
    return {name: queue for name, queue in found.items() if queue.store == store}


def service_name(environment: Environment, service: str) -> str:
    """The document's name of a service, or one that is unique in the account or cluster."""
    spec = environment.services[service]
    own = service if isinstance(spec, Fargate) else f"{environment.name}-{service}"
    return spec.name or own


def store_name(environment: Environment, store: str) -> str:
    """The document's name of a store, or one that is unique in the account."""
    return environment.stores[store].name or f"{environment.name}-{store}"


def task_name(environment: Environment, task: str) -> str:
    """The document's name of a CodeBuild task's project, or one that is unique in the account."""
    spec = environment.tasks[task]
    named = None if isinstance(spec, FargateTask) else spec.name
    return named or f"{environment.name}-{task}"


def links(environment: Environment) -> Iterator[tuple[str, str, Link]]:
    """Every declared link: source, target, details. A sidecar's links are its program's."""
    for (_, source, *_), target, link in placed_links(environment):
        yield source, target, link


def placed_links(environment: Environment) -> Iterator[tuple[tuple[str, ...], str, Link]]:
    """Every declared link: its path in the file (section, source, …, target), target, details."""
    for section in ("services", "tasks", "externals"):
        for source, node in getattr(environment, section).items():
            for target, link in node.uses.items():
                yield (section, source, "uses", target), target, link
    for section in ("services", "tasks"):
        for source, runner in getattr(environment, section).items():
            for name, sidecar in runner.sidecars.items() if isinstance(runner, Program) else ():
                for target, link in sidecar.uses.items():
                    path = (section, source, "sidecars", name, "uses", target)
                    yield path, target, link


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
        yield "ssmmessages"
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


def credentials(environment: Environment, store: str) -> tuple[Credential, ...]:
    """The logins of a database, one for each distinct login name that links ask for."""
    found: dict[str, Credential] = {}
    for _, target, link in links(environment):
        if target == store:
            login = login_of(link)
            found.setdefault(login, credential_of(store, link))
    return tuple(found[login] for login in sorted(found))


def credential_of(store: str, link: Link) -> Credential:
    """The login that a link to a database uses."""
    return Credential(
        store, login_of(link), link.role, dict(link.query), link.secret, link.format, link.via
    )


def login_of(link: Link) -> str:
    """The base name of the login that a link to a database uses."""
    base = "owner" if link.role == "owner" else "app"
    return link.login or (f"{base}-{link.via}" if link.via else base)
