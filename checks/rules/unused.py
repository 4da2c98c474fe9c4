"""What is of use only to others, and is used by nobody: a wire that was cut somewhere."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from checks.estate import listed
from checks.graph.policies import trust_of
from checks.rules.every import written
from checks.rules.faults import wrong
from checks.rules.naming import WORD, known_at, words_of_absent
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

GROUP = "AWS::EC2::SecurityGroup"
ROLE = "AWS::IAM::Role"
LOG_GROUP = "AWS::Logs::LogGroup"
WATCHING = (
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::CloudWatch::CompositeAlarm",
)
POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", ROLE)
KEY = ("AWS::KMS::Key",)
BALANCED = "AWS::ElasticLoadBalancingV2::"
# Outputs that CDK makes for references between stacks are there for nobody else.
MADE_BY_CDK = re.compile(r"ExportsOutput|PublishOutput")
# Of each type: whose references are no use of it.
NO_USE: Mapping[str, tuple[str, ...]] = {
    GROUP: (GROUP, "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress", *POLICIES),
    ROLE: (*POLICIES, *KEY, "AWS::S3::BucketPolicy", "AWS::SecretsManager::ResourcePolicy"),
    LOG_GROUP: (*WATCHING, *POLICIES, *KEY, "AWS::Logs::MetricFilter", "AWS::Logs::ResourcePolicy"),
    f"{BALANCED}TargetGroup": (*WATCHING, "AWS::ECS::Service"),
    f"{BALANCED}LoadBalancer": (*WATCHING, "AWS::Route53::RecordSet", *POLICIES),
    # One that somebody subscribed to may be written to by hand.
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "AWS::Lambda::Permission", *KEY),
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", *WATCHING, *KEY),
    "AWS::SecretsManager::Secret": (
        "AWS::SecretsManager::RotationSchedule",
        "AWS::SecretsManager::ResourcePolicy",
        *KEY,
    ),
    "AWS::RDS::DBParameterGroup": (),
    "AWS::RDS::DBClusterParameterGroup": (),
    "AWS::RDS::DBSubnetGroup": (),
    "AWS::ElastiCache::ParameterGroup": (),
    "AWS::ElastiCache::SubnetGroup": (),
    "AWS::ElastiCache::UserGroup": (),
    "AWS::ElastiCache::User": (),
    "AWS::EC2::RouteTable": ("AWS::EC2::Route", "AWS::EC2::VPCEndpoint"),
    "AWS::EC2::EIP": (),
    "AWS::EC2::InternetGateway": ("AWS::EC2::Route",),
    "AWS::EC2::NatGateway": WATCHING,
    "AWS::ECS::TaskDefinition": (*WATCHING, *POLICIES),
    "AWS::ECS::Cluster": (*WATCHING, *POLICIES, "AWS::ApplicationAutoScaling::ScalableTarget"),
    "AWS::CertificateManager::Certificate": WATCHING,
    "AWS::KMS::Key": ("AWS::KMS::Alias", *POLICIES),
    "AWS::ServiceDiscovery::HttpNamespace": POLICIES,
    "AWS::ServiceDiscovery::PrivateDnsNamespace": POLICIES,
    "AWS::AppRunner::VpcConnector": (),
    "AWS::AppRunner::AutoScalingConfiguration": (),
    "AWS::ApplicationAutoScaling::ScalableTarget": (),
    "AWS::Route53::HealthCheck": ("AWS::CloudWatch::Dashboard",),
    "AWS::IAM::InstanceProfile": (),
    "AWS::Lambda::Function": (*WATCHING, "AWS::Lambda::EventInvokeConfig", *KEY),
    "AWS::EFS::FileSystem": WATCHING,
    "AWS::EC2::LaunchTemplate": (),
}
# The property whose literal value others may use instead of a reference.
NAMED: Mapping[str, str] = {
    ROLE: "RoleName",
    LOG_GROUP: "LogGroupName",
    "AWS::ECS::TaskDefinition": "Family",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::ServiceDiscovery::HttpNamespace": "Name",
}


@rule(
    "wiring-unused",
    *(kind.removeprefix("AWS::") for kind in NO_USE),
    title="what is there for others is used by one of them",
    why="the one who should use it uses something else, or nothing: a default, without a word",
    source="https://docs.aws.amazon.com/wellarchitected/latest/cost-optimization-pillar/cost_decomissioning_resources_track.html",
)
def unused(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Somebody refers to it, or uses its name; an output for people counts, too."""
    estate = scene.estate
    no_use = NO_USE[resource.kind]
    if any(
        each is not resource and each.kind not in no_use for each in estate.users.get(resource, ())
    ):
        return
    if resource.kind == ROLE and _for_others(resource):
        return
    if not _by_name(resource, estate) and not _elsewhere(resource, estate):
        yield wrong("", "nobody uses it", "use it where it is meant to be, or take it away")


