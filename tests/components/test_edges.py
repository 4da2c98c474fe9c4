"""Security groups: exactly the declared edges, written at both ends."""

from __future__ import annotations

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from config.graph import Edge
from stackyard.edges import NodeGroup, ways
from stackyard.stack import EnvironmentStack
from tests.assemblies import new_app
from tests.components.building import REGION, Made, plain, stack_in

EDGES = (
    Edge("web", "cache", (6379, 6380)),
    Edge("web", "orders", (5432,)),
    Edge("web", "endpoint:ecr.api", (443,)),
    Edge("web", "endpoint:s3", (443,)),
    Edge("web", "internet", (443,)),
)
GROUPS = {"cache": "sg-cache", "endpoint:ecr.api": "sg-ecr"}


def fill(stack: EnvironmentStack) -> EnvironmentStack:
    """Two nodes: the database nobody opens from here, and the program that calls."""
    orders = NodeGroup(stack, "Orders", node="orders", vpc_id="vpc-1", description="Orders")
    out = ways(EDGES, group_ids={**GROUPS, "orders": orders.group_id}, region=REGION)
    NodeGroup(stack, "Web", node="web", vpc_id="vpc-1", description="Program web", out=out)
    NodeGroup(
        stack,
        "Balancer",
        node="balancer",
        vpc_id="vpc-1",
        description="Balancer",
        open_to_internet=(80, 443),
    )
    return stack


@pytest.fixture(scope="module")
def texts(folder: Path) -> tuple[str, str]:
    """The same stack in an App, and deep inside a pipeline."""
    app = new_app(folder)
    stage = cdk.Stage(cdk.Stack(app, "Pipeline"), "Production")
    stacks = fill(stack_in(folder, app=app)), fill(stack_in(folder, scope=stage))
    one, other = (json.dumps(Template.from_stack(stack).to_json()) for stack in stacks)
    return one, other


@pytest.fixture(scope="module")
def network(texts: tuple[str, str]) -> Made:
    return Made(plain(json.loads(texts[0])))


def test_the_caller_goes_out_to_each_target_by_its_own_kind_of_peer(network: Made) -> None:
    orders = network.name_of("AWS::EC2::SecurityGroup", GroupDescription="Orders")
    web = network.only("AWS::EC2::SecurityGroup", GroupDescription="Program web")
    peers = ("DestinationSecurityGroupId", "DestinationPrefixListId", "CidrIp")
    found = [
        next((peer, rule[peer], rule["FromPort"], rule["ToPort"]) for peer in peers if peer in rule)
        for rule in web["SecurityGroupEgress"]
    ]
    assert found == [
        ("DestinationSecurityGroupId", "sg-cache", 6379, 6379),
        ("DestinationSecurityGroupId", "sg-cache", 6380, 6380),
        ("DestinationSecurityGroupId", f"<{orders}.GroupId>", 5432, 5432),
        ("DestinationSecurityGroupId", "sg-ecr", 443, 443),
        ("DestinationPrefixListId", "pl-63a5400a", 443, 443),
        ("CidrIp", "0.0.0.0/0", 443, 443),
    ]
    assert {rule["IpProtocol"] for rule in web["SecurityGroupEgress"]} == {"tcp"}


def test_each_target_that_has_a_group_lets_in_the_caller_and_nobody_else(network: Made) -> None:
    orders = network.name_of("AWS::EC2::SecurityGroup", GroupDescription="Orders")
    web = network.name_of("AWS::EC2::SecurityGroup", GroupDescription="Program web")
    rules = network.of("AWS::EC2::SecurityGroupIngress")
    assert sorted((rule["GroupId"], rule["FromPort"], rule["ToPort"]) for rule in rules) == [
        (f"<{orders}.GroupId>", 5432, 5432),
        ("sg-cache", 6379, 6379),
        ("sg-cache", 6380, 6380),
        ("sg-ecr", 443, 443),
    ]
    assert {rule["SourceSecurityGroupId"] for rule in rules} == {f"<{web}.GroupId>"}
    assert {rule["IpProtocol"] for rule in rules} == {"tcp"}


def test_no_group_lets_anything_in_by_itself(network: Made) -> None:
    for said in ("Orders", "Program web"):
        group = network.only("AWS::EC2::SecurityGroup", GroupDescription=said)
        assert "SecurityGroupIngress" not in group
    assert not network.whole("AWS::EC2::SecurityGroupEgress")


def test_a_node_without_edges_has_only_the_rule_that_leads_nowhere(network: Made) -> None:
    orders = network.only("AWS::EC2::SecurityGroup", GroupDescription="Orders")
    (rule,) = orders["SecurityGroupEgress"]
    assert (rule["IpProtocol"], rule["CidrIp"]) == ("icmp", "255.255.255.255/32")


def test_what_is_open_to_the_internet_is_so_on_these_ports_only(network: Made) -> None:
    balancer = network.only("AWS::EC2::SecurityGroup", GroupDescription="Balancer")
    assert balancer["SecurityGroupIngress"] == [
        {
            "CidrIp": "0.0.0.0/0",
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "Description": f"internet to balancer on {port}",
        }
        for port in (80, 443)
    ]
    (rule,) = balancer["SecurityGroupEgress"]
    assert rule["CidrIp"] == "255.255.255.255/32"


def test_rules_say_who_reaches_whom(network: Made) -> None:
    said = {rule["Description"] for rule in network.of("AWS::EC2::SecurityGroupIngress")}
    assert {"web to orders on 5432", "web to endpoint:ecr.api on 443"} <= said


def test_groups_name_their_nodes(network: Made) -> None:
    groups = network.whole("AWS::EC2::SecurityGroup").values()
    assert [each["Metadata"]["Stackyard::Node"] for each in groups] == [
        "orders",
        "web",
        "balancer",
    ]


def test_a_target_that_nothing_stands_for_is_an_error() -> None:
    with pytest.raises(KeyError, match="nobody"):
        ways((Edge("web", "nobody", (443,)),), group_ids=GROUPS, region=REGION)


def test_a_region_without_a_known_prefix_list_is_an_error() -> None:
    with pytest.raises(KeyError, match="mars-1"):
        ways((Edge("web", "endpoint:s3", (443,)),), group_ids={}, region="mars-1")


def test_an_app_and_a_pipeline_have_the_same_rules_with_the_same_ids(
    texts: tuple[str, str],
) -> None:
    assert texts[0] == texts[1]
