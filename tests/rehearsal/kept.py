"""What must never be lost: data, keys and images, and the network that a database needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.rehearsal.asked import ASKED

if TYPE_CHECKING:
    from tests.rehearsal.deployed import Deployed


NETWORK = {
    "AWS::EC2::VPC": "describe_vpcs",
    "AWS::EC2::Subnet": "describe_subnets",
    "AWS::EC2::SecurityGroup": "describe_security_groups",
}


@dataclass(frozen=True)
class Kept:
    """What was there at one moment, to be compared with what is there later."""

    deployed: Deployed
    values: dict[str, tuple[str, str, Any]]
    pinned: dict[str, str]

    @classmethod
    def of(cls, deployed: Deployed) -> Kept:
        """Look at everything that templates keep, and leave an object in every bucket."""
        kept = {
            (stack.name, logical): kind
            for stack in deployed.stacks
            for logical, kind in stack.kept.items()
        }
        for each in deployed.of("AWS::S3::Bucket"):
            deployed.client("s3").put_object(Bucket=each.physical, Key="kept", Body=b"data")
        values = {
            each.where: (each.kind, each.physical, ASKED[each.kind](deployed, each.physical))
            for each in deployed.resources
            if (each.stack, each.logical) in kept
        }
        return cls(deployed, values, _network_of_data(deployed))

    def lost(self) -> list[str]:
        """What is gone, or no longer what it was."""
        return [
            f"{where} ({kind} {name})"
            for where, (kind, name, value) in self.values.items()
            if self._now(kind, name) != value
        ]

    def pinned_lost(self) -> list[str]:
        """What a database or a cache stands in, and is gone."""
        return [
            f"{name} ({kind})" for name, kind in self.pinned.items() if not self._is(kind, name)
        ]

    def _now(self, kind: str, name: str) -> Any:
        try:
            return ASKED[kind](self.deployed, name)
        except ClientError as error:
            return error

    def _is(self, kind: str, name: str) -> bool:
        client = self.deployed.client("ec2")
        key = {"VPC": "VpcIds", "Subnet": "SubnetIds"}.get(kind.rsplit("::", 1)[1], "GroupIds")
        try:
            getattr(client, NETWORK[kind])(**{key: [name]})
        except ClientError:
            return False
        return True


def _network_of_data(deployed: Deployed) -> dict[str, str]:
    """The subnets of databases and caches, their groups, and the VPC of those."""
    found: dict[str, str] = {}
    groups = [
        *deployed.client("rds").describe_db_subnet_groups()["DBSubnetGroups"],
        *deployed.client("elasticache").describe_cache_subnet_groups()["CacheSubnetGroups"],
    ]
    for group in groups:
        found[group["VpcId"]] = "AWS::EC2::VPC"
        found |= {each["SubnetIdentifier"]: "AWS::EC2::Subnet" for each in group["Subnets"]}
    for cache in deployed.client("elasticache").describe_serverless_caches()["ServerlessCaches"]:
        found |= dict.fromkeys(cache["SubnetIds"], "AWS::EC2::Subnet")
    for each in deployed.of("AWS::EC2::SecurityGroup"):
        if each.body.get("DeletionPolicy"):
            found[each.physical] = "AWS::EC2::SecurityGroup"
    return found
