"""The VPC: tiers and their ways out, address ranges, endpoints, the flow log."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from config.model.network import Network as NetworkSpec
from config.model.network import Tier
from stackyard.key import EnvironmentKey
from stackyard.network import Network
from tests.assemblies import new_app
from tests.components.building import ZONES, Made, made, spec, stack_in, statements

LISTED = ["10.0.48.0/20", "10.0.16.0/20"]
ENDPOINTS = {"email-smtp": ("us-east-1b",), "s3": ZONES, "ecr.api": ZONES}
NOWHERE = "255.255.255.255/32"
TIERS: tuple[Tier, ...] = ("public", "private", "isolated")
WAYS_OUT = ("none", "single", "per-zone", "regional")
Networks = dict[str, Made]


@pytest.fixture(scope="module")
def networks(folder: Path) -> Networks:
    app = new_app(folder)
    stacks = {}
    for nat in WAYS_OUT:
        stacks[nat] = stack = stack_in(folder, f"demo-{nat}", app=app)
        zones = dict(zip(ZONES, ("use1-az6", "use1-az1"), strict=True))
        fields: dict[str, Any] = {"cidr": "10.0.0.0/16", "zones": zones, "nat": nat}
        if nat == "none":
            fields |= {"tiers": {"isolated": LISTED}, "flow_log_days": 30}
        Network(
            stack,
            "Network",
            name="demo-prod",
            spec=spec(NetworkSpec, **fields),
            tiers=("isolated",) if nat == "none" else TIERS,
            ports_out=(443,),
            endpoints=ENDPOINTS,
            key=EnvironmentKey(stack, "Key", description="Flow logs", logs=True),
        )
    return {nat: made(stack) for nat, stack in stacks.items()}


def subnets(made: Made) -> dict[str, dict[str, Any]]:
    """The subnets by their names without the network's."""
    return {
        name_of(subnet).removeprefix("demo-prod-"): {"id": f"<{logical_id}>", **subnet}
        for logical_id, each in made.whole("AWS::EC2::Subnet").items()
        for subnet in [each["Properties"]]
    }


def name_of(resource: dict[str, Any]) -> str:
    """A resource's Name tag."""
    (name,) = [tag["Value"] for tag in resource["Tags"] if tag["Key"] == "Name"]
    assert isinstance(name, str)
    return name


def ways_out(made: Made) -> dict[str, str | None]:
    """Where each subnet's default route leads."""
    tables = {
        each["SubnetId"]: each["RouteTableId"]
        for each in made.of("AWS::EC2::SubnetRouteTableAssociation")
    }
    targets = {
        route["RouteTableId"]: route.get("NatGatewayId") or route["GatewayId"]
        for route in made.of("AWS::EC2::Route")
        if route["DestinationCidrBlock"] == "0.0.0.0/0"
    }
    return {name: targets.get(tables[subnet["id"]]) for name, subnet in subnets(made).items()}


def nats(made: Made) -> list[str]:
    return [f"<{name}>" for name in made.whole("AWS::EC2::NatGateway")]


def test_without_nat_there_is_one_tier_and_no_way_out_at_all(networks: Networks) -> None:
    none = networks["none"]
    assert ways_out(none) == {f"isolated-{zone}": None for zone in ZONES}
    for kind in ("InternetGateway", "NatGateway", "EIP", "Route"):
        assert not none.whole(f"AWS::EC2::{kind}")


@pytest.mark.parametrize("nat", WAYS_OUT[1:])
def test_with_a_way_out_there_are_three_tiers_in_each_zone(networks: Networks, nat: str) -> None:
    found = subnets(networks[nat])
    zones = {name: subnet["AvailabilityZone"] for name, subnet in found.items()}
    assert zones == {f"{tier}-{zone}": zone for tier in TIERS for zone in ZONES}


@pytest.mark.parametrize("nat", WAYS_OUT[1:])
def test_the_isolated_tier_never_has_a_default_route(networks: Networks, nat: str) -> None:
    ways = ways_out(networks[nat])
    assert [ways[f"isolated-{zone}"] for zone in ZONES] == [None, None]
    (gateway,) = networks[nat].whole("AWS::EC2::InternetGateway")
    assert {ways[f"public-{zone}"] for zone in ZONES} == {f"<{gateway}>"}


@pytest.mark.parametrize(
    ("nat", "gateways", "addresses"), [("single", 1, 1), ("per-zone", 2, 2), ("regional", 1, 0)]
)
def test_private_subnets_go_out_by_as_many_gateways_as_the_file_says(
    networks: Networks, nat: str, gateways: int, addresses: int
) -> None:
    network = networks[nat]
    assert len(nats(network)) == gateways
    # A regional gateway takes its addresses itself.
    assert len(network.whole("AWS::EC2::EIP")) == addresses
    ways = [ways_out(network)[f"private-{zone}"] for zone in ZONES]
    assert len(ways) == 2
    # CloudFormation gives a gateway's id by Ref and by attribute alike.
    assert {(way or "").replace(".NatGatewayId", "") for way in ways} == set(nats(network))


