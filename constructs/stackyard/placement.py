"""Where in the VPC something is put."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import CrossStackReferences, ReferenceStrength

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2


@dataclass(frozen=True)
class Placement:
    """A VPC, the subnets of a tier in it, and their ids."""

    vpc: ec2.IVpc
    subnets: Sequence[ec2.ISubnet]
    vpc_id: str
    subnet_ids: Sequence[str]


def placements(vpc: ec2.Vpc, tiers: Sequence[str]) -> dict[str, Placement]:
    """Each tier of a VPC as a place.

    References to them are strong: they feed properties that can't change, so what they name must
    not be taken away while somebody stands on it.
    """
    CrossStackReferences.of(vpc).produce(ReferenceStrength.STRONG)
    vpc_id = vpc.vpc_id
    of_tier = {
        "public": lambda: vpc.public_subnets,
        "private": lambda: vpc.private_subnets,
        "isolated": lambda: vpc.isolated_subnets,
    }
    found = {}
    for tier in tiers:
        subnets = of_tier[tier]()
        for subnet in subnets:
            CrossStackReferences.of(subnet).produce(ReferenceStrength.STRONG)
        found[tier] = Placement(vpc, subnets, vpc_id, [subnet.subnet_id for subnet in subnets])
    return found
