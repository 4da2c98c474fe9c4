"""The kinds of NAT, and the instance that forwards what the graph declares and nothing else."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from config.model.network import Nat
from config.model.network import Network as NetworkSpec
from stackyard.key import EnvironmentKey
from stackyard.nat import gateways_for, provider_for
from stackyard.network import Network
from stackyard.stack import EnvironmentStack
from tests.assemblies import new_app
from tests.components.building import Made, Properties, plain, spec, stack_in

CIDR, PORTS, ZONES = "10.0.0.0/16", (443, 587), ("us-east-1a", "us-east-1b")
IDS = ("use1-az6", "use1-az1")
INSTANCE, GROUP = "AWS::EC2::Instance", "AWS::EC2::SecurityGroup"


class Nats(NamedTuple):
    made: Made
    texts: tuple[str, str]
    accepted: str

    @property
    def instance(self) -> Properties:
        return self.made.only(INSTANCE)

    @property
    def script(self) -> list[str]:
        """The lines that run at its first start."""
        lines: list[str] = self.instance["UserData"]["Fn::Base64"].splitlines()
        return lines

    @property
    def group(self) -> Properties:
        return self.made.only(GROUP)


def fill(stack: EnvironmentStack) -> Network:
    """A network whose way out is an instance."""
    nat = {"kind": "instance", "reason": "A trial system"}
    fields: dict[str, Any] = {"cidr": CIDR, "zones": dict(zip(ZONES, IDS, strict=True)), "nat": nat}
    return Network(
        stack,
        "Network",
        name="demo-prod",
        spec=spec(NetworkSpec, **fields),
        tiers=("public", "private", "isolated"),
        ports_out=PORTS,
        endpoints={},
        key=EnvironmentKey(stack, "Key", description="Flow logs", logs=True),
    )


@pytest.fixture(scope="module")
def nats(folder: Path) -> Nats:
    """The same network in an App, and deep inside a pipeline."""
    app = new_app(folder)
    stage = cdk.Stage(cdk.Stack(app, "Pipeline"), "Production")
    stacks = stack_in(folder, app=app), stack_in(folder, scope=stage)
    networks = [fill(stack) for stack in stacks]
    one, other = (json.dumps(Template.from_stack(stack).to_json()) for stack in stacks)
    (instance,) = (
        each for each in networks[0].node.find_all() if isinstance(each, cdk.aws_ec2.CfnInstance)
    )
    accepted = " ".join(str(each.data) for each in instance.node.metadata)
    return Nats(Made(plain(json.loads(one))), (one, other), accepted)


@pytest.mark.parametrize(
    ("way_out", "gateways"),
    [("none", 0), ("instance", 1), ("single", 1), ("per-zone", 3), ("regional", None)],
)
def test_there_are_as_many_as_the_kind_says_and_as_aws_likes_of_regional_ones(
    way_out: Nat, gateways: int | None
) -> None:
    assert gateways_for(way_out, 3) == gateways


@pytest.mark.parametrize("way_out", ["none", "single", "per-zone"])
def test_gateways_in_zones_are_cdks_own(way_out: Nat) -> None:
    assert provider_for(way_out) is None


def test_one_instance_of_the_smallest_kind_is_the_way_out_of_all_zones(nats: Nats) -> None:
    (name,) = nats.made.whole(INSTANCE)
    assert nats.instance["InstanceType"] == "t4g.micro"
    routes = [each for each in nats.made.of("AWS::EC2::Route") if "InstanceId" in each]
    assert [each["InstanceId"] for each in routes] == [f"<{name}>"] * 2
    assert {each["DestinationCidrBlock"] for each in routes} == {"0.0.0.0/0"}
    assert not nats.made.whole("AWS::EC2::NatGateway")
    assert not nats.made.whole("AWS::EC2::EIP")


def test_the_instance_forwards_packets_that_are_not_its_own(nats: Nats) -> None:
    assert nats.instance["SourceDestCheck"] is False
    assert "echo net.ipv4.ip_forward=1 > /etc/sysctl.d/90-nat.conf" in nats.script
    assert 'iptables -t nat -A POSTROUTING -o "$out" -j MASQUERADE' in nats.script


def test_its_own_rules_come_after_those_that_the_service_starts_with(nats: Nats) -> None:
    """The service's reject whatever is forwarded. What is saved outlives a restart."""
    start = nats.script.index("systemctl enable --now iptables")
    (masquerade,) = (n for n, line in enumerate(nats.script) if "MASQUERADE" in line)
    allow, save = (
        nats.script.index(line)
        for line in ("iptables -F FORWARD", "iptables-save > /etc/sysconfig/iptables")
    )
    assert start < masquerade < allow < save


