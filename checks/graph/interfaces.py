"""What stands in the network: everything that takes security groups, with its subnets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.graph.groups import EGRESS, GROUP, INGRESS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource

GROUPS = (
    "SecurityGroups",
    "SecurityGroupIds",
    "VPCSecurityGroups",
    "VpcSecurityGroupIds",
    "GroupSet",
)
SUBNETS = ("Subnets", "SubnetIds", "VpcSubnetIds", "SubnetId")
# Who names its subnets by a group of them.
SUBNET_GROUPS = ("DBSubnetGroupName", "CacheSubnetGroupName", "ClusterSubnetGroupName")
# Types that always stand in a network: without groups they take the VPC's default one.
ALWAYS = {
    "AWS::EC2::Instance",
    "AWS::ECS::Service",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBProxy",
    "AWS::AppRunner::VpcConnector",
}
# What merely knows groups or subnets and has no address in them.
NO_ADDRESS = {GROUP, INGRESS, EGRESS, "AWS::RDS::DBSubnetGroup", "AWS::ElastiCache::SubnetGroup"}
ENDPOINT = "AWS::EC2::VPCEndpoint"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"


@dataclass(frozen=True, kw_only=True, eq=False)
class Interface:
    """Addresses of one resource: in these subnets, behind these groups."""

    resource: Resource
    groups: tuple[Resource, ...]
    subnets: tuple[Resource, ...]
    public: bool
    path: str

    @property
    def node(self) -> str | None:
        """The node that stands here; an endpoint is named after its service."""
        return node_of(self.resource)


def node_of(resource: Resource) -> str | None:
    """The node of a resource."""
    if resource.kind == ENDPOINT and (service := service_of(resource)):
        return f"endpoint:{service}"
    return resource.node


def service_of(endpoint: Resource) -> str | None:
    """`ecr.api` of `com.amazonaws.us-east-1.ecr.api`."""
    name = endpoint.get("ServiceName")
    parts = name.split(".", 3) if isinstance(name, str) else []
    return parts[3] if len(parts) == 4 else None


def interfaces(estate: Estate) -> list[Interface]:
    """Every resource with addresses in a network."""
    return [
        found
        for resource in estate.resources
        if resource.kind not in NO_ADDRESS
        for found in _of(estate, resource)
    ]


def _of(estate: Estate, resource: Resource) -> Iterator[Interface]:
    seen = False
    for place, where in _places(resource):
        groups = [each for name in GROUPS for each in listed(where.get(name))]
        if not groups:
            continue
        seen = True
        yield _interface(estate, resource, where, groups, place)
    if not seen and resource.kind in ALWAYS:
        yield _interface(estate, resource, dict(resource.properties), [], "")


def _interface(
    estate: Estate, resource: Resource, where: dict[str, Any], groups: list[Any], place: str
) -> Interface:
    subnets = [each for name in SUBNETS for each in listed(where.get(name) or resource.get(name))]
    for name in SUBNET_GROUPS:
        if group := estate.at(resource.get(name)):
            subnets += listed(group.get("SubnetIds"))
    found = (estate.at(each) for each in subnets)
    known = (estate.at(each) for each in groups)
    return Interface(
        resource=resource,
        groups=tuple(dict.fromkeys(each for each in known if each and each.kind == GROUP)),
        subnets=tuple(dict.fromkeys(each for each in found if each)),
        public=_is_public(resource, where),
        path=place,
    )


def _places(resource: Resource) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping inside a resource, with its path; a definition in text is read, too."""
    waiting: list[tuple[str, Any]] = [("", dict(resource.properties))]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            yield path, value
            waiting += [(f"{path}.{key}".strip("."), each) for key, each in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{path}.{number}", each) for number, each in enumerate(value)]
        elif isinstance(value, str) and value.startswith("{") and "SecurityGroups" in value:
            try:
                waiting.append((path, json.loads(value)))
            except ValueError:
                continue


def _is_public(resource: Resource, where: dict[str, Any]) -> bool:
    return (
        where.get("AssignPublicIp") == "ENABLED"
        or where.get("AssociatePublicIpAddress") in (True, "true")
        or resource.get("PubliclyAccessible") in (True, "true")
        or (resource.kind == BALANCER and resource.get("Scheme", "internet-facing") != "internal")
    )
