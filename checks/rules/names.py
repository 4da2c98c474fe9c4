"""Physical names that AWS takes, and that nothing else of the same kind has."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from checks.rules.faults import wrong
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

REFERENCE_GUIDE = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html"
)


class Naming(NamedTuple):
    """A type's name: its property, what it may be, how long, and how far it must be unique.

    `within` names the property of whatever it is unique in; `*` is the whole world.
    """

    named_by: str
    pattern: str
    least: int
    most: int
    within: str = ""


WORD = r"[A-Za-z0-9_-]+"
DOTTED = r"[A-Za-z0-9._-]+"
# Letters, digits and single hyphens; RDS and ElastiCache take the same.
HYPHENED = r"[A-Za-z](?:-?[A-Za-z0-9])*"
BALANCER = r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
BUCKET = (
    r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*(?:-s3alias|--ol-s3|\.mrap|--x-s3)$)"
    r"(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]*[a-z0-9]"
)
REPOSITORY = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*"
IAM = r"[\w+=,.@-]+"

NAMINGS: Mapping[str, Naming] = {
    "AWS::AppRunner::Service": Naming("ServiceName", r"[A-Za-z0-9][\w-]*", 4, 40),
    "AWS::CloudWatch::Alarm": Naming("AlarmName", r"[^\x00-\x1f]+", 1, 255),
    "AWS::CloudWatch::CompositeAlarm": Naming("AlarmName", r"[^\x00-\x1f]+", 1, 255),
    "AWS::CloudWatch::Dashboard": Naming("DashboardName", WORD, 1, 255),
    "AWS::CodeBuild::Project": Naming("Name", r"[A-Za-z0-9][\w-]*", 2, 150),
    "AWS::DynamoDB::Table": Naming("TableName", DOTTED, 3, 255),
    "AWS::EC2::SecurityGroup": Naming(
        "GroupName", r"(?!sg-)[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]+", 1, 255, "VpcId"
    ),
    "AWS::ECR::Repository": Naming("RepositoryName", REPOSITORY, 2, 256),
    "AWS::ECS::Cluster": Naming("ClusterName", WORD, 1, 255),
    "AWS::ECS::Service": Naming("ServiceName", WORD, 1, 255, "Cluster"),
    "AWS::ECS::TaskDefinition": Naming("Family", WORD, 1, 255),
    "AWS::ElastiCache::ReplicationGroup": Naming("ReplicationGroupId", HYPHENED, 1, 40),
    "AWS::ElastiCache::ServerlessCache": Naming("ServerlessCacheName", HYPHENED, 1, 40),
    "AWS::ElastiCache::User": Naming("UserId", r"[A-Za-z][A-Za-z0-9-]*", 1, 40),
    "AWS::ElastiCache::UserGroup": Naming("UserGroupId", r"[A-Za-z][A-Za-z0-9-]*", 1, 40),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Naming("Name", BALANCER, 1, 32),
    "AWS::ElasticLoadBalancingV2::TargetGroup": Naming("Name", BALANCER, 1, 32),
    "AWS::Events::Rule": Naming("Name", DOTTED, 1, 64, "EventBusName"),
    "AWS::IAM::ManagedPolicy": Naming("ManagedPolicyName", IAM, 1, 128, "*"),
    "AWS::IAM::Role": Naming("RoleName", IAM, 1, 64, "*"),
    "AWS::KMS::Alias": Naming("AliasName", r"alias/(?!aws/)[A-Za-z0-9/_-]+", 7, 256),
    "AWS::Lambda::Function": Naming("FunctionName", WORD, 1, 64),
    "AWS::Logs::LogGroup": Naming("LogGroupName", r"(?!aws/)[A-Za-z0-9._/#-]+", 1, 512),
    "AWS::RDS::DBCluster": Naming("DBClusterIdentifier", HYPHENED, 1, 63),
    "AWS::RDS::DBInstance": Naming("DBInstanceIdentifier", HYPHENED, 1, 63),
    "AWS::RDS::DBProxy": Naming("DBProxyName", HYPHENED, 1, 63),
    "AWS::S3::Bucket": Naming("BucketName", BUCKET, 3, 63, "*"),
    "AWS::SNS::Topic": Naming("TopicName", r"[\w-]+(?:\.fifo)?", 1, 256),
    "AWS::SQS::Queue": Naming("QueueName", r"[\w-]+(?:\.fifo)?", 1, 80),
    "AWS::SSM::Parameter": Naming("Name", r"(?!/?(?:aws|ssm)\b)[A-Za-z0-9._/-]+", 1, 1011),
    "AWS::Scheduler::Schedule": Naming("Name", DOTTED, 1, 64, "GroupName"),
    "AWS::SecretsManager::Secret": Naming("Name", r"[A-Za-z0-9/_+=.@-]+", 1, 512),
    "AWS::ServiceDiscovery::HttpNamespace": Naming("Name", r"(?!arn:)[!-~]+", 1, 1024),
    "AWS::StepFunctions::StateMachine": Naming("StateMachineName", WORD, 1, 80),
}
CASELESS = ("AWS::RDS::", "AWS::ElastiCache::", "AWS::IAM::")
# A name that ends like an ARN's is cut short where it is looked up without one.
LIKE_AN_ARN = re.compile(r"-[A-Za-z0-9]{6}$")
KINDS = tuple(kind.removeprefix("AWS::") for kind in NAMINGS)


@rule(
    "names-allowed",
    *KINDS,
    title="names have the length and the characters that the service takes",
    why="the deployment fails at that resource, after half of it is done",
    source=REFERENCE_GUIDE,
)
def allowed(resource: Resource, _: Scene) -> Iterator[Fault]:
    """What is literal; a name with a reference in it is known when it is deployed."""
    naming = NAMINGS[resource.kind]
    name = resource.get(naming.named_by)
    if not is_literal(name):
        return
    if not naming.least <= len(name) <= naming.most:
        message = f"'{name}' has {len(name)} characters"
        yield wrong(naming.named_by, message, f"use {naming.least} to {naming.most}")
    elif not re.fullmatch(naming.pattern, name):
        yield wrong(naming.named_by, f"'{name}' is no name for it", f"fit {naming.pattern}")


@rule(
    "names-unique",
    *KINDS,
    title="no two resources of a kind have one name in a region",
    why="the second one is refused, or takes the first one's place",
    source=REFERENCE_GUIDE,
)
def unique(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Per region and whatever the name is unique in; names of buckets and IAM everywhere."""
    key = _key(resource)
    if key is None:
        return
    same = _by_name(scene.estate)[key]
    if len(same) > 1 and resource is not same[0]:
        path = NAMINGS[resource.kind].named_by
        yield wrong(path, f"{same[0].ref} is called {resource.get(path)}, too", "choose another")


