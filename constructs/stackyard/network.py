"""The VPC of an environment: tiers over zones, endpoints by need, a flow log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ec2 as ec2

from config import aws
from config.model.network import SingleNat
from stackyard.edges import NodeGroup
from stackyard.iam import ServiceRole, Statement
from stackyard.log_group import EncryptedLogGroup
from stackyard.marks import acknowledge, belongs_to, resource_of
from stackyard.names import pascal
from stackyard.nat import gateways_for, narrow, provider_for
from stackyard.place import Block
from stackyard.placement import placements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from config.model.network import Network as NetworkSpec
    from config.model.network import Tier
    from stackyard.key import EnvironmentKey

SUBNET_TYPES = {
    "public": ec2.SubnetType.PUBLIC,
    "private": ec2.SubnetType.PRIVATE_WITH_EGRESS,
    "isolated": ec2.SubnetType.PRIVATE_ISOLATED,
}


@jsii.implements(ec2.IIpAddresses)
class ListedRanges:
    """The address ranges that a document gives, in the place of CDK's own division."""

    def __init__(self, cidr: str, tiers: Mapping[str, list[str]]) -> None:
        self._cidr = cidr
        self._tiers = tiers

    def allocate_vpc_cidr(self) -> ec2.VpcIpamOptions:
        """The range of the VPC."""
        return ec2.VpcIpamOptions(cidr_block=self._cidr)

    def allocate_subnets_cidr(
        self, *, requested_subnets: list[Any], **_: Any
    ) -> ec2.SubnetIpamOptions:
        """The ranges of the subnets, tier by tier, in the order of the zones."""
        left = {tier: iter(ranges) for tier, ranges in self._tiers.items()}
        return ec2.SubnetIpamOptions(
            allocated_subnets=[
                ec2.AllocatedSubnet(cidr=next(left[request.configuration.name]))
                for request in requested_subnets
            ]
        )


class Network(Block):
    """A VPC with the tiers that its way out needs, and the endpoints that its nodes use.

    `endpoint_groups` are the endpoints' security groups by node name; an endpoint lets in nobody
    until a consumer opens its edge. `ports_out` are those that a way out is used on.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        spec: NetworkSpec,
        tiers: Sequence[Tier],
        ports_out: Sequence[int],
        endpoints: Mapping[str, tuple[str, ...]],
        key: EnvironmentKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self._name = name
        self._spec, self._tiers = spec, tiers
        provider = provider_for(spec.way_out)
        self.vpc = self._vpc(provider)
        self.nat_instance = (
            narrow(provider, self.vpc, str(spec.cidr), ports_out) if provider else None
        )
        self.placements = placements(self.vpc, tiers)
        self._name_subnets()
        self._accept_what_a_vpc_brings()
        self._flow_log(key)
        self.endpoint_groups: dict[str, str] = {}
        for service, zones in endpoints.items():
            if service in aws.PREFIX_LISTS:
                self._gateway(service)
            else:
                self._interface(service, zones)

    def _vpc(self, provider: ec2.NatProvider | None) -> ec2.Vpc:
        spec, cidr = self._spec, str(self._spec.cidr)
        tiers: dict[str, list[str]] = {
            tier: [str(block) for block in blocks] for tier, blocks in spec.tiers.items()
        }
        ranges: Any = ListedRanges(cidr, tiers) if tiers else ec2.IpAddresses.cidr(cidr)
        return ec2.Vpc(
            self,
            "Vpc",
            vpc_name=spec.name or self._name,
            ip_addresses=ranges,
            max_azs=len(spec.zones),
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name=tier,
                    subnet_type=SUBNET_TYPES[tier],
                    # The balancer and NAT bring addresses of their own; nothing else gets one.
                    map_public_ip_on_launch=False if tier == "public" else None,
                )
                for tier in self._tiers
            ],
            nat_gateways=gateways_for(spec.way_out, len(spec.zones)),
            nat_gateway_provider=provider,
            # Emptying the default group takes a custom resource; nothing here uses that group.
            restrict_default_security_group=False,
        )

    def _name_subnets(self) -> None:
        # CDK names them by their path in the tree, which differs between an App and a Stage.
        for tier, placement in self.placements.items():
            for zone, subnet in zip(self._spec.zones, placement.subnets, strict=True):
                name = f"{self._name}-{tier}-{zone}"
                cdk.Tags.of(subnet).add("Name", name, priority=200)

    def _accept_what_a_vpc_brings(self) -> None:
        acknowledge(
            resource_of(self.vpc),
            "VPCDefaultSecurityGroupClosed",
            reason="Nothing is in the default group, which a test watches; emptying it would take a"
            " custom resource, whose function may change security groups",
        )
        public = self.placements.get("public")
        for subnet in public.subnets if public else ():
            acknowledge(
                subnet.node.find_child("DefaultRoute"),
                "VPCNoUnrestrictedRouteToIGW",
                reason="The public tier is for what faces the internet, a balancer and NAT; it"
                " gives out no public addresses, and programs and stores lie in other tiers",
            )

        nat = self._spec.nat
        if isinstance(nat, SingleNat) and nat.kind == "single" and public:
            reason = f"The file has one way out for all zones: {nat.reason}"
            found = public.subnets[0].node.find_child("NATGateway")
            acknowledge(found, "availability-nat", reason=reason)

    def _flow_log(self, key: EnvironmentKey) -> None:
        group = EncryptedLogGroup(self, "FlowLogs", key=key, days=self._spec.flow_log_days)
        role = ServiceRole(
            self,
            "FlowLogRole",
            service="vpc-flow-logs",
            node="network",
            statements=[
                Statement(
                    actions=[
                        "logs:CreateLogStream",
                        "logs:DescribeLogStreams",
                        "logs:PutLogEvents",
                    ],
                    resources=[group.arn],
                )
            ],
            only_from={"aws:SourceAccount": self.place.account},
        )
        ec2.CfnFlowLog(
            self,
            "FlowLog",
            resource_id=self.vpc.vpc_id,
            resource_type="VPC",
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_group_name=group.name,
            deliver_logs_permission_arn=role.arn,
            max_aggregation_interval=60,
            tags=[cdk.CfnTag(key="Name", value=self._name)],
        )

    def _gateway(self, service: str) -> None:
        self.vpc.add_gateway_endpoint(
            _id_of(service), service=ec2.GatewayVpcEndpointAwsService(service)
        )

    def _interface(self, service: str, zones: tuple[str, ...]) -> None:
        node = f"endpoint:{service}"
        placement = self.placements[self._spec.workload_tier]
        group = NodeGroup(
            self,
            f"{_id_of(service)}Group",
            node=node,
            vpc_id=placement.vpc_id,
            description=f"Endpoint of {service} in {self._name}",
        )
        self.endpoint_groups[node] = group.group_id
        by_zone = zip(self._spec.zones, placement.subnet_ids, strict=True)
        endpoint = ec2.CfnVPCEndpoint(
            self,
            _id_of(service),
            vpc_endpoint_type="Interface",
            service_name=f"com.amazonaws.{self.place.region}.{service}",
            vpc_id=placement.vpc_id,
            subnet_ids=[subnet for zone, subnet in by_zone if zone in zones],
            security_group_ids=[group.group_id],
            private_dns_enabled=True,
        )
        belongs_to(endpoint, node)


def _id_of(service: str) -> str:
    return f"{pascal(service)}Endpoint"
