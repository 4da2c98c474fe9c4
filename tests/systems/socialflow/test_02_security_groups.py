"""2. Security layer: groups, port by port, and the chain from the internet to the data."""

import pytest

from tests.systems.parts import BALANCING, group_of, service_of
from tests.systems.reading import Reading, Thing
from tests.systems.ways import Way, declared_ways, egress_rules, ways_in, ways_out

PROGRAMS = ("app", "worker", "beat")
MEASURED = ("prod",)

# Deviation: what the document calls the application's group is one for each program.
WAYS = {
    Way("internet", "balancer", "tcp/80"),
    Way("internet", "balancer", "tcp/443"),
    Way("balancer", "app", "tcp/8000"),
    *(Way(program, "database", "tcp/5432") for program in PROGRAMS),
    *(Way(program, "cache", "tcp/6379") for program in PROGRAMS),
    *(Way(program, "broker", "tcp/6379") for program in PROGRAMS),
    *(Way(program, "internet", "tcp/443") for program in PROGRAMS),
    *(Way(program, "internet", "tcp/587") for program in PROGRAMS),
    Way("migrate", "database", "tcp/5432"),
    Way("migrate", "internet", "tcp/443"),
    Way("database-admin", "database", "tcp/5432"),
    *(Way(program, "endpoint:s3", "tcp/443") for program in (*PROGRAMS, "migrate")),
    *(
        Way(node, "endpoint:secretsmanager", "tcp/443")
        for node in (*PROGRAMS, "migrate", "database-admin")
    ),
}
OF_DEPTH = {
    Way("broker-depth", "broker", "tcp/6379"),
    Way("broker-depth", "endpoint:secretsmanager", "tcp/443"),
}


@pytest.fixture
def ways(stage: str) -> set[Way]:
    return WAYS | (OF_DEPTH if stage in MEASURED else set())


def test_who_is_let_out_to_whom(read: Reading, ways: set[Way]) -> None:
    # Deviation: the document lets every group out to everywhere.
    assert ways_out(read) == {way for way in ways if way.source != "internet"}


def test_who_is_let_in_by_whom(read: Reading, ways: set[Way]) -> None:
    no_group = ("internet", "endpoint:s3")
    assert ways_in(read) == {way for way in ways if way.target not in no_group}


def test_that_is_what_the_graph_declares(read: Reading, ways: set[Way]) -> None:
    assert declared_ways(read.environment) == ways


def test_the_balancer_takes_http_and_https_from_the_internet_alone(read: Reading) -> None:
    assert {way for way in ways_in(read) if way.target == "balancer"} == {
        Way("internet", "balancer", "tcp/80"),
        Way("internet", "balancer", "tcp/443"),
    }


def test_the_application_takes_port_8000_from_the_balancer_alone(read: Reading) -> None:
    into = {way for way in ways_in(read) if way.target == "app"}
    assert into == {Way("balancer", "app", "tcp/8000")}


@pytest.mark.parametrize("program", ["worker", "beat", "migrate"])
def test_nobody_reaches_what_serves_nothing(read: Reading, program: str) -> None:
    assert {way for way in ways_in(read) if way.target == program} == set()


def test_the_database_takes_postgresql_alone_and_from_programs_alone(read: Reading) -> None:
    into = {way for way in ways_in(read) if way.target == "database"}
    assert {way.by for way in into} == {"tcp/5432"}
    assert {way.source for way in into} == {*PROGRAMS, "migrate", "database-admin"}


@pytest.mark.parametrize("store", ["cache", "broker"])
def test_a_cache_takes_redis_alone_and_from_programs_alone(
    read: Reading, stage: str, store: str
) -> None:
    into = {way for way in ways_in(read) if way.target == store}
    assert {way.by for way in into} == {"tcp/6379"}
    measuring = {"broker-depth"} if store == "broker" and stage in MEASURED else set()
    assert {way.source for way in into} == {*PROGRAMS, *measuring}


@pytest.mark.parametrize("store", ["database", "cache", "broker"])
def test_what_keeps_data_lets_nothing_out(read: Reading, store: str) -> None:
    assert {way for way in ways_out(read) if way.source == store} == set()


def test_no_rule_out_names_all_protocols_or_ports(read: Reading) -> None:
    rules = [rule for _, rule in egress_rules(read)]
    assert rules
    assert {rule["IpProtocol"] for rule in rules} == {"tcp"}
    assert [rule for rule in rules if rule["FromPort"] != rule["ToPort"]] == []


def test_each_is_in_its_own_group(
    read: Reading, database: Thing, cache: Thing, broker: Thing
) -> None:
    balancer = read.one(f"{BALANCING}::LoadBalancer")
    assert balancer["SecurityGroups"] == [group_of(read, "balancer")]
    assert database["VPCSecurityGroups"] == [group_of(read, "database")]
    assert cache["SecurityGroupIds"] == [group_of(read, "cache")]
    assert broker["SecurityGroupIds"] == [group_of(read, "broker")]
    for program in PROGRAMS:
        network = service_of(read, program)["NetworkConfiguration"]["AwsvpcConfiguration"]
        assert network["SecurityGroups"] == [group_of(read, program)]
