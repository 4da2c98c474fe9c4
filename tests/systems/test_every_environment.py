"""What holds in every environment of this repository, read from its templates."""

import re
from collections.abc import Iterator

import pytest

from config.alarms import catalogue
from config.attributes import BALANCER, INTERNET
from config.aws import PREFIX_LISTS
from config.credentials import credentials
from config.model.environment import Environment
from config.nodes import admin_of, depth_of, proxy_of
from tests.assemblies import ENVIRONMENTS
from tests.systems.reading import Reading, reading_of, texts
from tests.systems.ways import (
    ANYWHERE,
    GROUP,
    declared_ways,
    ingress_rules,
    users_of_groups,
    ways_in,
    ways_out,
)

STORES = (
    "AWS::ECR::Repository",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::SQS::Queue",
)
INTERFACES = (
    "AWS::AppRunner::VpcConnector",
    "AWS::EC2::VPCEndpoint",
    "AWS::ECS::Service",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::RDS::DBInstance",
)
STATEFUL = (
    "AWS::ECR::Repository",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::SSM::Parameter",
)
PRINCIPALS = ("AWS::IAM::Role", "AWS::Lambda::Function")
REGION = re.compile(r"\b(?:af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d\b")


@pytest.fixture(scope="module", params=ENVIRONMENTS, ids="/".join)
def read(request: pytest.FixtureRequest) -> Reading:
    return reading_of(*request.param)


def test_exactly_the_declared_edges_are_let_out(read: Reading) -> None:
    # The internet has no group of ours; what it may do stands at whom it reaches.
    declared = {way for way in declared_ways(read.environment) if way.source != INTERNET}
    assert ways_out(read) == declared


def test_exactly_the_declared_edges_are_let_in(read: Reading) -> None:
    no_group = {INTERNET, *(f"endpoint:{service}" for service in PREFIX_LISTS)}
    declared = {way for way in declared_ways(read.environment) if way.target not in no_group}
    assert ways_in(read) == declared


def test_only_the_balancer_is_reached_from_anywhere(read: Reading) -> None:
    rules = list(ingress_rules(read))
    assert rules
    from_anywhere = {
        (group.node, rule["FromPort"], rule["ToPort"])
        for group, rule in rules
        if {rule.get("CidrIp"), rule.get("CidrIpv6")} & {*ANYWHERE}
    }
    public = {(BALANCER, 80, 80), (BALANCER, 443, 443)}
    assert from_anywhere == (public if read.environment.balancer else set())


def test_nothing_names_a_region_where_data_may_not_live(read: Reading) -> None:
    environment = read.environment
    named = {region for text in texts(read.templates) for region in REGION.findall(text)}
    assert named <= {*(environment.regions or (environment.region,))}


def test_every_network_interface_is_in_the_group_of_its_own_node(read: Reading) -> None:
    users = list(users_of_groups(read))
    assert [(node, thing, group) for node, thing, group in users if node != group.node] == []
    grouped = {thing for _, thing, _ in users}
    inside = [
        thing
        for thing in read.things
        if thing.get("VpcConfig")
        or (thing.kind in INTERFACES and thing.get("VpcEndpointType") != "Gateway")
    ]
    assert inside
    assert [thing for thing in inside if thing not in grouped] == []


@pytest.mark.parametrize("kinds", [(GROUP,), PRINCIPALS, STORES], ids=["group", "who", "store"])
def test_each_names_one_node(read: Reading, kinds: tuple[str, ...]) -> None:
    nodes = set(_nodes(read.environment))
    found = read.all(*kinds)
    assert found
    assert [(thing, thing.node) for thing in found if thing.node not in nodes] == []


def test_no_two_groups_belong_to_one_node(read: Reading) -> None:
    nodes = [group.node for group in read.all(GROUP)]
    assert len(nodes) == len(set(nodes))


def test_what_holds_data_outlives_its_stack(read: Reading) -> None:
    kept = read.all(*STATEFUL)
    assert kept
    policies = ("Retain", "RetainExceptOnCreate", "Snapshot")
    assert [thing for thing in kept if thing.deletion not in policies] == []


def test_what_holds_data_outlives_its_replacement(read: Reading) -> None:
    kept = read.all(*STATEFUL)
    assert kept
    assert [thing for thing in kept if thing.replacement not in ("Retain", "Snapshot")] == []


def _nodes(environment: Environment) -> Iterator[str]:
    """The names that a resource may give as its node's."""
    for store in environment.stores:
        yield from (f"{store}/master", f"{store}/app", f"{store}/depth")
        yield from (f"{store}/{each.login}" for each in credentials(environment, store))
    yield from environment.services
    yield from environment.tasks
    yield from environment.stores
    yield from environment.secrets
    yield from environment.images
    yield from map(admin_of, environment.stores)
    yield from map(depth_of, environment.stores)
    yield from map(proxy_of, environment.stores)
    yield from ("access-logs", "balancer", "cluster", "network", "notifier")
    for way in declared_ways(environment):
        yield way.target


def test_every_alarm_that_the_graph_derives_is_in_a_template_and_no_other(read: Reading) -> None:
    environment = read.environment
    derived = {
        f"{environment.name}-{node}-{alarm.name}"
        for node, alarms in catalogue(environment).items()
        for alarm in alarms
    }
    own = {
        f"{environment.name}-{name}-{metric}"
        for name, service in environment.services.items()
        for metric, spec in service.metrics.items()
        if spec.alarm
    }
    assert {alarm["AlarmName"] for alarm in read.all("AWS::CloudWatch::Alarm")} == derived | own
