"""Network architecture: VPC, subnets, gateways, security groups."""

import pytest

from tests.systems.reading import Reading, Thing
from tests.systems.ways import (
    ANYWHERE,
    GROUP,
    Way,
    declared_ways,
    egress_rules,
    ingress_rules,
    ways_in,
    ways_out,
)

ZONES = ["us-east-1a", "us-east-1b"]
SUBNETS = [
    ("Public", "us-east-1a", "10.0.1.0/24"),
    ("Public", "us-east-1b", "10.0.2.0/24"),
    ("Private", "us-east-1a", "10.0.10.0/24"),
    ("Private", "us-east-1b", "10.0.11.0/24"),
    # Deviation: the document puts the database into the private subnets.
    ("Isolated", "us-east-1a", "10.0.20.0/24"),
    ("Isolated", "us-east-1b", "10.0.21.0/24"),
]
DOCUMENTED = {
    Way("internet", "balancer", "tcp/443"),
    Way("internet", "balancer", "tcp/80"),
    Way("balancer", "app", "tcp/3000"),
    Way("app", "internet", "tcp/443"),
    Way("app", "database", "tcp/5432"),
}
# What the migrations, the rotation of credentials and the private endpoints add.
DERIVED = {
    Way("app", "endpoint:s3", "tcp/443"),
    Way("app", "endpoint:secretsmanager", "tcp/443"),
    Way("migrate", "internet", "tcp/443"),
    Way("migrate", "database", "tcp/5432"),
    Way("migrate", "endpoint:s3", "tcp/443"),
    Way("migrate", "endpoint:secretsmanager", "tcp/443"),
    Way("database-admin", "database", "tcp/5432"),
    Way("database-admin", "endpoint:secretsmanager", "tcp/443"),
}
WAYS = DOCUMENTED | DERIVED

# VPC configuration.


def test_the_vpc_has_the_documents_name_and_range(prod: Reading) -> None:
    vpc = prod.one("AWS::EC2::VPC")
    assert vpc["CidrBlock"] == "10.0.0.0/16"
    assert {"Key": "Name", "Value": "fckdoomscroll-vpc"} in vpc["Tags"]


def test_development_has_the_same_range_under_its_own_name(dev: Reading) -> None:
    vpc = dev.one("AWS::EC2::VPC")
    assert vpc["CidrBlock"] == "10.0.0.0/16"
    assert {"Key": "Name", "Value": "fckdoomscroll-dev"} in vpc["Tags"]


def test_the_region_is_us_east_1(read: Reading) -> None:
    assert read.environment.region == "us-east-1"
    endpoints = read.all("AWS::EC2::VPCEndpoint")
    assert endpoints
    for endpoint in endpoints:
        assert endpoint["ServiceName"].startswith("com.amazonaws.us-east-1.")


# Subnets.


def test_the_subnets_have_the_documents_zones_and_ranges(read: Reading) -> None:
    subnets = [
        (_tier(subnet), subnet["AvailabilityZone"], subnet["CidrBlock"])
        for subnet in read.all("AWS::EC2::Subnet")
    ]
    assert subnets == SUBNETS


def test_public_subnets_route_to_the_internet_gateway(read: Reading) -> None:
    gateway = read.one("AWS::EC2::InternetGateway")
    assert _ways_out_of(read, "Public") == [gateway.ref] * 2
    assert read.one("AWS::EC2::VPCGatewayAttachment")["InternetGatewayId"] == gateway.ref


def test_private_subnets_route_to_the_nat_gateway(read: Reading) -> None:
    nat = read.one("AWS::EC2::NatGateway")
    assert _ways_out_of(read, "Private") == [nat.ref] * 2
    assert _tier(read.at(nat["SubnetId"])) == "Public"


def test_the_databases_subnets_route_nowhere(read: Reading) -> None:
    assert _ways_out_of(read, "Isolated") == []