def test_with_a_gateway_per_zone_each_zone_uses_its_own(networks: Networks) -> None:
    network = networks["per-zone"]
    place = {subnet["id"]: subnet["AvailabilityZone"] for subnet in subnets(network).values()}
    gateways = network.whole("AWS::EC2::NatGateway").items()
    zone_of = {f"<{name}>": place[each["Properties"]["SubnetId"]] for name, each in gateways}
    ways = ways_out(network)
    assert {zone: zone_of[ways[f"private-{zone}"] or ""] for zone in ZONES} == {z: z for z in ZONES}


def test_a_regional_gateway_belongs_to_the_network_and_no_subnet(networks: Networks) -> None:
    nat = networks["regional"].only("AWS::EC2::NatGateway")
    (vpc,) = networks["regional"].whole("AWS::EC2::VPC")
    assert (nat["AvailabilityMode"], nat["VpcId"]) == ("regional", f"<{vpc}>")
    assert "SubnetId" not in nat


def test_listed_ranges_go_to_the_zones_in_the_files_order(networks: Networks) -> None:
    found = subnets(networks["none"])
    assert [found[f"isolated-{zone}"]["CidrBlock"] for zone in ZONES] == LISTED


def test_ranges_that_are_not_listed_divide_the_network_evenly(networks: Networks) -> None:
    found = [each["CidrBlock"] for each in subnets(networks["single"]).values()]
    assert sorted(found) == sorted(f"10.0.{32 * number}.0/19" for number in range(6))


@pytest.mark.parametrize("nat", WAYS_OUT)
def test_no_subnet_gives_its_machines_public_addresses(networks: Networks, nat: str) -> None:
    for name, subnet in subnets(networks[nat]).items():
        assert subnet["MapPublicIpOnLaunch"] is False, name


@pytest.mark.parametrize("nat", WAYS_OUT)
def test_no_tag_and_no_id_holds_the_place_in_the_tree(networks: Networks, nat: str) -> None:
    text = json.dumps(networks[nat].template)
    assert f"demo-{nat}/" not in text
    assert "/Network/" not in text
    assert not [name for name in networks[nat].section("Resources") if f"demo{nat}" in name]


def test_all_traffic_is_logged_under_the_key_for_the_days_of_the_file(networks: Networks) -> None:
    none = networks["none"]
    ((group_id, group),) = none.whole("AWS::Logs::LogGroup").items()
    (key,) = none.whole("AWS::KMS::Key")
    assert group["Properties"] == {"KmsKeyId": f"<{key}.Arn>", "RetentionInDays": 30}
    ((role_id, role),) = none.whole("AWS::IAM::Role").items()
    flow_log = none.only("AWS::EC2::FlowLog")
    assert flow_log["TrafficType"] == "ALL"
    assert flow_log["LogGroupName"] == f"<{group_id}>"
    assert flow_log["DeliverLogsPermissionArn"] == f"<{role_id}.Arn>"
    (statement,) = statements(role["Properties"])
    assert statement["Resource"] == f"<{group_id}.Arn>"
    assert networks["single"].only("AWS::Logs::LogGroup")["RetentionInDays"] == 90


@pytest.mark.parametrize(("nat", "tier"), [("none", "isolated"), ("regional", "private")])
def test_endpoints_stand_where_programs_run_and_only_in_zones_that_offer_them(
    networks: Networks, nat: str, tier: str
) -> None:
    network = networks[nat]
    ids = {zone: subnets(network)[f"{tier}-{zone}"]["id"] for zone in ZONES}
    interfaces = {
        each["ServiceName"]: each
        for each in network.of("AWS::EC2::VPCEndpoint")
        if each["VpcEndpointType"] == "Interface"
    }
    assert {name: each["SubnetIds"] for name, each in interfaces.items()} == {
        "com.amazonaws.us-east-1.email-smtp": [ids["us-east-1b"]],
        "com.amazonaws.us-east-1.ecr.api": [*ids.values()],
    }
    assert all(each["PrivateDnsEnabled"] for each in interfaces.values())


def test_each_endpoint_has_a_closed_group_of_its_own(networks: Networks) -> None:
    none = networks["none"]
    used = Counter(
        group
        for each in none.of("AWS::EC2::VPCEndpoint")
        for group in each.get("SecurityGroupIds", [])
    )
    groups = none.whole("AWS::EC2::SecurityGroup")
    assert used == {f"<{name}.GroupId>": 1 for name in groups}
    for group in groups.values():
        assert "SecurityGroupIngress" not in group["Properties"]
        assert [rule["CidrIp"] for rule in group["Properties"]["SecurityGroupEgress"]] == [NOWHERE]
    assert not none.whole("AWS::EC2::SecurityGroupIngress")


@pytest.mark.parametrize("nat", WAYS_OUT)
def test_the_way_to_s3_stands_in_every_route_table(networks: Networks, nat: str) -> None:
    gateway = networks[nat].only("AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway")
    tables = networks[nat].whole("AWS::EC2::RouteTable")
    assert sorted(gateway["RouteTableIds"]) == sorted(f"<{table}>" for table in tables)
