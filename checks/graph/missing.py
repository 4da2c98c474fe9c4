"""Why a declared way is not possible: groups, routes, endpoints, listeners, policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.finding import Finding
from checks.graph import routing
from checks.graph.interfaces import BALANCER as LOAD_BALANCER
from checks.graph.interfaces import ENDPOINT
from checks.graph.policies import statements
from checks.graph.reach import INTERNET
from config.attributes import BALANCER
from config.aws import PREFIX_LISTS
from config.nodes import endpoint_node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.graph.interfaces import Interface
    from checks.graph.reach import Network, Way

# The endpoints that are routes, and not addresses.
GATEWAYS = {endpoint_node(service) for service in PREFIX_LISTS}
MISSING = "graph-missing-way"
REMEDY = "open exactly this way, or take the link out of the file"


class Shut:
    """What shuts declared ways in the network of one world; `name` is the environment's."""

    def __init__(self, network: Network, name: str) -> None:
        self.estate, self.network, self._name = network.estate, network, name
        self.led_to = routing.led_to(network.estate)

    def findings(self, way: Way) -> Iterator[Finding]:
        """What stands in the way."""
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
            yield from self._shut_by_policy(way, target.resource)

    def _shut_by_policy(self, way: Way, endpoint: Resource) -> Iterator[Finding]:
        """An endpoint without a policy lets everything pass; one with must let its service pass."""
        document = endpoint.get("PolicyDocument")
        if document is None:
            return
        service = way.target.removeprefix("endpoint:").split(".")[0]
        found = list(statements(document, endpoint, "PolicyDocument"))
        passing = [
            each
            for each in found
            if each.allows and any(a == "*" or a.startswith(f"{service}:") for a in each.actions)
        ]
        shut = [e for e in found if e.effect == "Deny" and "*" in e.actions and not e.conditions]
        if shut or not passing:
            yield self._shut(way, endpoint, "the endpoint's policy lets nobody through")

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
            endpoint = self.network.routes.gateway_endpoint(subnet, service)
            if endpoint is None:
                yield self._shut(
                    way, subnet, f"no gateway endpoint is in the routes of {subnet.logical_id}"
                )
            else:
                yield from self._shut_by_policy(way, endpoint)

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

    def _shut(self, way: Way, at: Resource | None, why: str) -> Finding:
        if at is None:
            return Finding(
                stack=self._name,
                logical_id="",
                property="",
                rule=MISSING,
                message=f"{way.source} → {way.target}:{way.ports} is declared: {why}",
                remedy=REMEDY,
                sources=(MISSING,),
            )
        return Finding(
            stack=at.stack,
            logical_id=at.logical_id,
            property="",
            rule=MISSING,
            message=f"{way.source} → {way.target}:{way.ports} is declared, but {why}",
            remedy=REMEDY,
            sources=(MISSING,),
        )
