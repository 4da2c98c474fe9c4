"""One network for everything that belongs together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.network import VPC_GUIDE, interfaces_of
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

ATTACHMENT = "AWS::EC2::VPCGatewayAttachment"
INTERNET = "AWS::EC2::InternetGateway"
# Which property leads from a resource to its network: directly, or through one of these.
THROUGH = ("VpcId", "SubnetId", "SubnetIds", "Subnets", "RouteTableId")
BELONGING = (
    "SubnetId",
    "SubnetIds",
    "Subnets",
    "SecurityGroupIds",
    "SecurityGroups",
    "RouteTableId",
    "RouteTableIds",
    "VpcId",
    "GroupId",
    "SourceSecurityGroupId",
    "DestinationSecurityGroupId",
)


def network_of(value: Any, estate: Estate, depth: int = 3) -> Resource | None:
    """The network that something stands in, if the templates say so."""
    found = known_at(estate, value)
    if found is None or depth == 0:
        return None
    if found.kind == "AWS::EC2::VPC":
        return found
    for name in THROUGH:
        for each in listed(found.get(name)):
            if network := network_of(each, estate, depth - 1):
                return network
    attached = estate.users_of(found, ATTACHMENT) if found.kind == INTERNET else []
    return network_of(attached[0].get("VpcId"), estate) if attached else None


@rule(
    "network-one",
    "EC2::SubnetRouteTableAssociation",
    "EC2::VPCEndpoint",
    "EC2::SecurityGroupIngress",
    "EC2::SecurityGroupEgress",
    "RDS::DBSubnetGroup",
    "ElastiCache::SubnetGroup",
    "ElastiCache::ServerlessCache",
    "ECS::Service",
    "Lambda::Function",
    "CodeBuild::Project",
    "AppRunner::VpcConnector",
    "ElasticLoadBalancingV2::LoadBalancer",
    "RDS::DBInstance",
    "ElastiCache::ReplicationGroup",
    title="subnets, groups, tables and endpoints of one thing are of one network",
    why="AWS refuses it in the middle of a deployment",
    source=f"{VPC_GUIDE}/security-groups.html",
)
def one(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Whatever it names in a network is in the same one."""
    networks: dict[Resource, str] = {}
    for interface in interfaces_of(scene.estate):
        if interface.resource is resource:
            for each in (*interface.groups, *interface.subnets):
                if found := network_of(each.ref, scene.estate):
                    networks.setdefault(found, interface.path)
    for name in BELONGING:
        for each in listed(resource.get(name)):
            if found := network_of(each, scene.estate):
                networks.setdefault(found, name)
    if len(networks) > 1:
        *_, other = networks.values()
        yield wrong(other, "it names things of two networks", "stay in one")


@rule(
    "network-zone",
    "EC2::Subnet",
    title="subnets stand in a zone of their stack's region",
    why="EC2 refuses the subnet in the middle of a deployment",
    source=f"{VPC_GUIDE}/configure-subnets.html",
)
def zone(subnet: Resource, _: Scene) -> Iterator[Fault]:
    """Where the region is known, the zone begins with it."""
    said = subnet.get("AvailabilityZone")
    if subnet.region and is_literal(said) and not str(said).startswith(subnet.region):
        yield wrong("AvailabilityZone", f"{said} is not in {subnet.region}", "name a zone of it")
