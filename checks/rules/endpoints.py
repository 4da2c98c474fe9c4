"""Endpoints that are found by name, in the right region, by everybody who needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.estate import listed
from checks.graph.interfaces import service_of
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.network import SUBNET, programs_in
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/vpc/latest/privatelink"
ENDPOINT = "AWS::EC2::VPCEndpoint"
BY_GATEWAY = {"s3", "dynamodb"}
# Their names are answered for the whole network by something else, or lead to one bucket only.
WITHOUT_PRIVATE_NAMES = BY_GATEWAY | {"s3express", "s3-outposts"}


@rule(
    "network-endpoint",
    "EC2::VPCEndpoint",
    title="endpoints are of a service of their region, and of a type that it has",
    why="EC2 refuses the endpoint, or calls go past it",
    source=f"{GUIDE}/create-interface-endpoint.html",
)
def endpoint(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The type fits the service, and what that type needs is there."""
    name = resource.get("ServiceName")
    kind = resource.get("VpcEndpointType", "Gateway")
    if not name:
        yield wrong("ServiceName", "it leads to no service", "name one")
    elif is_literal(name) and not name.startswith(("com.amazonaws.", "aws.")):
        yield wrong("ServiceName", f"{name} is no service", "say com.amazonaws.<region>.<service>")
    region, parts = resource.region, str(name).split(".")
    said = parts[2] if len(parts) > 3 and parts[1] == "amazonaws" else "vpce"
    if region and is_literal(said) and said not in (region, "vpce"):
        yield wrong("ServiceName", f"it is of {said}, the stack of {region}", f"say {region}")
    service = service_of(resource) if is_literal(name) else None
    if kind == "Gateway":
        if service and service not in BY_GATEWAY:
            yield wrong("VpcEndpointType", f"{service} has no gateway", "say Interface")
        elif not listed(resource.get("RouteTableIds")):
            yield wrong("RouteTableIds", "no route table knows it", "name those of its users")
    elif kind == "Interface":
        yield from _interface(resource, service)


def _interface(resource: Resource, service: str | None) -> Iterator[Fault]:
    if not listed(resource.get("SubnetIds")):
        yield wrong("SubnetIds", "it stands in no subnet", "name one in each zone")
    if not listed(resource.get("SecurityGroupIds")):
        message = "it has the default group of the network"
        yield wrong("SecurityGroupIds", message, "name a group of its own")
    private = resource.get("PrivateDnsEnabled", False)
    named = service is not None and service not in WITHOUT_PRIVATE_NAMES
    if named and not is_true(private) and (private is False or is_literal(private)):
        message = "the service's own name does not lead here"
        yield wrong("PrivateDnsEnabled", message, "set it to true")


@rule(
    "network-endpoint-once",
    "EC2::VPC",
    title="a network has one endpoint for each service",
    why="EC2 refuses a second one with the same private name, and both cost money",
    source=f"{GUIDE}/manage-dns-names.html",
)
def once(network: Resource, scene: Scene) -> Iterator[Fault]:
    """No service twice, by the same type."""
    seen: set[tuple[str, str]] = set()
    for each in scene.estate.users_of(network, ENDPOINT):
        key = str(each.get("ServiceName")), str(each.get("VpcEndpointType", "Gateway"))
        if key in seen:
            yield Fault(
                message=f"there is another endpoint for {key[0]}",
                remedy="keep one",
                property="ServiceName",
                at=each,
            )
        seen.add(key)


@rule(
    "network-endpoint-tables",
    "EC2::VPCEndpoint",
    title="gateway endpoints are known wherever programs stand",
    why="from the other subnets S3 is reached through the NAT, for money, or not at all",
    source=f"{GUIDE}/gateway-endpoints.html",
)
def tables(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Every route table of subnets in which something stands that calls others."""
    if resource.get("VpcEndpointType", "Gateway") != "Gateway":
        return
    estate = scene.estate
    known = [known_at(estate, each) for each in listed(resource.get("RouteTableIds"))]
    if None in known:
        return
    network = known_at(estate, resource.get("VpcId"))
    for association in estate.of("AWS::EC2::SubnetRouteTableAssociation"):
        subnet, table = (known_at(estate, association.get(n)) for n in ("SubnetId", "RouteTableId"))
        if not subnet or not table or table in known or subnet.kind != SUBNET:
            continue
        if known_at(estate, subnet.get("VpcId")) is network and programs_in(estate, subnet):
            yield wrong("RouteTableIds", f"{table.ref} does not know it", "name that table, too")
