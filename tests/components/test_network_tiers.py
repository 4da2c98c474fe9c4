"""A network without a way out whose balancer is public; what a network is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.model.network import Network as NetworkSpec
from config.model.network import Tier
from stackyard.key import EnvironmentKey
from stackyard.network import Network
from stackyard.stack import EnvironmentStack
from tests.assemblies import new_app
from tests.components.building import ZONES, Made, made, spec, stack_in
from tests.components.test_network import subnets, ways_out

IDS = ("use1-az6", "use1-az1")


def network_in(stack: EnvironmentStack, *tiers: Tier, **fields: Any) -> Network:
    """A network of these tiers."""
    zones = dict(zip(ZONES, IDS, strict=True))
    return Network(
        stack,
        "Network",
        name="demo-prod",
        spec=spec(NetworkSpec, cidr="10.0.0.0/16", zones=zones, **fields),
        tiers=tiers,
        ports_out=(443,),
        endpoints={"ecr.api": ZONES},
        key=EnvironmentKey(stack, "Key", description="Flow logs", logs=True),
    )


@pytest.fixture(scope="module")
def networks(folder: Path) -> dict[str, Made]:
    """Without a way out but with a balancer; and one that a document names."""
    app = new_app(folder)
    stacks = {name: stack_in(folder, f"demo-{name}", app=app) for name in ("balanced", "named")}
    balanced = network_in(stacks["balanced"], "public", "isolated", nat="none")
    assert [*balanced.placements] == ["public", "isolated"]
    network_in(stacks["named"], "isolated", nat="none", name="the-vpc")
    return {name: made(stack) for name, stack in stacks.items()}


def test_a_balancer_alone_gets_a_public_tier_and_programs_no_way_out(
    networks: dict[str, Made],
) -> None:
    balanced = networks["balanced"]
    (gateway,) = balanced.whole("AWS::EC2::InternetGateway")
    assert ways_out(balanced) == {
        **{f"public-{zone}": f"<{gateway}>" for zone in ZONES},
        **{f"isolated-{zone}": None for zone in ZONES},
    }
    for kind in ("NatGateway", "EIP", "Instance"):
        assert not balanced.whole(f"AWS::EC2::{kind}")


def test_endpoints_stand_beside_the_programs_and_not_in_public(networks: dict[str, Made]) -> None:
    balanced = networks["balanced"]
    endpoint = balanced.only("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface")
    found = subnets(balanced)
    assert endpoint["SubnetIds"] == [found[f"isolated-{zone}"]["id"] for zone in ZONES]


@pytest.mark.parametrize(("network", "name"), [("balanced", "demo-prod"), ("named", "the-vpc")])
def test_a_network_is_called_as_its_document_says(
    networks: dict[str, Made], network: str, name: str
) -> None:
    tags = networks[network].only("AWS::EC2::VPC")["Tags"]
    assert {"Key": "Name", "Value": name} in tags
