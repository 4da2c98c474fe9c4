"""Who reaches whom, by the templates, against the declared edges, both ways."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from checks.finding import Finding
from checks.graph import declared, routing
from checks.graph.interfaces import BALANCER as LOAD_BALANCER
from checks.graph.interfaces import ENDPOINT
from checks.graph.reach import INTERNET, Network, Way
from config.attributes import BALANCER, NAT
from config.aws import PREFIX_LISTS
from config.nodes import endpoint_node
from config.programs import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.graph.interfaces import Interface
    from config.model.environment import Environment

# The endpoints that are routes, and not addresses.
GATEWAYS = {endpoint_node(service) for service in PREFIX_LISTS}
UNDECLARED, MISSING = "graph-undeclared-way", "graph-missing-way"
DECLARE = "declare the link under `uses`, or take the rule away"


class Ways:
    """The network of one world beside the file."""

    def __init__(self, estate: Estate, environment: Environment) -> None:
        self.estate, self.environment = estate, environment
        self.network = Network(estate)
        self.led_to = routing.led_to(estate)
        self.declared = declared.ways(environment)
        self.meant = self.declared | declared.through_nat(environment)

    def findings(self, *, complete: bool) -> Iterator[Finding]:
        """What is open and not declared; also what is declared and shut if `complete`."""
        yield from self._undeclared_rules()
        yield from self._exposed()
        yield from self._undeclared_listeners()
        if complete:
            for way in sorted(self.declared):
                yield from self._missing(way)
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

    def _missing(self, way: Way) -> Iterator[Finding]:
        sources = self.network.by_node.get(way.source, [])
        targets = self.network.by_node.get(way.target, [])
        if way.source == INTERNET:
            yield from self._missing_entry(way, targets)
        elif not sources:
            yield self._shut(way, None, f"{way.source} stands in no network")
        elif way.target == INTERNET or way.target in GATEWAYS:
            leave = self._missing_exit if way.target == INTERNET else self._missing_gateway
            for source in sources:
                yield from leave(way, source)
        else:
            yield from self._missing_between(way, sources, targets)

    def _missing_between(
        self, way: Way, sources: list[Interface], targets: list[Interface]
    ) -> Iterator[Finding]:
        if not targets:
            yield self._shut(way, sources[0].resource, f"{way.target} stands in no network")
        for source in sources:
            for target in targets:
                yield from self._missing_inside(way, source, target)
        if way.source == BALANCER:
            yield from self._not_forwarded(way)

    def _missing_inside(self, way: Way, source: Interface, target: Interface) -> Iterator[Finding]:
        if not self.network.lets_out(source, target, way.ports):
            yield self._shut(way, source.resource, f"{way.source}'s group does not let it out")
        if not self.network.lets_in(source, target, way.ports):
            yield self._shut(way, target.resource, f"{way.target}'s group does not let it in")
        homes = {subnet.get("VpcId") for each in (source, target) for subnet in each.subnets}
        if len(homes) > 1:
            yield self._shut(way, source.resource, "they stand in different networks")
        if target.resource.kind == ENDPOINT:
            yield from self._unnamed_endpoint(way, target)

    def _unnamed_endpoint(self, way: Way, target: Interface) -> Iterator[Finding]:
        if target.resource.get("PrivateDnsEnabled") is not True:
            yield self._shut(
                way, target.resource, "the endpoint has no private name, so nobody calls it"
            )
        vpc = self.estate.at(target.resource.get("VpcId"))
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            if vpc and vpc.get(name) is not True:
                yield self._shut(way, vpc, f"private names need {name}")

    def _missing_exit(self, way: Way, source: Interface) -> Iterator[Finding]:
        if not self.network.lets_out_to_internet(source, way.ports):
            yield self._shut(way, source.resource, f"{way.source}'s group does not let it out")
        for subnet in source.subnets:
            if not self.network.routes.leads_out(subnet, with_address=source.public):
                yield self._shut(way, subnet, f"no route leads out of {subnet.logical_id}")

    def _missing_gateway(self, way: Way, source: Interface) -> Iterator[Finding]:
        service = way.target.removeprefix("endpoint:")
        if not self.network.lets_out_to_list(source, service, way.ports):
            yield self._shut(way, source.resource, f"{way.source}'s group does not let it out")
        for subnet in source.subnets:
            if not self.network.routes.gateway_endpoint(subnet, service):
                yield self._shut(
                    way, subnet, f"no gateway endpoint is in the routes of {subnet.logical_id}"
                )

    def _missing_entry(self, way: Way, targets: list[Interface]) -> Iterator[Finding]:
        if not targets:
            yield self._shut(way, None, f"{way.target} stands in no network")
        for target in targets:
            if not self.network.open_to_internet(target, way.ports):
                yield self._shut(way, target.resource, f"{way.target}'s group does not let it in")
            if not target.public:
                yield self._shut(way, target.resource, "it has no public address")
            for subnet in target.subnets:
                if not self.network.routes.is_public(subnet):
                    yield self._shut(
                        way, subnet, f"no internet gateway is in the routes of {subnet.logical_id}"
                    )
            if target.resource.kind == LOAD_BALANCER:
                ports = [e.get("Port") for e in routing.listeners(self.estate, target.resource)]
                if way.ports.first not in ports:
                    yield self._shut(way, target.resource, "no listener answers there")

    def _not_forwarded(self, way: Way) -> Iterator[Finding]:
        """A target group on this port, a task that registers in it, and a rule that leads there."""
        for service in self.estate.of_node(routing.SERVICE, way.target):
            ports = {each.get("ContainerPort") for each in service.mappings("LoadBalancers")}
            if way.ports.first not in ports:
                yield self._shut(way, service, "the service registers no container on this port")
            for each in service.mappings("LoadBalancers"):
                group = self.estate.at(each.get("TargetGroupArn"))
                if group not in self.led_to:
                    yield self._shut(way, service, "no rule of a listener leads to its targets")

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

    def _shut(self, way: Way, at: Resource | None, why: str) -> Finding:
        if at is None:
            return Finding(
                stack=self.environment.name,
                logical_id="",
                property="",
                rule=MISSING,
                message=f"{way.source} → {way.target}:{way.ports} is declared: {why}",
                remedy="open exactly this way, or take the link out of the file",
                sources=(MISSING,),
            )
        return _finding(
            at,
            "",
            MISSING,
            f"{way.source} → {way.target}:{way.ports} is declared, but {why}",
            "open exactly this way, or take the link out of the file",
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
