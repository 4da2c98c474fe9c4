"""What the internet can reach: databases, ports, addresses, functions, caches without a login."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from checks.estate import listed
from checks.graph.ports import ANY, ports_of
from checks.graph.routes import Routes
from checks.rules.documents import definition_of, is_wide, keys_of
from checks.rules.durability import is_copy
from checks.rules.rule import Fault, rule
from checks.rules.values import is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
CONTROLS = f"{DOCS}/securityhub/latest/userguide"
WEB = {("tcp", 80), ("tcp", 443), ("udp", 443)}
# Where a store says its subnets, and who has none of its own.
SUBNETS = {
    "AWS::RDS::DBInstance": "DBSubnetGroupName",
    "AWS::RDS::DBCluster": "DBSubnetGroupName",
    "AWS::RDS::DBProxy": "VpcSubnetIds",
    "AWS::ElastiCache::ReplicationGroup": "CacheSubnetGroupName",
    "AWS::ElastiCache::CacheCluster": "CacheSubnetGroupName",
    "AWS::ElastiCache::ServerlessCache": "SubnetIds",
    "AWS::EFS::MountTarget": "SubnetId",
    "AWS::OpenSearchService::Domain": "VPCOptions.SubnetIds",
}
SWITCHES = ("AssociatePublicIpAddress", "MapPublicIpOnLaunch")
ELSEWHERE = ("SourceDBInstanceIdentifier", "GlobalReplicationGroupId")


@lru_cache(maxsize=8)
def routes_of(estate: Estate) -> Routes:
    """The route tables of a world, read once."""
    return Routes(estate)


@rule(
    "exposure-public-database",
    "RDS::DBInstance",
    "RDS::DBCluster",
    "DMS::ReplicationInstance",
    "Redshift::Cluster",
    "AmazonMQ::Broker",
    title="databases have no public address",
    why="a password is then all that stands between the internet and the data; unsaid, a database"
    " in a VPC with an internet gateway gets an address",
    source=f"{CONTROLS}/rds-controls.html#rds-2",
)
def public_database(resource: Resource, _: Scene) -> Iterator[Fault]:
    """The service gives no address that the internet knows."""
    public = resource.get("PubliclyAccessible")
    unsaid = public is None and resource.kind in (
        "AWS::RDS::DBInstance",
        "AWS::DMS::ReplicationInstance",
    )
    if is_true(public) or unsaid:
        yield Fault(
            message=f"{'nothing says that it has no' if unsaid else 'it has a'} public address",
            remedy="set PubliclyAccessible to false",
            property="PubliclyAccessible",
        )


@rule(
    "exposure-open-port",
    "EC2::SecurityGroup",
    "EC2::SecurityGroupIngress",
    title="only ports 80 and 443 are open to the internet",
    why="scanners find an open port within minutes, and try what is behind it",
    source=f"{CONTROLS}/ec2-controls.html#ec2-18",
)
def open_port(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Every rule that lets everybody in."""
    inline = resource.kind == "AWS::EC2::SecurityGroup"
    where = resource.mappings("SecurityGroupIngress") if inline else [dict(resource.properties)]
    for number, each in enumerate(where):
        ports = ports_of(each)
        web = ports.first == ports.last and (ports.protocol, ports.first) in WEB
        wide = is_wide(each.get("CidrIp")) or is_wide(each.get("CidrIpv6"))
        if wide and not web and not ports.protocol.startswith("icmp"):
            yield Fault(
                message=f"{ports} is open to everybody",
                remedy="open it to a security group, or to the addresses that need it",
                property=f"SecurityGroupIngress.{number}" if inline else "",
            )


@rule(
    "exposure-open-egress",
    "EC2::SecurityGroup",
    title="programs may not call everybody on every port",
    why="who takes a program over sends data anywhere; EC2 allows it where nothing is said",
    source=f"{DOCS}/wellarchitected/latest/security-pillar/sec_network_protection_create_layers.html",
    severity="warning",
)
def open_egress(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """No rule lets out everything to everywhere, the one that EC2 makes included."""
    rules = resource.mappings("SecurityGroupEgress")
    if not rules and not scene.estate.users_of(resource, "AWS::EC2::SecurityGroupEgress"):
        rules = [{"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}]
    for each in rules:
        wide = is_wide(each.get("CidrIp")) or is_wide(each.get("CidrIpv6"))
        if wide and ports_of(each).protocol == ANY:
            yield Fault(
                message="it lets everything out to everywhere",
                remedy="name the groups and ports that are called",
                property="SecurityGroupEgress",
            )
            return


@rule(
    "exposure-store-subnets",
    *(kind.removeprefix("AWS::") for kind in SUBNETS),
    title="stores stand in subnets that no internet gateway leads to",
    why="one wrong security group is enough then; without a subnet group AWS takes the default VPC,"
    " whose subnets are public",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
)
def store_subnets(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The default route of no subnet is an internet gateway."""
    path = SUBNETS[resource.kind]
    said = resource.get(path)
    if said is None:
        if not is_copy(resource) and not any(resource.get(name) for name in ELSEWHERE):
            yield Fault(
                message="nothing says its subnets: it stands in the default VPC or outside of any",
                remedy=f"set {path} to private subnets",
                property=path,
            )
        return
    group = scene.estate.at(said)
    ids = group.get("SubnetIds") if group and "Group" in path else said
    for subnet in map(scene.estate.at, listed(ids)):
        if subnet and routes_of(scene.estate).is_public(subnet):
            yield Fault(
                message=f"subnet {subnet.logical_id} leads to an internet gateway",
                remedy="use subnets without a route to an internet gateway",
                property=path,
            )


@rule(
    "exposure-public-address",
    "ECS::Service",
    "Events::Rule",
    "Scheduler::Schedule",
    "StepFunctions::StateMachine",
    "EC2::Subnet",
    "EC2::Instance",
    "EC2::LaunchTemplate",
    "EC2::EIP",
    title="programs have no public addresses; balancers and NAT gateways have",
    why="what has an address of its own is reached past the balancer and its rules",
    source=f"{CONTROLS}/ecs-controls.html#ecs-2",
)
def public_address(resource: Resource, _: Scene) -> Iterator[Fault]:
    """No task, instance or subnet asks for one."""
    machine = resource.kind == "AWS::StepFunctions::StateMachine"
    name, inside = definition_of(resource) if machine else ("", dict(resource.properties))
    for path, key, value in keys_of(inside, name):
        if (key in SWITCHES and is_true(value)) or (key == "AssignPublicIp" and value == "ENABLED"):
            yield Fault(
                message="it gets a public address",
                remedy=f"switch {key} off and lead the way out through a NAT gateway",
                property=path,
            )
    if resource.kind == "AWS::EC2::EIP" and resource.get("InstanceId"):
        yield Fault(
            message="an instance is reached under this address",
            remedy="put a balancer before it",
            property="InstanceId",
        )
