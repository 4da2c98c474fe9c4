"""Networks whose addresses fit, whose traffic is logged, and whose names resolve."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from checks.graph.interfaces import ENDPOINT, interfaces
from checks.graph.routes import Routes, block_of
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.values import is_false, is_literal, is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.graph.groups import Block
    from checks.graph.interfaces import Interface
    from checks.rules.rule import Scene

VPC_GUIDE = "https://docs.aws.amazon.com/vpc/latest/userguide"
FLOW_LOG = "AWS::EC2::FlowLog"
SUBNET = "AWS::EC2::Subnet"
# Widest and narrowest block of a network and of a subnet.
WIDEST, NARROWEST = 16, 28
PRIVATE = [
    ipaddress.ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
]
# They keep data and call nobody: a subnet without ways out is right for them.
STORES = ("AWS::RDS::", "AWS::ElastiCache::", "AWS::Redshift::", "AWS::DocDB::", "AWS::Neptune::")


@lru_cache(maxsize=8)
def routes_of(estate: Estate) -> Routes:
    """The routes of an estate."""
    return Routes(estate)


@lru_cache(maxsize=8)
def interfaces_of(estate: Estate) -> tuple[Interface, ...]:
    """What stands in the networks of an estate."""
    return tuple(interfaces(estate))


def programs_in(estate: Estate, subnet: Resource) -> list[Resource]:
    """What stands in a subnet and calls others: no stores, no endpoints."""
    return [
        each.resource
        for each in interfaces_of(estate)
        if subnet in each.subnets
        and each.resource.kind != ENDPOINT
        and not each.resource.kind.startswith(STORES)
    ]


@rule(
    "network-flow-log",
    "EC2::VPC",
    title="all traffic of a network is logged",
    why="after a break-in, or a time-out, nobody can say who talked to whom",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-6",
)
def flow_log(network: Resource, scene: Scene) -> Iterator[Fault]:
    """A flow log of the network, of accepted and rejected traffic."""
    logs = [
        each
        for each in scene.estate.users_of(network, FLOW_LOG)
        if known_at(scene.estate, each.get("ResourceId")) is network
    ]
    if not logs:
        yield wrong("", "its traffic is not logged", "add a flow log of the VPC")
    elif not any(each.get("TrafficType") == "ALL" for each in logs):
        yield Fault(
            message="only some of the traffic is logged",
            remedy="set TrafficType to ALL",
            property="TrafficType",
            at=logs[0],
        )


@rule(
    "network-flow-log-destination",
    "EC2::FlowLog",
    title="flow logs have a place to go, and may go there",
    why="the log stays empty, and nobody is told",
    source=f"{VPC_GUIDE}/flow-logs-cwl.html",
)
def destination(log: Resource, scene: Scene) -> Iterator[Fault]:
    """A group with a role, or a bucket; what is logged is of the type that it says."""
    estate = scene.estate
    to = log.get("LogDestinationType", "cloud-watch-logs")
    group = known_at(estate, log.get("LogGroupName"))
    if to == "cloud-watch-logs":
        if not log.get("LogGroupName") and not log.get("LogDestination"):
            yield wrong("LogGroupName", "it has nowhere to go", "name a log group")
        elif group and group.kind != "AWS::Logs::LogGroup":
            yield wrong("LogGroupName", f"{group.ref} is a {group.kind}", "name a log group")
        if not log.get("DeliverLogsPermissionArn"):
            yield wrong("DeliverLogsPermissionArn", "it may not write", "name a role")
    elif is_literal(to) and not log.get("LogDestination"):
        yield wrong("LogDestination", "it has nowhere to go", "name a bucket or a stream")
    interval = number(log.get("MaxAggregationInterval", 600))
    if interval is not None and interval not in (60, 600):
        yield wrong("MaxAggregationInterval", f"{interval:g} s", "say 60 or 600")
    kind, what = log.get("ResourceType"), known_at(estate, log.get("ResourceId"))
    expected = {"VPC": "AWS::EC2::VPC", "Subnet": SUBNET}.get(str(kind))
    if what and expected and what.kind != expected:
        yield wrong("ResourceId", f"{what.ref} is no {kind}", "name what ResourceType says")


@rule(
    "network-dns",
    "EC2::VPC",
    title="names resolve in networks, those of endpoints to private addresses",
    why="nothing finds a database or a service by its name; endpoints are gone round",
    source=f"{VPC_GUIDE}/AmazonDNS-concepts.html",
)
def dns(network: Resource, scene: Scene) -> Iterator[Fault]:
    """Support is on; host names, too, where endpoints have private names."""
    if is_false(network.get("EnableDnsSupport", True)):
        yield wrong("EnableDnsSupport", "no name resolves in it", "set it to true")
    private = any(
        is_true(each.get("PrivateDnsEnabled")) for each in scene.estate.users_of(network, ENDPOINT)
    )
    hosts = network.get("EnableDnsHostnames", False)
    if private and is_false(hosts):
        message = "endpoints with private names need DNS host names"
        yield wrong("EnableDnsHostnames", message, "set it to true")


@rule(
    "network-addresses",
    "EC2::VPC",
    title="blocks of networks and subnets are of a size that EC2 takes, inside, and apart",
    why="EC2 refuses the subnet, or packets meant for others stay inside",
    source=f"{VPC_GUIDE}/vpc-cidr-blocks.html",
)
def addresses(network: Resource, scene: Scene) -> Iterator[Fault]:
    """Private blocks from /16 to /28; each subnet in one, none over another."""
    estate = scene.estate
    if "CidrBlock" not in network.properties and "Ipv4IpamPoolId" not in network.properties:
        yield wrong("CidrBlock", "it has no addresses", "say a block such as 10.0.0.0/16")
    own = block_of(network)
    if is_literal(network.get("CidrBlock")) and own is None:
        yield wrong("CidrBlock", f"{network.get('CidrBlock')} is no block", "say one")
    if own and not WIDEST <= own.prefixlen <= NARROWEST:
        yield wrong("CidrBlock", f"/{own.prefixlen} is no size of a network", "say /16 to /28")
    if own and not any(_inside(own, each) for each in PRIVATE):
        message = f"{own} belongs to others on the internet, who can't be reached any more"
        yield wrong("CidrBlock", message, "take a private block, such as 10.0.0.0/16")
    more = [block_of(each) for each in estate.users_of(network, "AWS::EC2::VPCCidrBlock")]
    subnets = [
        (each, block)
        for each in estate.users_of(network, SUBNET)
        if (block := block_of(each)) is not None
    ]
    for subnet, block in subnets:
        if problem := _misfit(block, [each for each in (own, *more) if each]):
            yield _at(subnet, problem)
    for (_, one), (subnet, other) in combinations(subnets, 2):
        if one.version == other.version and one.overlaps(other):
            yield _at(subnet, f"{other} overlaps {one}")


def _misfit(block: Block, blocks: list[Block]) -> str:
    if not WIDEST <= block.prefixlen <= NARROWEST:
        return f"/{block.prefixlen} is no size of a subnet"
    if blocks and not any(_inside(block, each) for each in blocks):
        return f"{block} lies outside of its network"
    return ""


def _inside(block: Block, other: Block) -> bool:
    if isinstance(block, ipaddress.IPv4Network) and isinstance(other, ipaddress.IPv4Network):
        return block.subnet_of(other)
    return False


def _at(subnet: Resource, message: str) -> Fault:
    return Fault(
        message=message,
        remedy="give each subnet a block of its own inside the network",
        property="CidrBlock",
        at=subnet,
    )


@rule(
    "network-tenancy",
    "EC2::VPC",
    title="networks share hardware, unless somebody pays for it",
    why="dedicated instances cost more, with a fee for each hour and region on top",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-instance.html",
    severity="warning",
)
def tenancy(network: Resource, _: Scene) -> Iterator[Fault]:
    """The tenancy is default."""
    said = network.get("InstanceTenancy", "default")
    if is_literal(said) and said != "default":
        yield wrong("InstanceTenancy", f"its hardware is {said}", "say default")
