"""Ways out of subnets: route tables, routes, gateways and their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.graph.routes import EVERYWHERE, TARGETS
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.network import SUBNET, VPC_GUIDE, programs_in, routes_of
from checks.rules.one_network import network_of
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

ASSOCIATION = "AWS::EC2::SubnetRouteTableAssociation"
INTERNET = "AWS::EC2::InternetGateway"
NAT = "AWS::EC2::NatGateway"
DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


@rule(
    "network-route-table",
    "EC2::Subnet",
    title="subnets with programs have a route table of their own choice",
    why="on the main table they have no way out and no endpoint",
    source=f"{VPC_GUIDE}/subnet-route-tables.html",
)
def route_table(subnet: Resource, scene: Scene) -> Iterator[Fault]:
    """One association, where anything stands in the subnet that calls others."""
    found = [
        each
        for each in scene.estate.users_of(subnet, ASSOCIATION)
        if known_at(scene.estate, each.get("SubnetId")) is subnet
    ]
    if not found and programs_in(scene.estate, subnet):
        yield wrong("", "no route table is associated with it", "associate one")
    if len(found) > 1:
        yield wrong("", "two route tables are associated with it", "associate one")


@rule(
    "network-route",
    "EC2::Route",
    title="routes lead from one block to one thing in their own network",
    why="EC2 refuses the route, or what should go out goes nowhere",
    source=f"{VPC_GUIDE}/route-table-options.html",
)
def route(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A destination, a target, and no second route to the same place."""
    estate = scene.estate
    targets = [name for name in TARGETS if resource.get(name)]
    blocks = [name for name in DESTINATIONS if resource.get(name)]
    if len(targets) != 1:
        yield wrong("", f"it leads to {len(targets)} targets", "name exactly one")
    if len(blocks) != 1:
        yield wrong("", f"it is for {len(blocks)} destinations", "name exactly one")
    table = known_at(estate, resource.get("RouteTableId"))
    here = network_of(resource.get("RouteTableId"), estate)
    for name in targets:
        target = known_at(estate, resource.get(name))
        there = network_of(resource.get(name), estate)
        if target and target.kind in (INTERNET, NAT) and name != _property_of(target):
            yield wrong(name, f"{target.ref} is a {target.kind}", f"say {_property_of(target)}")
        if target and target.kind == INTERNET and there is None:
            yield wrong(name, f"{target.ref} is attached to no network", "attach it")
        elif here and there and here is not there:
            yield wrong(name, f"{resource.get(name)} stands in another network", "stay in this one")
    if table and blocks:
        yield from _others(resource, table, blocks[0], estate)


def _property_of(target: Resource) -> str:
    return "GatewayId" if target.kind == INTERNET else "NatGatewayId"


def _others(resource: Resource, table: Resource, name: str, estate: Estate) -> Iterator[Fault]:
    block = resource.get(name)
    routes = [
        each
        for each in estate.users_of(table, "AWS::EC2::Route")
        if known_at(estate, each.get("RouteTableId")) is table
    ]
    for each in routes:
        if each is not resource and each.get(name) == block and resource is routes[-1]:
            yield wrong(name, f"its table has another route for {block}", "keep one")
    ways_out = known_at(estate, resource.get("GatewayId")) or known_at(
        estate, resource.get("NatGatewayId")
    )
    everywhere = any(each.get(one) in EVERYWHERE for each in routes for one in DESTINATIONS[:2])
    if ways_out and is_literal(block) and block not in EVERYWHERE and not everywhere:
        yield wrong(name, f"only {block} goes out, everything else nowhere", "say 0.0.0.0/0")


@rule(
    "network-nat",
    "EC2::NatGateway",
    title="NAT gateways stand in a public subnet, with an address of their own",
    why="without a way to the internet nothing behind it has one",
    source=f"{VPC_GUIDE}/nat-gateway-basics.html",
)
def nat(gateway: Resource, scene: Scene) -> Iterator[Fault]:
    """An elastic address that nobody else has, a subnet that leads to an internet gateway."""
    estate = scene.estate
    if (
        gateway.get("ConnectivityType") == "private"
        or gateway.get("AvailabilityMode") == "regional"
    ):
        return
    subnet = known_at(estate, gateway.get("SubnetId"))
    if not gateway.get("SubnetId"):
        yield wrong("SubnetId", "it stands nowhere", "name a public subnet")
    elif subnet and (subnet.kind != SUBNET or not routes_of(estate).is_public(subnet)):
        message = f"{subnet.ref} has no route to an internet gateway"
        yield wrong("SubnetId", message, "name a public subnet")
    address = known_at(estate, gateway.get("AllocationId"))
    if not gateway.get("AllocationId"):
        yield wrong("AllocationId", "it has no public address", "allocate one")
    elif address and address.kind != "AWS::EC2::EIP":
        yield wrong("AllocationId", f"{address.ref} is a {address.kind}", "name an address")
    elif address and len(estate.users_of(address, NAT, "AWS::EC2::EIPAssociation")) > 1:
        yield wrong("AllocationId", "two gateways have one address", "allocate one for each")


@rule(
    "network-elastic-address",
    "EC2::EIP",
    title="elastic addresses are of the kind that networks take",
    why="EC2 refuses one of the network that was there before VPC",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html",
)
def elastic_address(address: Resource, _: Scene) -> Iterator[Fault]:
    """The domain is vpc, which is the default too."""
    domain = address.get("Domain", "vpc")
    if is_literal(domain) and domain != "vpc":
        yield wrong("Domain", f"{domain} is no domain any more", "say vpc")


@rule(
    "network-nat-instance",
    "EC2::Instance",
    title="instances that routes lead to pass on what is not for them",
    why="EC2 drops every packet that comes from behind it",
    source=f"{VPC_GUIDE}/work-with-nat-instances.html",
)
def nat_instance(instance: Resource, scene: Scene) -> Iterator[Fault]:
    """The check of source and destination is off."""
    routed = [
        each
        for each in scene.estate.users_of(instance, "AWS::EC2::Route")
        if known_at(scene.estate, each.get("InstanceId")) is instance
    ]
    if routed and is_true(instance.get("SourceDestCheck", True)):
        yield wrong("SourceDestCheck", "it drops what it should pass on", "set it to false")
