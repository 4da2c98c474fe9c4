"""Databases, caches and buckets: where they stand, and that nothing of them is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.rehearsal.wiring.fact import Fact, same, true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal.deployed import Deployed

LOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def facts(deployed: Deployed) -> Iterator[Fact]:
    """What keeps data is there, closed, encrypted and protected."""
    isolated = {
        each.physical
        for each in deployed.of("AWS::EC2::Subnet")
        if "isolated" in each.logical.lower()
    }
    yield from _databases(deployed, isolated)
    yield from _caches(deployed, isolated)
    yield from _buckets(deployed)
    for each in deployed.of("AWS::KMS::Key"):
        key = deployed.client("kms").describe_key(KeyId=each.physical)["KeyMetadata"]
        yield same("state of the key", each.where, key["KeyState"], "Enabled")


def _databases(deployed: Deployed, isolated: set[str]) -> Iterator[Fact]:
    for each in deployed.of("AWS::RDS::DBInstance"):
        asked = each.body["Properties"]
        (found,) = deployed.client("rds").describe_db_instances(DBInstanceIdentifier=each.physical)[
            "DBInstances"
        ]
        yield same("public access", each.where, found["PubliclyAccessible"], False)
        yield same("encryption", each.where, found["StorageEncrypted"], True)
        for name in ("DeletionProtection", "MultiAZ", "DBInstanceClass", "EngineVersion"):
            if name in asked:
                yield same(name, each.where, found[name], asked[name])
        if "DBSubnetGroupName" in asked:
            subnets = {subnet["SubnetIdentifier"] for subnet in found["DBSubnetGroup"]["Subnets"]}
            yield true("subnets", each.where, subnets and subnets <= isolated, f"{subnets}")
        for group in found["DBParameterGroups"]:
            yield from _parameters(deployed, group["DBParameterGroupName"])


def _parameters(deployed: Deployed, name: str) -> Iterator[Fact]:
    pages = deployed.client("rds").get_paginator("describe_db_parameters")
    found = {
        each["ParameterName"]: each.get("ParameterValue")
        for page in pages.paginate(DBParameterGroupName=name)
        for each in page["Parameters"]
    }
    for each in deployed.of("AWS::RDS::DBParameterGroup"):
        if each.physical == name:
            for parameter, value in each.body["Properties"].get("Parameters", {}).items():
                if isinstance(value, str):
                    yield same(parameter, each.where, found.get(parameter), value)


def _caches(deployed: Deployed, isolated: set[str]) -> Iterator[Fact]:
    client = deployed.client("elasticache")
    for each in deployed.of("AWS::ElastiCache::ReplicationGroup"):
        (found,) = client.describe_replication_groups(ReplicationGroupId=each.physical)[
            "ReplicationGroups"
        ]
        yield same("encryption in transit", each.where, found["TransitEncryptionEnabled"], True)
        yield same("encryption at rest", each.where, found["AtRestEncryptionEnabled"], True)
    for each in deployed.of("AWS::ElastiCache::ServerlessCache"):
        (found,) = client.describe_serverless_caches(ServerlessCacheName=each.physical)[
            "ServerlessCaches"
        ]
        subnets = set(found["SubnetIds"])
        yield true("subnets", each.where, subnets and subnets <= isolated, f"{subnets}")
    for each in deployed.of("AWS::ElastiCache::UserGroup"):
        (group,) = client.describe_user_groups(UserGroupId=each.physical)["UserGroups"]
        known = {user["UserId"] for user in client.describe_users()["Users"]}
        yield true("users", each.where, set(group["UserIds"]) <= known, f"{group['UserIds']}")


def _buckets(deployed: Deployed) -> Iterator[Fact]:
    s3 = deployed.client("s3")
    governed = {
        each.body["Properties"]["Bucket"].get("Ref")
        for each in deployed.of("AWS::S3::BucketPolicy")
    }
    for each in deployed.of("AWS::S3::Bucket"):
        asked = each.body["Properties"].get("PublicAccessBlockConfiguration", LOCKED)
        found = s3.get_public_access_block(Bucket=each.physical)["PublicAccessBlockConfiguration"]
        yield same("public access", each.where, found, asked)
        if "VersioningConfiguration" in each.body["Properties"]:
            status = s3.get_bucket_versioning(Bucket=each.physical).get("Status")
            wanted = each.body["Properties"]["VersioningConfiguration"]["Status"]
            yield same("versioning", each.where, status, wanted)
        if each.logical in governed:
            policy = s3.get_bucket_policy(Bucket=each.physical)["Policy"]
            yield true("policy", each.where, "aws:SecureTransport" in policy, "plain HTTP gets in")
