"""What a file declares, in the words of the proof: ways, and who concerns whom."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from checks.graph.ports import tcp
from checks.graph.reach import Way
from config.attributes import BALANCER, INTERNET, NAT, NOTIFIER, attributes_of
from config.credentials import COLOURS, credentials, login_of
from config.graph import edges, ports_out
from config.model.buckets import Bucket
from config.model.fargate import Fargate
from config.model.postgres import Postgres
from config.model.programs import Program
from config.model.valkey import Valkey
from config.nodes import (
    MASTER,
    admin_of,
    depth_of,
    links,
    login_node,
    proxy_of,
    replica_of,
    runners,
)
from config.programs import queues

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.graph.permissions import Relation
    from config.model.environment import Environment
    from config.model.links import Link

# What belongs to no node of a file: the platform under all of them.
PLATFORM = ("network", "cluster", "access-logs", BALANCER, NAT, NOTIFIER)


def ways(environment: Environment) -> set[Way]:
    """The edges of the graph, a way for each port."""
    return {
        Way(edge.source, edge.target, tcp(port))
        for edge in edges(environment)
        for port in edge.ports
    }


def through_nat(environment: Environment) -> set[Way]:
    """What comes to a NAT instance from its network, to be forwarded."""
    if environment.network.way_out != "instance":
        return set()
    inside = str(environment.network.cidr)
    return {Way(inside, NAT, tcp(port)) for port in ports_out(environment)}


def nodes(environment: Environment) -> set[str]:
    """Every name that a resource may give as its node's."""
    stores = environment.stores
    found = {*environment.services, *environment.tasks, *stores, *environment.secrets}
    found |= {*environment.images, *environment.externals, *PLATFORM}
    found |= {each for edge in edges(environment) for each in (edge.source, edge.target)}
    for name, store in stores.items():
        found |= set(logins(environment, name))
        if isinstance(store, Postgres):
            found |= {admin_of(name), proxy_of(name), replica_of(name)}
        elif queues(environment, name):
            found.add(depth_of(name))
    return found


def logins(environment: Environment, store: str) -> Iterator[str]:
    """The nodes of a store's credentials."""
    spec = environment.stores.get(store)
    if isinstance(spec, Postgres):
        yield login_node(store, MASTER)
        yield from (login_node(store, each.login) for each in credentials(environment, store))
    elif isinstance(spec, Valkey):
        yield login_node(store, "app")
        if queues(environment, store):
            yield login_node(store, "depth")


class Concerns:
    """Which other nodes a node has to do with, by its links and by what it is for."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._from: dict[str, list[tuple[str, Link]]] = defaultdict(list)
        self._to: dict[str, list[str]] = defaultdict(list)
        for source, target, link in links(environment):
            self._from[source].append((target, link))
            self._to[target].append(source)
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def of(self, relation: Relation, node: str) -> frozenset[str]:
        """The nodes in a relation to a node, remembered."""
        key = (relation, node)
        if key not in self._known:
            self._known[key] = frozenset(getattr(self, relation)(node))
        return self._known[key]

    def own(self, node: str) -> set[str]:
        """Itself."""
        return {node}

    def secrets(self, node: str) -> set[str]:
        """The credentials that its links deliver, or that it serves."""
        return {*self._delivered(node), *self._served(node)}

    def _delivered(self, node: str) -> Iterator[str]:
        environment = self.environment
        for target, link in self._from[node]:
            offered = attributes_of(environment, target)
            asked = {wanted or offered.default for wanted in link.env.values()}
            if not asked & set(offered.secret):
                continue
            store, external = environment.stores.get(target), environment.externals.get(target)
            if isinstance(store, Postgres):
                yield login_node(target, login_of(link))
            elif isinstance(store, Valkey):
                yield login_node(target, "app")
            elif external and external.secret:
                yield external.secret
            elif target in environment.secrets:
                yield target

    def _served(self, node: str) -> Iterator[str]:
        environment = self.environment
        if node == NOTIFIER and environment.notifier:
            yield environment.notifier.webhook
        for name in environment.stores:
            if node == admin_of(name):
                yield from logins(environment, name)
            elif node == depth_of(name):
                yield login_node(name, "depth")
            elif node == proxy_of(name):
                through = {c.login for c in credentials(environment, name) if c.via == "proxy"}
                yield from (login_node(name, login) for login in through)

    def rotated(self, node: str) -> set[str]:
        """The credentials that it changes."""
        stores = self.environment.stores
        found = (logins(self.environment, name) for name in stores if node == admin_of(name))
        return {each for some in found for each in some}

    def read(self, node: str) -> set[str]:
        """The buckets that it may read."""
        return self._buckets(node, ("read", "read-write"))

    def written(self, node: str) -> set[str]:
        """The buckets that it may write."""
        return self._buckets(node, ("write", "read-write"))

    def buckets(self, node: str) -> set[str]:
        """The buckets that it may do anything with."""
        return self.read(node) | self.written(node)

    def _buckets(self, node: str, accesses: tuple[str, ...]) -> set[str]:
        stores = self.environment.stores
        return {
            target
            for target, link in self._from[node]
            if isinstance(stores.get(target), Bucket) and link.access in accesses
        }

    def invoked(self, node: str) -> set[str]:
        """The functions that it calls."""
        called = any(target == NOTIFIER for target, _ in self._from[node])
        with_domain = getattr(self.environment.services.get(node), "domain", None)
        return {NOTIFIER} if called or (with_domain and self.environment.notifier) else set()

    def image(self, node: str) -> set[str]:
        """The image that it runs."""
        runner = runners(self.environment).get(node)
        return {runner.image} if runner else set()

    def users(self, node: str) -> set[str]:
        """The services that use a store, which are deployed again when its credentials change."""
        services = self.environment.services
        return {source for source in self._to[node] if source in services}

    def cluster(self, node: str) -> set[str]:
        """The cluster, for tasks."""
        return {"cluster"} if node in self.environment.tasks else set()

    def balancer(self, node: str) -> set[str]:
        """The balancer, for those behind it."""
        service = self.environment.services.get(node)
        return {BALANCER} if isinstance(service, Fargate) and service.routes else set()

    def traces(self, node: str) -> set[str]:
        """Everything, for those who send traces."""
        runner = runners(self.environment).get(node)
        sidecars = runner.sidecars.values() if isinstance(runner, Program) else ()
        return {"*"} if any(sidecar.traces for sidecar in sidecars) else set()

    def shell(self, node: str) -> set[str]:
        """Everything, for those who may be entered."""
        return {"*"} if getattr(runners(self.environment).get(node), "shell", False) else set()

    def session_logs(self, node: str) -> set[str]:
        """Where sessions in a program are logged, for those who may be entered."""
        return {"cluster"} if self.shell(node) else set()

    def anything(self, _: str) -> set[str]:
        """Everything, for actions that know no resource."""
        return {"*"}

    def readers_from_outside(self, bucket: str) -> set[str]:
        """The address ranges from which a bucket may be read without credentials."""
        return {
            str(block)
            for name, external in self.environment.externals.items()
            if any(target == bucket for target, _ in self._from[name])
            for block in external.cidrs
        }


__all__ = ["COLOURS", "INTERNET", "Concerns", "logins", "nodes", "ways"]
