"""Zones: what stands in more than one, and what one zone would take along."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.graph.interfaces import service_of
from checks.graph.routes import Routes
from checks.rules.ecs import SUBNETS, balancers_of, groups_of
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal
from config.aws import ENDPOINT_MISSING_IN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
SUBNET = "AWS::EC2::Subnet"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
PLACES = {
    "AWS::AppRunner::VpcConnector": "Subnets",
    "AWS::AutoScaling::AutoScalingGroup": "VPCZoneIdentifier",
    "AWS::CodeBuild::Project": "VpcConfig.Subnets",
    "AWS::ECS::Service": SUBNETS,
    "AWS::ElastiCache::ServerlessCache": "SubnetIds",
    "AWS::ElastiCache::SubnetGroup": "SubnetIds",
    BALANCER: "Subnets",
    "AWS::Lambda::Function": "VpcConfig.SubnetIds",
    "AWS::RDS::DBProxy": "VpcSubnetIds",
    "AWS::RDS::DBSubnetGroup": "SubnetIds",
}
# What AWS does not even make in one zone.
REFUSED = {"AWS::ElastiCache::ServerlessCache", "AWS::RDS::DBSubnetGroup", BALANCER}


def zone_of(estate: Estate, value: Any) -> str | None:
    """The zone that a subnet says it is in."""
    subnet = estate.at(value)
    if subnet is None or subnet.kind != SUBNET:
        return None
    zone = subnet.get("AvailabilityZone") or subnet.get("AvailabilityZoneId")
    return zone if isinstance(zone, str) and zone != "<unknown>" else None


def known_zones(estate: Estate, subnets: Any) -> set[str] | None:
    """The zones of subnets, each of its own that says none; None if they come from outside."""
    found = set()
    for each in listed(subnets):
        subnet = estate.at(each)
        if not (subnet and subnet.kind == SUBNET) and not (is_literal(each) and "," not in each):
            return None
        found.add(zone_of(estate, each) or str(each))
    return found


def said_zones(estate: Estate, subnets: Any) -> set[str] | None:
    """The zones of subnets that all say theirs; None otherwise."""
    found = {zone_of(estate, each) for each in listed(subnets)}
    return {zone for zone in found if zone} if found and None not in found else None


def subnets_of(resource: Resource) -> Any:
    """The subnets that something says it stands in; None if it says none."""
    mapped = [each.get("SubnetId") for each in resource.mappings("SubnetMappings")]
    return mapped or resource.get(PLACES[resource.kind])


@lru_cache(maxsize=4)
def routes_of(estate: Estate) -> Routes:
    """The route tables of an estate."""
    return Routes(estate)


@rule(
    "availability-zones",
    *(kind.removeprefix("AWS::") for kind in PLACES),
    title="what serves or keeps data may stand in two zones or more",
    why="a zone that fails takes along what has no subnet in another one",
    source=f"{DOCS}/wellarchitected/latest/reliability-pillar/"
    "rel_fault_isolation_multiaz_region_system.html",
)
def spread(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Two zones in production, and always where AWS refuses fewer."""
    subnets = subnets_of(resource)
    by_name = str(resource.get("Type", "application")) != "application"
    refused = resource.kind in REFUSED and not (resource.kind == BALANCER and by_name)
    zones = known_zones(scene.estate, subnets)
    if subnets is None or zones is None or not (refused or scene.production):
        return
    if len(zones) < 2:
        yield Fault(
            message=f"has subnets in {len(zones)} zone",
            remedy="name subnets in two zones or more",
            property=PLACES[resource.kind],
        )


