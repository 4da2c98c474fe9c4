"""VPC configuration, and the endpoints that it requires."""

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

ZONES = ["us-east-1a", "us-east-1c", "us-east-1d"]
PREFIX = "com.amazonaws.us-east-1"
INTERFACES = ("ecr.api", "ecr.dkr", "email-smtp", "lambda", "logs", "secretsmanager")

# Every way that the document asks for; the first group is the backend's, through its connector.
WAYS = {
    Way("backend", "cache", "tcp/6379"),
    Way("backend", "cache", "tcp/6380"),
    Way("backend", "database", "tcp/5432"),
    Way("backend", "endpoint:email-smtp", "tcp/587"),
    Way("backend", "endpoint:lambda", "tcp/443"),
    Way("backend", "endpoint:s3", "tcp/443"),
    Way("migrations", "database", "tcp/5432"),
    Way("migrations", "endpoint:ecr.api", "tcp/443"),
    Way("migrations", "endpoint:ecr.dkr", "tcp/443"),
    Way("migrations", "endpoint:logs", "tcp/443"),
    Way("migrations", "endpoint:s3", "tcp/443"),
    Way("migrations", "endpoint:secretsmanager", "tcp/443"),
    Way("database-admin", "database", "tcp/5432"),
    Way("database-admin", "endpoint:secretsmanager", "tcp/443"),
}


# Subnets: private, in three zones.


def test_all_subnets_are_private_and_cover_the_three_zones(read: Reading) -> None:
    subnets = read.all("AWS::EC2::Subnet")
    assert sorted(subnet["AvailabilityZone"] for subnet in subnets) == ZONES
    assert [subnet for subnet in subnets if subnet["MapPublicIpOnLaunch"] is not False] == []


def test_there_is_no_way_to_the_internet_and_none_from_it(read: Reading) -> None:
    ways = (
        "AWS::EC2::EgressOnlyInternetGateway",
        "AWS::EC2::EIP",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::NatGateway",
        "AWS::EC2::Route",
        "AWS::EC2::TransitGatewayAttachment",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::EC2::VPCPeeringConnection",
        "AWS::EC2::VPNGateway",
    )
    assert read.all(*ways) == []


# Required endpoints.


def test_exactly_the_documents_endpoints_exist(read: Reading) -> None:
    endpoints = read.all("AWS::EC2::VPCEndpoint")
    assert sorted(e["ServiceName"] for e in endpoints) == sorted(
        f"{PREFIX}.{service}" for service in (*INTERFACES, "s3")
    )


@pytest.mark.parametrize("service", INTERFACES)
def test_endpoint_answers_under_the_services_own_name(read: Reading, service: str) -> None:
    endpoint = _endpoint(read, service)
    assert endpoint["VpcEndpointType"] == "Interface"
    assert endpoint["PrivateDnsEnabled"] is True
    vpc = read.at(endpoint["VpcId"])
    assert (vpc["EnableDnsSupport"], vpc["EnableDnsHostnames"]) == (True, True)


@pytest.mark.parametrize("service", sorted({*INTERFACES} - {"email-smtp"}))
def test_endpoint_is_in_every_zone(read: Reading, service: str) -> None:
    assert read.zones(_endpoint(read, service)["SubnetIds"]) == ZONES


def test_the_endpoint_for_mail_is_in_the_zones_that_offer_it(read: Reading) -> None:
    # SES offers none in use1-az2, which is this account's us-east-1c.
    assert read.environment.network.zones["us-east-1c"] == "use1-az2"
    assert read.zones(_endpoint(read, "email-smtp")["SubnetIds"]) == ["us-east-1a", "us-east-1d"]


def test_s3_is_a_gateway_for_all_subnets(read: Reading) -> None:
    gateway = _endpoint(read, "s3")
    assert gateway["VpcEndpointType"] == "Gateway"
    associations = read.all("AWS::EC2::SubnetRouteTableAssociation")
    assert {a["SubnetId"] for a in associations} == {s.ref for s in read.all("AWS::EC2::Subnet")}
    assert {a["RouteTableId"] for a in associations} == {*gateway["RouteTableIds"]}


# Security groups.


def test_who_reaches_whom(read: Reading) -> None:
    assert ways_out(read) == WAYS
    assert ways_in(read) == {way for way in WAYS if way.target != "endpoint:s3"}


def test_that_is_what_the_graph_declares(read: Reading) -> None:
    assert declared_ways(read.environment) == WAYS


def test_only_three_nodes_reach_the_database(read: Reading) -> None:
    users = ("backend", "migrations", "database-admin")
    ways = {Way(node, "database", "tcp/5432") for node in users}
    assert {way for way in ways_in(read) if way.target == "database"} == ways
    assert {way for way in ways_out(read) if way.target == "database"} == ways


def test_nobody_speaks_postgresql_to_anything_but_the_database(read: Reading) -> None:
    assert {way.target for way in ways_out(read) if way.by == "tcp/5432"} == {"database"}


def test_only_the_backend_reaches_the_cache(read: Reading) -> None:
    ways = {Way("backend", "cache", f"tcp/{port}") for port in (6379, 6380)}
    assert {way for way in ways_in(read) if way.target == "cache"} == ways
    assert {way for way in ways_out(read) if way.target == "cache"} == ways


@pytest.mark.parametrize("service", ["ecr.api", "ecr.dkr", "logs"])
def test_only_builds_use_the_endpoints_of_the_build_platform(read: Reading, service: str) -> None:
    target = f"endpoint:{service}"
    assert {w for w in ways_in(read) if w.target == target} == {
        Way("migrations", target, "tcp/443")
    }


def test_secrets_are_read_from_inside_by_those_who_need_them(read: Reading) -> None:
    target = "endpoint:secretsmanager"
    readers = {way.source for way in ways_in(read) if way.target == target}
    assert readers == {"migrations", "database-admin"}


def test_no_rule_names_the_whole_world(read: Reading) -> None:
    rules = [rule for _, rule in (*ingress_rules(read), *egress_rules(read))]
    assert len(rules) > len(read.all(GROUP))
    assert [r for r in rules if {r.get("CidrIp"), r.get("CidrIpv6")} & {*ANYWHERE}] == []


def test_what_only_answers_lets_nothing_out(read: Reading) -> None:
    talkers = {way.source for way in ways_out(read)}
    assert talkers == {"backend", "migrations", "database-admin"}


def _endpoint(read: Reading, service: str) -> Thing:
    return read.one("AWS::EC2::VPCEndpoint", ServiceName=f"{PREFIX}.{service}")
