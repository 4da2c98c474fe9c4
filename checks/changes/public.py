"""What answers the internet, or may be read by anybody, and did not before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.changes.change import Change, change_of
from checks.changes.values import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.changes.pairing import Pairing
    from checks.estate import Resource

BUCKET = "AWS::S3::Bucket"
# Type, path, the value that opens it, and what that is in words.
PUBLIC = (
    ("AWS::EC2::Subnet", "MapPublicIpOnLaunch", "true", "what starts here gets a public address"),
    ("AWS::ECS::Service", "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp", "ENABLED",
     "its tasks get public addresses"),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "Scheme", "internet-facing",
     "it answers the internet"),
    ("AWS::Lambda::Url", "AuthType", "NONE", "anybody may call it"),
    ("AWS::RDS::DBInstance", "PubliclyAccessible", "true", "it gets a public address"),
    ("AWS::RDS::DBCluster", "PubliclyAccessible", "true", "it gets a public address"),
    ("AWS::Redshift::Cluster", "PubliclyAccessible", "true", "it gets a public address"),
    (BUCKET, "AccessControl", "PublicRead", "anybody may read it"),
    (BUCKET, "AccessControl", "PublicReadWrite", "anybody may read and write it"),
)  # fmt: skip
BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def more_public(pairing: Pairing) -> Iterator[Change]:
    """A line for each resource that becomes public, or may become it."""
    for resource in pairing.described:
        old = pairing.origin(resource)
        for kind, path, opening, words in PUBLIC:
            if resource.kind == kind and _at(resource, path) == opening != _at(old, path):
                yield change_of(resource, "broader", f"{words} ({path}: {opening})")
        if resource.kind == BUCKET and old:
            for name in BLOCKS:
                path = f"PublicAccessBlockConfiguration.{name}"
                if _at(old, path) == "true" != _at(resource, path):
                    yield change_of(resource, "broader", f"{name} goes: it may become public")


def _at(resource: Resource | None, path: str) -> object:
    return canonical(resource.get(path)) if resource else None