@lru_cache(maxsize=8)
def _by_name(estate: Estate) -> Mapping[tuple[str, ...], list[Resource]]:
    found: dict[tuple[str, ...], list[Resource]] = {}
    for each in estate.of(*NAMINGS):
        if (key := _key(each)) is not None:
            found.setdefault(key, []).append(each)
    return found


def _key(resource: Resource) -> tuple[str, ...] | None:
    naming = NAMINGS[resource.kind]
    name = resource.get(naming.named_by)
    if not isinstance(name, str) or "<unknown>" in name:
        return None
    name = name.lower() if resource.kind.startswith(CASELESS) else name
    if naming.within == "*":
        return resource.kind, name
    within = str(resource.get(naming.within)) if naming.within else ""
    kind = resource.kind.replace("CompositeAlarm", "Alarm")
    return kind, name, resource.region or "", within


@rule(
    "names-secret",
    "SecretsManager::Secret",
    title="names of secrets don't end like the end of an ARN",
    why="looked up without the ARN's own end, the secret is not found",
    source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html",
    severity="warning",
)
def secret(resource: Resource, _: Scene) -> Iterator[Fault]:
    """No hyphen and six characters at the end, if they are no plain word."""
    name = resource.get("Name")
    end = LIKE_AN_ARN.search(name) if isinstance(name, str) and is_literal(name) else None
    if end and re.search(r"\d", end[0]) and re.search(r"[A-Za-z]", end[0]):
        yield wrong("Name", f"'{name}' ends like an ARN", "end otherwise")
