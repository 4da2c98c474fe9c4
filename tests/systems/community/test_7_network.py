"""Disaster recovery: several zones. Security groups: who reaches whom."""

import pytest

from tests.systems.parts import default_route, subnets_of
from tests.systems.reading import Reading
from tests.systems.ways import Way, declared_ways, ways_in, ways_out

PROGRAMS = ("app", "worker")
ZONES = ["us-east-1a", "us-east-1b"]
WAYS = {
    Way("internet", "balancer", "tcp/80"),
    Way("internet", "balancer", "tcp/443"),
    Way("balancer", "app", "tcp/3000"),
    *(Way(program, "database", "tcp/5432") for program in (*PROGRAMS, "migrate")),
    *(Way(program, "jobs", "tcp/6379") for program in PROGRAMS),
    *(Way(program, "internet", "tcp/443") for program in (*PROGRAMS, "migrate")),
    *(Way(program, "endpoint:s3", "tcp/443") for program in (*PROGRAMS, "migrate")),
    Way("database-admin", "database", "tcp/5432"),
    Way("jobs-depth", "jobs", "tcp/6379"),
    *(
        Way(node, "endpoint:secretsmanager", "tcp/443")
        for node in (*PROGRAMS, "migrate", "database-admin", "jobs-depth")
    ),
}


@pytest.mark.parametrize("tier", ["Public", "Private", "Isolated"])
def test_each_tier_has_a_subnet_in_each_of_two_zones(read: Reading, tier: str) -> None:
    assert sorted(subnet["AvailabilityZone"] for subnet in subnets_of(read, tier)) == ZONES


def test_each_zone_has_its_own_way_out(read: Reading) -> None:
    assert len(read.all("AWS::EC2::NatGateway")) == len(ZONES)
    for subnet in subnets_of(read, "Private"):
        route = default_route(read, subnet)
        assert route is not None
        nat = read.at(route["NatGatewayId"])
        assert read.zones([nat["SubnetId"]]) == [subnet["AvailabilityZone"]]


def test_who_reaches_whom(read: Reading) -> None:
    assert ways_out(read) == {way for way in WAYS if way.source != "internet"}
    no_group = ("internet", "endpoint:s3")
    assert ways_in(read) == {way for way in WAYS if way.target not in no_group}
    assert declared_ways(read.environment) == WAYS


def test_traffic_is_logged(read: Reading) -> None:
    log = read.one("AWS::EC2::FlowLog")
    assert log["ResourceId"] == read.one("AWS::EC2::VPC").ref
    assert log["TrafficType"] == "ALL"