def _for_others(role: Resource) -> bool:
    """Whether people, other accounts or pipelines take the role, of whom templates know nothing."""
    return any(kind != "Service" for each in trust_of(role) for kind, _ in each.principals)


def _by_name(resource: Resource, estate: Estate) -> bool:
    name = resource.get(NAMED.get(resource.kind, ""))
    if not isinstance(name, str) or not name:
        return False
    if resource.kind == LOG_GROUP and _is_of_service(name, estate):
        return True
    no_use = NO_USE[resource.kind]
    return any(
        name in text
        for each, text in written(estate).items()
        if each is not resource and each.kind not in no_use
    )


# Log groups that a service writes to because of their name.
BY_SERVICE: tuple[tuple[str, str, str], ...] = (
    ("/aws/rds/instance/", "AWS::RDS::DBInstance", "DBInstanceIdentifier"),
    ("/aws/rds/cluster/", "AWS::RDS::DBCluster", "DBClusterIdentifier"),
    ("/aws/rds/proxy/", "AWS::RDS::DBProxy", "DBProxyName"),
    ("/aws/ecs/containerinsights/", "AWS::ECS::Cluster", "ClusterName"),
    ("/aws/lambda/", "AWS::Lambda::Function", "FunctionName"),
    ("/aws/codebuild/", "AWS::CodeBuild::Project", "Name"),
    ("/aws/apprunner/", "AWS::AppRunner::Service", "ServiceName"),
    ("/aws/eks/", "AWS::EKS::Cluster", "Name"),
)


def _is_of_service(name: str, estate: Estate) -> bool:
    for prefix, kind, named_by in BY_SERVICE:
        if name.startswith(prefix):
            part = name.removeprefix(prefix).split("/")
            owners = [each for each in estate.of(kind) if each.get(named_by) == part[0]]
            owners += [each for each in [known_at(estate, part[0])] if each and each.kind == kind]
            exported = [listed(each.get("EnableCloudwatchLogsExports")) for each in owners]
            of_rds = prefix.startswith(("/aws/rds/instance", "/aws/rds/cluster"))
            return any(part[-1] in each for each in exported) if of_rds else bool(owners)
    # What other services write by themselves is known by its reserved beginning.
    return name.startswith(("/aws/vendedlogs/", "API-Gateway-Execution-Logs", "aws-waf-logs-"))


def _elsewhere(resource: Resource, estate: Estate) -> bool:
    """Whether another world, an output for people or another list of the template uses it."""
    absent = words_of_absent(estate)
    name = resource.get(NAMED.get(resource.kind, ""))
    if resource.logical_id in absent or (is_literal(name) and set(WORD.findall(name)) <= absent):
        return True
    for output, value in _outputs(estate).get(resource.stack, ()):
        made_by_cdk = MADE_BY_CDK.search(output) and not _read(output, estate)
        if resource.logical_id in WORD.findall(value) and not made_by_cdk:
            return True
    return False


def _read(output: str, estate: Estate) -> bool:
    return any(part in words_of_absent(estate) for part in WORD.findall(output))


@lru_cache(maxsize=8)
def _outputs(estate: Estate) -> Mapping[str, list[tuple[str, str]]]:
    return {
        template.stack: [
            (name, json.dumps(body.get("Value"), default=str))
            for name, body in template.section("Outputs").items()
        ]
        for template in estate.templates
    }


@rule(
    "wiring-target-group",
    "ElasticLoadBalancingV2::TargetGroup",
    title="target groups have targets",
    why="the balancer answers 503 to everything that it hands there",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html",
)
def targets(group: Resource, scene: Scene) -> Iterator[Fault]:
    """A service, a group of instances, or targets of its own."""
    users = scene.estate.users_of(
        group, "AWS::ECS::Service", "AWS::ECS::TaskSet", "AWS::AutoScaling::AutoScalingGroup"
    )
    if not users and not group.mappings("Targets") and not _elsewhere(group, scene.estate):
        yield wrong("", "nothing registers in it", "name it in LoadBalancers of a service")
