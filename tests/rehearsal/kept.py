"""What must never be lost: data, keys and images, and the network that a database needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.rehearsal.deployed import Deployed


def _secret(deployed: Deployed, arn: str) -> Any:
    client = deployed.client("secretsmanager")
    try:
        return client.get_secret_value(SecretId=arn)["SecretString"]
    except client.exceptions.ResourceNotFoundException:
        # Nobody has filled it, or it is gone: the description tells.
        return client.describe_secret(SecretId=arn)["ARN"]


def _database(deployed: Deployed, name: str) -> Any:
    (found,) = deployed.client("rds").describe_db_instances(DBInstanceIdentifier=name)[
        "DBInstances"
    ]
    return found["DbiResourceId"], found["DBInstanceStatus"]


def _cache(deployed: Deployed, name: str) -> Any:
    client = deployed.client("elasticache")
    (found,) = client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"]
    return found["ARN"], found["Status"]


def _serverless(deployed: Deployed, name: str) -> Any:
    client = deployed.client("elasticache")
    (found,) = client.describe_serverless_caches(ServerlessCacheName=name)["ServerlessCaches"]
    return found["ARN"], found["CreateTime"]


def _bucket(deployed: Deployed, name: str) -> Any:
    return deployed.client("s3").get_object(Bucket=name, Key="kept")["Body"].read()


def _key(deployed: Deployed, name: str) -> Any:
    return deployed.client("kms").describe_key(KeyId=name)["KeyMetadata"]["KeyState"]


def _repository(deployed: Deployed, name: str) -> Any:
    client = deployed.client("ecr")
    (found,) = client.describe_repositories(repositoryNames=[name])["repositories"]
    return found["createdAt"]


def _parameter(deployed: Deployed, name: str) -> Any:
    return deployed.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]


def _log_group(deployed: Deployed, name: str) -> Any:
    client = deployed.client("logs")
    found = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return [each["creationTime"] for each in found if each["logGroupName"] == name]


def _role(deployed: Deployed, name: str) -> Any:
    return deployed.client("iam").get_role(RoleName=name)["Role"]["Arn"]


ASKED: dict[str, Callable[[Deployed, str], Any]] = {
    "AWS::SecretsManager::Secret": _secret,
    "AWS::RDS::DBInstance": _database,
    "AWS::ElastiCache::ReplicationGroup": _cache,
    "AWS::ElastiCache::ServerlessCache": _serverless,
    "AWS::S3::Bucket": _bucket,
    "AWS::KMS::Key": _key,
    "AWS::ECR::Repository": _repository,
    "AWS::IAM::Role": _role,
    "AWS::SSM::Parameter": _parameter,
    "AWS::Logs::LogGroup": _log_group,
}
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
            if (each.stack, each.logical) in kept and each.kind in ASKED
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
    groups = deployed.client("rds").describe_db_subnet_groups()["DBSubnetGroups"]
    for group in groups:
        found[group["VpcId"]] = "AWS::EC2::VPC"
        for subnet in group["Subnets"]:
            found[subnet["SubnetIdentifier"]] = "AWS::EC2::Subnet"
    for each in deployed.of("AWS::EC2::SecurityGroup"):
        if each.body.get("DeletionPolicy"):
            found[each.physical] = "AWS::EC2::SecurityGroup"
    return found
