"""Whether everything that the proof speaks of names exactly one node of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.estate import NODE
from checks.finding import Finding
from checks.graph import declared
from checks.graph.groups import GROUP
from checks.graph.interfaces import ALWAYS, ENDPOINT, node_of
from checks.graph.policies import PRINCIPALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.graph.reach import Network
    from config.model.environment import Environment

UNNAMED = "graph-unnamed"
STORES = (
    "AWS::ECR::Repository",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::SQS::Queue",
    "AWS::DynamoDB::Table",
    "AWS::EFS::FileSystem",
    "AWS::OpenSearchService::Domain",
)
RUNNING = ("AWS::ECS::TaskDefinition", "AWS::Lambda::Function", "AWS::AppRunner::Service")
# What opens ways that this proof does not follow: a file has no words for them.
UNFOLLOWED = {
    "AWS::EC2::VPCPeeringConnection": "another network",
    "AWS::EC2::TransitGatewayAttachment": "other networks",
    "AWS::EC2::TransitGatewayVpcAttachment": "other networks",
    "AWS::EC2::VPNConnection": "a network elsewhere",
    "AWS::EC2::VPNGateway": "a network elsewhere",
    "AWS::EC2::ClientVpnEndpoint": "people's machines",
    "AWS::EC2::VPCEndpointService": "other accounts",
    "AWS::EC2::NetworkInterface": "an address of its own",
    "AWS::EC2::NetworkAclEntry": "rules that no security group shows",
    "AWS::EC2::EgressOnlyInternetGateway": "the internet, by IPv6",
    "AWS::EC2::CarrierGateway": "the internet",
    "AWS::VpcLattice::Service": "other networks",
    "AWS::GlobalAccelerator::Accelerator": "the internet",
    "AWS::ElasticLoadBalancing::LoadBalancer": "the internet",
    "AWS::ApiGateway::RestApi": "the internet",
    "AWS::ApiGatewayV2::Api": "the internet",
    "AWS::AppSync::GraphQLApi": "the internet",
    "AWS::Lambda::Url": "the internet",
    "AWS::CloudFront::Distribution": "the internet",
    "AWS::S3::AccessPoint": "whoever its policy names",
    "AWS::RAM::ResourceShare": "other accounts",
    "AWS::IAM::User": "whoever holds its keys",
    "AWS::IAM::AccessKey": "whoever holds it",
    "AWS::IAM::OIDCProvider": "whoever the provider signs for",
    "AWS::IAM::SAMLProvider": "whoever the provider signs for",
}


def findings(network: Network, environment: Environment) -> Iterator[Finding]:
    """What has no name, two of them, or one that no file gives; and what nobody can follow."""
    known = declared.nodes(environment)
    estate = network.estate
    for resource in estate.resources:
        metadata = resource.body.get("Metadata")
        said = metadata.get(NODE) if isinstance(metadata, dict) else None
        if resource.kind in UNFOLLOWED:
            yield _finding(
                resource,
                "graph-unfollowed",
                f"{resource.logical_id} opens a way to {UNFOLLOWED[resource.kind]}, which no file"
                " declares and this proof does not follow",
                "remove it",
            )
        elif said is not None and said not in known:
            yield _finding(
                resource,
                UNNAMED,
                f"{resource.logical_id} names {said!r}, which is no node of the file",
                f"let its metadata {NODE} name one node",
            )
        elif said is None and resource.kind in (GROUP, *PRINCIPALS, *STORES, *RUNNING):
            yield _finding(
                resource,
                UNNAMED,
                f"{resource.logical_id} does not say which node it belongs to",
                f"let its metadata {NODE} name one node",
            )
    for interface in network.interfaces:
        yield from _of_interface(network, interface.resource, interface.groups, known)
    yield from _shared(network)


def _of_interface(
    network: Network, resource: Resource, groups: tuple[Resource, ...], known: set[str]
) -> Iterator[Finding]:
    node = node_of(resource)
    if resource.kind == ENDPOINT and resource.get("VpcEndpointType", "Gateway") == "Gateway":
        return
    if not groups:
        yield _finding(
            resource,
            "graph-default-group",
            f"{node or resource.logical_id} takes the network's default group, which lets its"
            " members reach each other and everybody",
            "give it the security group of its node",
        )
    elif node is None or node not in known:
        yield _finding(
            resource,
            UNNAMED,
            f"{resource.logical_id} stands in the network and names no node of the file",
            f"let its metadata {NODE} name one node",
        )
    for group in groups:
        owner = network.node_of_group(group)
        if node and owner != node:
            yield _finding(
                resource,
                "graph-foreign-group",
                f"{node} stands behind the security group of {owner}, and so reaches and is"
                f" reached as if it were {owner}",
                "give it the security group of its own node",
            )


def _shared(network: Network) -> Iterator[Finding]:
    owners: dict[str, Resource] = {}
    for group in network.estate.of(GROUP):
        node = group.node
        if node and owners.setdefault(node, group) is not group:
            yield _finding(
                group,
                "graph-named-twice",
                f"{group.logical_id} is a second security group of {node}",
                "give each node one security group",
            )


def _finding(resource: Resource, rule: str, message: str, remedy: str) -> Finding:
    return Finding(
        stack=resource.stack,
        logical_id=resource.logical_id,
        property="",
        rule=rule,
        message=message,
        remedy=remedy,
        sources=(rule,),
    )


__all__ = ["ALWAYS", "findings"]
