"""Where the subnets of an estate lead: to the internet, through a NAT, or nowhere."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.graph.interfaces import ENDPOINT, service_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.estate import Estate, Resource
    from checks.graph.groups import Block

EVERYWHERE = ("0.0.0.0/0", "::/0")
TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "InstanceId",
    "NetworkInterfaceId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "EgressOnlyInternetGatewayId",
    "CarrierGatewayId",
    "LocalGatewayId",
    "VpcEndpointId",
    "CoreNetworkArn",
)
NATS = ("AWS::EC2::NatGateway", "AWS::EC2::Instance")


class Routes:
    """The route tables of an estate, by subnet."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    @cached_property
    def _tables(self) -> Mapping[Resource, Resource]:
        found = {}
        for each in self._estate.of("AWS::EC2::SubnetRouteTableAssociation"):
            subnet, table = (self._estate.at(each.get(k)) for k in ("SubnetId", "RouteTableId"))
            if subnet and table:
                found[subnet] = table
        return found

    @cached_property
    def _routes(self) -> Mapping[Resource, list[Resource]]:
        found: dict[Resource, list[Resource]] = defaultdict(list)
        for each in self._estate.of("AWS::EC2::Route"):
            if table := self._estate.at(each.get("RouteTableId")):
                found[table].append(each)
        return found

    def table(self, subnet: Resource) -> Resource | None:
        """The route table of a subnet."""
        return self._tables.get(subnet)

    def default(self, subnet: Resource) -> tuple[Resource, Resource] | None:
        """The route of a subnet to everywhere, and what it leads to."""
        table = self.table(subnet)
        for route in self._routes.get(table, []) if table else []:
            block = route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock")
            if block in EVERYWHERE and (target := self.target(route)):
                return route, target
        return None

    def target(self, route: Resource) -> Resource | None:
        """What a route leads to."""
        found = (self._estate.at(route.get(name)) for name in TARGETS)
        return next((each for each in found if each), None)

    def is_public(self, subnet: Resource) -> bool:
        """Whether addresses in a subnet reach the internet, and are reached from it, directly."""
        found = self.default(subnet)
        return bool(
            found and found[1].kind == "AWS::EC2::InternetGateway" and self._attached(found[1])
        )

    def _attached(self, gateway: Resource) -> bool:
        return bool(self._estate.users_of(gateway, "AWS::EC2::VPCGatewayAttachment"))

    def leads_out(self, subnet: Resource, *, with_address: bool) -> bool:
        """Whether something in a subnet reaches the internet, with an address of its own or not."""
        found = self.default(subnet)
        if not found:
            return False
        if found[1].kind not in NATS:
            return with_address and self.is_public(subnet)
        nat = found[1]
        if nat.get("AvailabilityMode") == "regional":
            return True
        homes = [self._estate.at(each) for each in self._subnets_of(nat)]
        return any(home and self.is_public(home) for home in homes)

    @staticmethod
    def _subnets_of(nat: Resource) -> list[Any]:
        return [
            *listed(nat.get("SubnetId")),
            *(each.get("SubnetId") for each in nat.mappings("NetworkInterfaces")),
        ]

    def gateway_endpoint(self, subnet: Resource, service: str) -> Resource | None:
        """The gateway endpoint of a service that a subnet's route table knows."""
        table = self.table(subnet)
        for endpoint in self._estate.of(ENDPOINT):
            if endpoint.get("VpcEndpointType", "Gateway") == "Gateway":
                tables = [self._estate.at(each) for each in listed(endpoint.get("RouteTableIds"))]
                if service_of(endpoint) == service and table and table in tables:
                    return endpoint
        return None


def block_of(subnet: Resource) -> Block | None:
    """The addresses of a subnet."""
    block = subnet.get("CidrBlock")
    try:
        return ipaddress.ip_network(block, strict=False) if isinstance(block, str) else None
    except ValueError:
        return None