@rule(
    "availability-one-subnet-per-zone",
    "ElasticLoadBalancingV2::LoadBalancer",
    "EC2::VPCEndpoint",
    title="balancers and interface endpoints have one subnet in each zone",
    why="AWS takes one subnet of a zone for them, and refuses a second",
    source=f"{DOCS}/elasticloadbalancing/latest/application/load-balancer-subnets.html",
)
def one_per_zone(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """No zone twice."""
    subnets = listed(resource.get("Subnets") or resource.get("SubnetIds"))
    seen: dict[str, Any] = {}
    for each in subnets:
        zone = zone_of(scene.estate, each)
        if zone and zone in seen:
            yield Fault(
                message=f"has two subnets in {zone}",
                remedy="name one subnet for each zone",
                property="Subnets" if resource.kind == BALANCER else "SubnetIds",
            )
        seen[zone or str(each)] = each


@rule(
    "availability-subnet-zone",
    "EC2::Subnet",
    title="a subnet says its zone",
    why="EC2 chooses one otherwise, and may choose the same for all",
    source=f"{DOCS}/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnet.html",
)
def subnet_zone(subnet: Resource, _: Scene) -> Iterator[Fault]:
    """By name or by id."""
    if not any(subnet.get(name) for name in ("AvailabilityZone", "AvailabilityZoneId")):
        yield Fault(
            message="is in whichever zone EC2 chooses",
            remedy="say AvailabilityZone",
            property="AvailabilityZone",
        )


@rule(
    "availability-target-zones",
    "ECS::Service",
    title="the balancer of a service stands in every zone that its tasks run in",
    why="a balancer sends nothing to targets in a zone that is not enabled for it",
    source=f"{DOCS}/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
)
def target_zones(service: Resource, scene: Scene) -> Iterator[Fault]:
    """Tasks in other zones would run and never be asked."""
    own = said_zones(scene.estate, service.get(SUBNETS))
    groups = [group for _, _, group in groups_of(scene.estate, service)]
    before = {each: None for group in groups for each in balancers_of(scene.estate, group)}
    for balancer in before:
        reached = said_zones(scene.estate, subnets_of(balancer))
        if own and reached and (missing := own - reached):
            yield Fault(
                message=f"its tasks in {', '.join(sorted(missing))} get no requests: the balancer"
                " has no subnet there",
                remedy="give balancer and service subnets in the same zones",
                property=SUBNETS,
            )


@rule(
    "availability-nat",
    "EC2::NatGateway",
    "EC2::Instance",
    title="subnets go out through a NAT in their own zone",
    why="the zone of a shared NAT takes the way out of all others along, and they pay per gigabyte",
    source=f"{DOCS}/vpc/latest/userguide/nat-gateway-basics.html",
    production=True,
)
def nat(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """One for each zone, unless AWS spreads it itself."""
    if resource.get("AvailabilityMode") == "regional":
        return
    estate, routes = scene.estate, routes_of(scene.estate)
    home = zone_of(estate, resource.get("SubnetId"))
    served = set()
    for subnet in estate.of(SUBNET):
        found = routes.default(subnet)
        if found and found[1] is resource:
            served.add(zone_of(estate, subnet.ref))
    if home and (others := sorted(zone for zone in served if zone and zone != home)):
        yield Fault(
            message=f"is the way out of {', '.join(others)} and stands in {home}",
            remedy="give each zone a NAT gateway of its own",
            property="SubnetId",
        )


@rule(
    "availability-endpoints",
    "EC2::VPCEndpoint",
    title="interface endpoints stand in two zones, or in as many as the service offers",
    why="when the one zone of an endpoint fails nobody in the network reaches the service",
    source=f"{DOCS}/vpc/latest/privatelink/create-interface-endpoint.html",
    production=True,
)
def endpoints(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """As many zones as there are to have."""
    if resource.get("VpcEndpointType") != "Interface":
        return
    zones = known_zones(scene.estate, resource.get("SubnetIds"))
    wanted = min(2, _offered(scene, service_of(resource)))
    if zones is not None and len(zones) < wanted:
        yield Fault(
            message=f"has addresses in {len(zones)} zone",
            remedy="name subnets in two zones or more",
            property="SubnetIds",
        )


def _offered(scene: Scene, service: str | None) -> int:
    """How many zones offer a service; only a file knows the ids that zones of an account have."""
    missing = ENDPOINT_MISSING_IN.get(service or "", frozenset())
    if not missing:
        return 2
    return len(set(scene.environment.network.zones.values()) - missing) if scene.environment else 0
