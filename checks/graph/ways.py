"""Who reaches whom, by the templates, against the declared edges, both ways."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from checks.finding import Finding
from checks.graph import declared, routing
from checks.graph.interfaces import BALANCER as LOAD_BALANCER
from checks.graph.missing import Shut
from checks.graph.reach import INTERNET, Network, Way
from config.attributes import BALANCER, NAT
from config.programs import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from config.model.environment import Environment

UNDECLARED = "graph-undeclared-way"
DECLARE = "declare the link under `uses`, or take the rule away"


class Ways:
    """The network of one world beside the file."""

    def __init__(self, estate: Estate, environment: Environment) -> None:
        self.estate, self.environment = estate, environment
        self.network = Network(estate)
        self.declared = declared.ways(environment)
        self.meant = self.declared | declared.through_nat(environment)

    def findings(self, *, complete: bool) -> Iterator[Finding]:
        """What is open and not declared; also what is declared and shut if `complete`."""
        yield from self._undeclared_rules()
        yield from self._exposed()
        yield from self._undeclared_listeners()
        if complete:
            shut = Shut(self.network, self.environment.name)
            for way in sorted(self.declared):
                yield from shut.findings(way)
            yield from self._routes()

    def _undeclared_rules(self) -> Iterator[Finding]:
        for inward in (True, False):
            for way, rule in self.network.one_sided(inward=inward):
                if way not in self.meant:
                    side = "lets in" if inward else "lets out"
                    yield _finding(
                        rule.at,
                        rule.path,
                        UNDECLARED,
                        f"{self.path(way)}: no link declares this, and a security group {side}",
                        DECLARE,
                    )

    def path(self, way: Way) -> str:
        """`internet → balancer:443 → app:3000 → database:5432`: how anybody gets there."""
        steps = self._from_internet(way.source)
        text = INTERNET if steps else way.source
        for step in steps or ():
            text += f" → {step.target}:{step.ports}"
        return f"{text} → {way.target}:{way.ports}"

    def _from_internet(self, node: str) -> list[Way]:
        """The shortest declared path from the internet; empty where there is none."""
        onward: dict[str, list[Way]] = defaultdict(list)
        for way in sorted(self.declared, key=lambda each: -each.ports.first):
            onward[way.source].append(way)
        waiting: deque[tuple[str, list[Way]]] = deque([(INTERNET, [])])
        seen = {INTERNET}
        while waiting:
            at, path = waiting.popleft()
            if at == node:
                return path
            for way in onward[at]:
                if way.target not in seen:
                    seen.add(way.target)
                    waiting.append((way.target, [*path, way]))
        return []

    def _exposed(self) -> Iterator[Finding]:
        # A NAT instance has to have an address; its group lets in nobody from outside.
        entries = {NAT, *(way.target for way in self.declared if way.source == INTERNET)}
        for interface in self.network.interfaces:
            node = interface.node or interface.resource.logical_id
            if self.network.is_reached_from_internet(interface) and node not in entries:
                yield _finding(
                    interface.resource,
                    interface.path,
                    UNDECLARED,
                    f"{INTERNET} → {node}: it has a public address in a subnet that the internet"
                    " reaches, and no link declares that",
                    "take the public address away, and place it in a subnet without an internet"
                    " gateway",
                )

    def _undeclared_listeners(self) -> Iterator[Finding]:
        ports = {way.ports.first for way in self.declared if way.target == BALANCER}
        for balancer in self.estate.of(LOAD_BALANCER):
            for listener in routing.listeners(self.estate, balancer):
                if balancer.node == BALANCER and listener.get("Port") not in ports:
                    yield _finding(
                        listener,
                        "Port",
                        UNDECLARED,
                        f"{INTERNET} → {BALANCER}:{listener.get('Port')}: no link declares this"
                        " listener",
                        "remove the listener",
                    )

    def _routes(self) -> Iterator[Finding]:
        """Every declared host and path at its service, and no other."""
        found = {(each.host, _plain(each.path), each.node) for each in routing.routes(self.estate)}
        wanted = {
            (route.host or "*", _plain(route.path), name)
            for name, service in served(self.environment).items()
            for route in service.routes
        }
        for host, path, node in sorted(found - wanted):
            at = next((s for s in self.estate.of(routing.SERVICE) if s.node == node), None)
            yield self._of_route(at, host, path, node, "leads there and no route declares it")
        for host, path, node in sorted(wanted - found):
            at = next((s for s in self.estate.of(routing.SERVICE) if s.node == node), None)
            yield self._of_route(at, host, path, node, "is declared and no rule leads there")

    @staticmethod
    def _of_route(at: Resource | None, host: str, path: str, node: str, what: str) -> Finding:
        return Finding(
            stack=at.stack if at else BALANCER,
            logical_id=at.logical_id if at else "",
            property="",
            rule="graph-route",
            message=f"{host}{path} → {node}: {what}",
            remedy="make the listener's rules those of the service's `routes`",
            sources=("graph-route",),
        )


def _plain(path: str) -> str:
    """`/api` and `/api/*` are one route; its rule names both."""
    return path.removesuffix("*").rstrip("/") or "/"


def _finding(at: Resource, place: str, rule: str, message: str, remedy: str) -> Finding:
    return Finding(
        stack=at.stack,
        logical_id=at.logical_id,
        property=f"Properties.{place}" if place else "",
        rule=rule,
        message=message,
        remedy=remedy,
        sources=(rule,),
    )