def test_its_script_is_one_that_bash_can_read(nats: Nats) -> None:
    assert nats.script[0] == "#!/bin/bash"
    subprocess.run(["bash", "-n"], input="\n".join(nats.script), text=True, check=True)


def test_the_instance_brings_an_address_into_a_public_subnet_that_gives_none(nats: Nats) -> None:
    (interface,) = nats.instance["NetworkInterfaces"]
    assert interface["AssociatePublicIpAddress"] is True
    subnet = nats.made.whole("AWS::EC2::Subnet")[interface["SubnetId"][1:-1]]["Properties"]
    assert {"Key": "aws-cdk:subnet-type", "Value": "Public"} in subnet["Tags"]
    assert subnet["MapPublicIpOnLaunch"] is False
    (group,) = nats.made.whole(GROUP)
    assert interface["GroupSet"] == [f"<{group}.GroupId>"]


def test_it_lets_the_network_out_on_the_declared_ports_and_nobody_in(nats: Nats) -> None:
    keys = ("CidrIp", "IpProtocol", "FromPort", "ToPort")
    came, went = (
        [tuple(rule[key] for key in keys) for rule in nats.group[f"SecurityGroup{way}"]]
        for way in ("Ingress", "Egress")
    )
    assert came == [(CIDR, "tcp", port, port) for port in PORTS]
    assert went == [("0.0.0.0/0", "tcp", port, port) for port in PORTS]
    assert not nats.made.whole("AWS::EC2::SecurityGroupIngress")


def test_its_rules_say_who_reaches_whom(nats: Nats) -> None:
    ways = [rule["Description"] for rule in nats.group["SecurityGroupEgress"]]
    assert ways == ["nat to internet on 443", "nat to internet on 587"]


def test_the_instance_may_do_nothing_in_the_account(nats: Nats) -> None:
    (profile,) = nats.made.of("AWS::IAM::InstanceProfile")
    (name,) = profile["Roles"]
    role = nats.made.whole("AWS::IAM::Role")[name[1:-1]]["Properties"]
    assert not {"Policies", "ManagedPolicyArns"} & role.keys()
    assert not nats.made.whole("AWS::IAM::Policy")


def test_its_disk_is_encrypted_and_its_metadata_takes_a_token(nats: Nats) -> None:
    assert nats.instance["MetadataOptions"]["HttpTokens"] == "required"
    (disk,) = nats.instance["BlockDeviceMappings"]
    assert disk["Ebs"]["Encrypted"] is True
    assert "KeyName" not in nats.instance


def test_each_deploy_takes_the_newest_image(nats: Nats) -> None:
    image = nats.instance["ImageId"][1:-1]
    parameter = nats.made.section("Parameters")[image]
    assert parameter["Type"] == "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
    assert parameter["Default"].startswith("/aws/service/ami-amazon-linux-latest/al2023-ami-")
    assert parameter["Default"].endswith("arm64")


def test_instance_and_group_name_their_node(nats: Nats) -> None:
    for kind in (INSTANCE, GROUP):
        (found,) = nats.made.whole(kind).values()
        assert found["Metadata"]["Stackyard::Node"] == "nat", kind


def test_what_an_instance_lacks_is_accepted_on_it_alone(nats: Nats) -> None:
    assert "AwsSolutions-EC28" in nats.accepted
    assert "AwsSolutions-EC29" in nats.accepted


def test_an_app_and_a_pipeline_have_the_same_instance(nats: Nats) -> None:
    assert nats.texts[0] == nats.texts[1]
    assert "Production" not in nats.texts[0]
