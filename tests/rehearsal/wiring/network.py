"""Who may reach whom in the account, as EC2 tells it, and through which endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.graph import edges
from tests.rehearsal.wiring.fact import Fact, same, true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal.deployed import Deployed

Way = tuple[str, str, int]


def facts(deployed: Deployed) -> Iterator[Fact]:
    """Rules between groups are the graph's edges, both ends; endpoints and zones are as said."""
    yield from _ways(deployed)
    yield from _endpoints(deployed)
    yield from _subnets(deployed)


def _ways(deployed: Deployed) -> Iterator[Fact]:
    nodes = {
        each.physical: each.node for each in deployed.of("AWS::EC2::SecurityGroup") if each.node
    }
    groups = deployed.client("ec2").describe_security_groups(GroupIds=sorted(nodes))
    out: set[Way] = set()
    into: set[Way] = set()
    for group in groups["SecurityGroups"]:
        own = nodes[group["GroupId"]]
        for port, peer in _peers(group["IpPermissionsEgress"], nodes):
            out.add((own, peer, port))
        for port, peer in _peers(group["IpPermissions"], nodes):
            into.add((peer, own, port))
    present = set(nodes.values())
    declared = {
        (edge.source, edge.target, port)
        for edge in edges(deployed.environment)
        for port in edge.ports
        if {edge.source, edge.target} <= present
    }
    name = deployed.environment.name
    for way in sorted(declared | out | into):
        said = f"{way[0]} to {way[1]} on {way[2]}"
        yield true(said, name, way in declared, "the file says nothing of it")
        yield true(f"{said}, way out", name, way in out, "no rule lets it leave")
        yield true(f"{said}, way in", name, way in into, "no rule lets it in")


def _peers(
    permissions: list[dict[str, Any]], nodes: dict[str, str | None]
) -> Iterator[tuple[int, str]]:
    for permission in permissions:
        for pair in permission.get("UserIdGroupPairs", ()):
            peer = nodes.get(pair["GroupId"]) or f"{pair['GroupId']}, which belongs to nobody"
            for port in range(permission["FromPort"], permission["ToPort"] + 1):
                yield port, peer


def _endpoints(deployed: Deployed) -> Iterator[Fact]:
    there = {
        each["VpcEndpointId"]: each["ServiceName"]
        for each in deployed.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
        if each["State"] == "available"
    }
    own = deployed.of("AWS::EC2::VPCEndpoint")
    for each in own:
        yield true("is available", each.where, each.physical in there, "it is not")
    offered = [there[each.physical] for each in own if each.physical in there]
    for edge in edges(deployed.environment):
        if edge.target.startswith("endpoint:"):
            service = edge.target.removeprefix("endpoint:")
            found = any(name.endswith(f".{service}") for name in offered)
            yield true(f"endpoint for {edge.source}", edge.target, found, "it is missing")


def _subnets(deployed: Deployed) -> Iterator[Fact]:
    subnets = {
        each["SubnetId"]: each["AvailabilityZone"]
        for each in deployed.client("ec2").describe_subnets()["Subnets"]
    }
    own = {each.physical for each in deployed.of("AWS::EC2::Subnet")}
    zones = set(deployed.environment.network.zones)
    found = {zone for subnet, zone in subnets.items() if subnet in own}
    yield same("zones of the subnets", deployed.environment.name, found, zones)
