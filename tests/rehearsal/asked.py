"""What each type of what is kept is asked, so that another one in its place would answer else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def _subnet_group(deployed: Deployed, name: str) -> Any:
    client = deployed.client("rds")
    (found,) = client.describe_db_subnet_groups(DBSubnetGroupName=name)["DBSubnetGroups"]
    return found["VpcId"], sorted(each["SubnetIdentifier"] for each in found["Subnets"])


def _parameter_group(deployed: Deployed, name: str) -> Any:
    client = deployed.client("rds")
    (found,) = client.describe_db_parameter_groups(DBParameterGroupName=name)["DBParameterGroups"]
    return found["DBParameterGroupFamily"]


def _cache_subnet_group(deployed: Deployed, name: str) -> Any:
    client = deployed.client("elasticache")
    (found,) = client.describe_cache_subnet_groups(CacheSubnetGroupName=name)["CacheSubnetGroups"]
    return found["VpcId"], sorted(each["SubnetIdentifier"] for each in found["Subnets"])


def _cache_parameter_group(deployed: Deployed, name: str) -> Any:
    client = deployed.client("elasticache")
    found = client.describe_cache_parameter_groups(CacheParameterGroupName=name)
    return found["CacheParameterGroups"][0]["CacheParameterGroupFamily"]


def _user(deployed: Deployed, name: str) -> Any:
    (found,) = deployed.client("elasticache").describe_users(UserId=name)["Users"]
    return found["UserName"], found["AccessString"]


def _user_group(deployed: Deployed, name: str) -> Any:
    (found,) = deployed.client("elasticache").describe_user_groups(UserGroupId=name)["UserGroups"]
    return sorted(found["UserIds"])


def _security_group(deployed: Deployed, name: str) -> Any:
    (found,) = deployed.client("ec2").describe_security_groups(GroupIds=[name])["SecurityGroups"]
    return found["VpcId"], found["Description"]


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
    "AWS::RDS::DBSubnetGroup": _subnet_group,
    "AWS::RDS::DBParameterGroup": _parameter_group,
    "AWS::ElastiCache::SubnetGroup": _cache_subnet_group,
    "AWS::ElastiCache::ParameterGroup": _cache_parameter_group,
    "AWS::ElastiCache::User": _user,
    "AWS::ElastiCache::UserGroup": _user_group,
    "AWS::EC2::SecurityGroup": _security_group,
    "AWS::SSM::Parameter": _parameter,
    "AWS::Logs::LogGroup": _log_group,
}