def test_no_subnet_gives_public_addresses(read: Reading) -> None:
    # The balancer and the NAT gateway bring their own.
    assert {each["MapPublicIpOnLaunch"] for each in read.all("AWS::EC2::Subnet")} == {False}


def test_the_balancer_is_public_and_the_tasks_are_private(read: Reading, service: Thing) -> None:
    balancer = read.one("AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert _tiers(read, balancer["Subnets"]) == {"Public"}
    assert read.zones(balancer["Subnets"]) == ZONES
    network = service["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert _tiers(read, network["Subnets"]) == {"Private"}
    assert read.zones(network["Subnets"]) == ZONES
    assert network["AssignPublicIp"] == "DISABLED"


def test_the_database_is_isolated(read: Reading, database: Thing) -> None:
    subnets = read.at(database["DBSubnetGroupName"])["SubnetIds"]
    assert _tiers(read, subnets) == {"Isolated"}
    assert read.zones(subnets) == ZONES


# Security groups.


def test_who_reaches_whom(read: Reading) -> None:
    assert ways_out(read) == {way for way in WAYS if way.source != "internet"}
    assert ways_in(read) == {way for way in WAYS if way.target not in ("internet", "endpoint:s3")}
    assert declared_ways(read.environment) == WAYS


@pytest.mark.parametrize("port", [443, 80])
def test_the_balancer_takes_the_port_from_everybody(read: Reading, port: int) -> None:
    (group,) = [group for group in read.all(GROUP) if group.node == "balancer"]
    (rule,) = [rule for rule in group["SecurityGroupIngress"] if rule["FromPort"] == port]
    assert (rule["CidrIp"], rule["ToPort"], rule["IpProtocol"]) == ("0.0.0.0/0", port, "tcp")


def test_the_balancer_sends_to_its_service_and_nowhere_else(read: Reading) -> None:
    # Deviation: the document lets it send everything everywhere.
    sent = {way for way in ways_out(read) if way.source == "balancer"}
    assert sent == {Way("balancer", "app", "tcp/3000")}


def test_only_the_balancer_reaches_the_tasks(read: Reading) -> None:
    assert {way for way in ways_in(read) if way.target == "app"} == {
        Way("balancer", "app", "tcp/3000")
    }


def test_the_database_lets_nothing_out(read: Reading) -> None:
    assert {way.source for way in ways_out(read)} == {
        "app",
        "balancer",
        "database-admin",
        "migrate",
    }


def test_nothing_but_https_leaves_to_the_whole_world(read: Reading) -> None:
    to_all = [rule for _, rule in egress_rules(read) if rule.get("CidrIp") in ANYWHERE]
    assert {(rule["FromPort"], rule["ToPort"]) for rule in to_all} == {(443, 443)}
    from_all = [group.node for group, rule in ingress_rules(read) if rule.get("CidrIp") in ANYWHERE]
    assert {*from_all} == {"balancer"}


def test_names_of_groups_are_left_to_aws(read: Reading) -> None:
    # Deviation: `alb-sg`, `ecs-sg` and `rds-sg` would stand in the way of a replacement.
    assert [group for group in read.all(GROUP) if group.get("GroupName")] == []


def _tier(subnet: Thing) -> str:
    (tier,) = [tag["Value"] for tag in subnet["Tags"] if tag["Key"] == "aws-cdk:subnet-type"]
    return str(tier)


def _tiers(read: Reading, subnets: list[str]) -> set[str]:
    return {_tier(read.at(subnet)) for subnet in subnets}


def _ways_out_of(read: Reading, tier: str) -> list[str]:
    """Where the default routes of a tier's subnets lead."""
    tables = [
        association["RouteTableId"]
        for association in read.all("AWS::EC2::SubnetRouteTableAssociation")
        if _tier(read.at(association["SubnetId"])) == tier
    ]
    return [
        route.get("GatewayId") or route["NatGatewayId"]
        for route in read.all("AWS::EC2::Route", DestinationCidrBlock="0.0.0.0/0")
        if route["RouteTableId"] in tables
    ]
