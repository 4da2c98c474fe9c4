"""1. Network layer: VPC, subnets, gateways, flow logs."""

import pytest

from tests.systems.parts import BALANCING, default_route, service_of, subnets_of, tiers
from tests.systems.reading import Reading, Thing

ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"]
# A single NAT gateway in development, one for each zone in staging and production.
NATS = {"dev": 1, "staging": 3, "prod": 3}


def test_the_vpc_has_the_documents_addresses(read: Reading) -> None:
    assert read.one("AWS::EC2::VPC")["CidrBlock"] == "10.0.0.0/16"


@pytest.mark.parametrize("tier", ["Public", "Private", "Isolated"])
def test_each_tier_has_a_subnet_in_each_of_three_zones(read: Reading, tier: str) -> None:
    # Deviation: a third tier, without any way out, for what the document keeps in private subnets.
    assert sorted(subnet["AvailabilityZone"] for subnet in subnets_of(read, tier)) == ZONES


def test_the_balancer_is_in_the_public_subnets(read: Reading) -> None:
    subnets = read.one(f"{BALANCING}::LoadBalancer")["Subnets"]
    assert tiers(read, subnets) == {"Public"}
    assert read.zones(subnets) == ZONES


@pytest.mark.parametrize("service", ["app", "worker", "beat"])
def test_tasks_are_in_the_private_subnets(read: Reading, service: str) -> None:
    network = service_of(read, service)["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert tiers(read, network["Subnets"]) == {"Private"}
    assert read.zones(network["Subnets"]) == ZONES


def test_database_and_caches_are_in_subnets_without_a_way_out(
    read: Reading, database: Thing, cache: Thing, broker: Thing
) -> None:
    groups = [database["DBSubnetGroupName"]]
    groups += [each["CacheSubnetGroupName"] for each in (cache, broker)]
    for group in groups:
        subnets = read.at(group)["SubnetIds"]
        assert tiers(read, subnets) == {"Isolated"}
        assert read.zones(subnets) == ZONES


def test_public_subnets_reach_the_internet_by_its_gateway(read: Reading) -> None:
    gateway = read.one("AWS::EC2::InternetGateway")
    for subnet in subnets_of(read, "Public"):
        route = default_route(read, subnet)
        assert route is not None
        assert route["GatewayId"] == gateway.ref


def test_the_gateway_is_attached_to_the_vpc(read: Reading) -> None:
    attachment = read.one("AWS::EC2::VPCGatewayAttachment")
    assert attachment["InternetGatewayId"] == read.one("AWS::EC2::InternetGateway").ref
    assert attachment["VpcId"] == read.one("AWS::EC2::VPC").ref


def test_there_are_as_many_nat_gateways_as_the_environment_wants(read: Reading, stage: str) -> None:
    gateways = read.all("AWS::EC2::NatGateway")
    assert len(gateways) == NATS[stage]
    subnets = [gateway["SubnetId"] for gateway in gateways]
    assert tiers(read, subnets) == {"Public"}
    assert len({*read.zones(subnets)}) == NATS[stage]


def test_private_subnets_go_out_by_nat_and_by_their_own_zones_where_it_has_one(
    read: Reading, stage: str
) -> None:
    for subnet in subnets_of(read, "Private"):
        route = default_route(read, subnet)
        assert route is not None
        nat = read.at(route["NatGatewayId"])
        (zone,) = read.zones([nat["SubnetId"]])
        assert NATS[stage] == 1 or zone == subnet["AvailabilityZone"]


def test_isolated_subnets_have_no_way_out(read: Reading) -> None:
    assert [default_route(read, each) for each in subnets_of(read, "Isolated")] == [None] * 3


def test_each_subnet_has_a_route_table_of_its_own(read: Reading) -> None:
    tables = [a["RouteTableId"] for a in read.all("AWS::EC2::SubnetRouteTableAssociation")]
    assert len(tables) == len({*tables}) == len(read.all("AWS::EC2::Subnet"))


def test_no_subnet_gives_public_addresses(read: Reading) -> None:
    # The balancer and the NAT gateways bring their own.
    assert {each["MapPublicIpOnLaunch"] for each in read.all("AWS::EC2::Subnet")} == {False}


def test_all_traffic_is_logged_to_cloudwatch(read: Reading) -> None:
    log = read.one("AWS::EC2::FlowLog")
    assert log["ResourceId"] == read.one("AWS::EC2::VPC").ref
    assert log["TrafficType"] == "ALL"
    assert log["LogDestinationType"] == "cloud-watch-logs"
    assert read.at(log["LogGroupName"])["RetentionInDays"] == 30
