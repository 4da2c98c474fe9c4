"""Limits that templates pass and deployments don't: sizes, counts, allowed values."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.functions import REFERENCE
from checks.graph.groups import rules_of
from checks.rules.every import EVERY, firsts
from checks.rules.faults import wrong
from checks.rules.network import interfaces_of
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene
    from checks.template import Template

QUOTAS = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
MOST = {"Resources": 500, "Outputs": 200, "Parameters": 200, "Mappings": 200}
LARGEST_TEMPLATE = 1_000_000
RULES_OF_GROUP = 60
GROUPS_OF_INTERFACE = 5
# Of an ARN that stands as a reference nobody knows the length; no ARN is shorter.
SHORTEST_ARN = "x" * 20
DOCUMENTS: Mapping[str, tuple[tuple[str, int], ...]] = {
    "AWS::IAM::Role": (("AssumeRolePolicyDocument", 2_048),),
    "AWS::IAM::ManagedPolicy": (("PolicyDocument", 6_144),),
    "AWS::KMS::Key": (("KeyPolicy", 32_768),),
    "AWS::S3::BucketPolicy": (("PolicyDocument", 20_480),),
    "AWS::SNS::TopicPolicy": (("PolicyDocument", 30_720),),
    "AWS::SecretsManager::ResourcePolicy": (("ResourcePolicy", 20_480),),
    "AWS::SecretsManager::Secret": (("SecretString", 65_536),),
    "AWS::Lambda::Function": (("Environment.Variables", 4_096),),
    "AWS::ECS::TaskDefinition": (("", 65_536),),
    "AWS::SSM::Parameter": (("Value", 4_096),),
    "AWS::StepFunctions::StateMachine": (("Definition", 1_048_576),),
    "AWS::Events::Rule": (("EventPattern", 4_096),),
    "AWS::ECR::Repository": (("LifecyclePolicy.LifecyclePolicyText", 30_720),),
    "AWS::EC2::LaunchTemplate": (("LaunchTemplateData.UserData", 16_384),),
    "AWS::EC2::Instance": (("UserData", 16_384),),
}


@rule(
    "limits-template",
    *EVERY,
    title="templates have no more resources, outputs and bytes than CloudFormation takes",
    why="the stack can't be deployed any more, and to split it then is work for days",
    source=QUOTAS,
)
def template_size(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """500 resources, 200 outputs and parameters, 1 MB."""
    if resource not in firsts(scene.estate):
        return
    template = next(each for each in scene.estate.templates if each.stack == resource.stack)
    for section, most in MOST.items():
        count = len(template.section(section))
        if count > most:
            yield wrong("", f"its stack has {count} {section.lower()}", f"stay below {most}")
    if (size := _bytes(template)) > LARGEST_TEMPLATE:
        yield wrong("", f"its template has {size} bytes", "stay below 1 MB")


@lru_cache(maxsize=64)
def _bytes(template: Template) -> int:
    # Small ones are not worth writing out.
    if len(template.section("Resources")) < 40:
        return 0
    return len(json.dumps(template.body, default=str))


def _beyond(value: Any, most: int) -> int:
    """How long a document is at least, without white space; 0 where that is not too long."""
    # What Python writes is longer than JSON, and written faster.
    if len(str(value)) <= most:
        return 0
    size = _size(value)
    return size if size > most else 0


def _size(value: Any) -> int:
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return len(REFERENCE.sub(SHORTEST_ARN, text))


@rule(
    "limits-documents",
    *(kind.removeprefix("AWS::") for kind in DOCUMENTS),
    title="policies, variables and definitions are no longer than the service takes",
    why="the deployment fails when one more statement, or one more variable, comes in",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
def documents(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Each document by its own limit; the inline policies of a role together."""
    for path, most in DOCUMENTS[resource.kind]:
        value = resource.get(path) if path else dict(resource.properties)
        # Only parameters of SSM have tiers, and twice the size in the dearer one.
        allowed = most * 2 if resource.get("Tier") == "Advanced" else most
        if value is not None and (size := _beyond(value, allowed)):
            yield wrong(path, f"{size} characters", f"{allowed} are the most")
    if resource.kind == "AWS::IAM::Role":
        policies = [each.get("PolicyDocument") for each in resource.mappings("Policies")]
        if size := _beyond(policies, 10_240):
            yield wrong("Policies", f"{size} characters of policies", "10,240 are the most")
        if len(listed(resource.get("ManagedPolicyArns"))) > 10:
            yield wrong("ManagedPolicyArns", "more than ten policies", "ten are the most")


@rule(
    "limits-group-rules",
    "EC2::SecurityGroup",
    title=f"a group has {RULES_OF_GROUP} rules in each direction at most",
    why="the next service that needs a way in can't be deployed",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html",
)
def group_rules(group: Resource, scene: Scene) -> Iterator[Fault]:
    """Those inside the group, and those beside it."""
    for inward, count in _rules(scene.estate).get(group, {}).items():
        if count > RULES_OF_GROUP:
            where = "SecurityGroupIngress" if inward else "SecurityGroupEgress"
            yield wrong(where, f"{count} rules", f"{RULES_OF_GROUP} are the most")


@lru_cache(maxsize=8)
def _rules(estate: Estate) -> Mapping[Resource, dict[bool, int]]:
    found: dict[Resource, dict[bool, int]] = {}
    for each in rules_of(estate):
        counts = found.setdefault(each.group, {True: 0, False: 0})
        counts[each.inward] += 1
    return found


@rule(
    "limits-groups",
    "ECS::Service",
    "Lambda::Function",
    "RDS::DBInstance",
    "ElastiCache::ReplicationGroup",
    "ElasticLoadBalancingV2::LoadBalancer",
    "EC2::VPCEndpoint",
    "CodeBuild::Project",
    title=f"an interface has {GROUPS_OF_INTERFACE} groups at most",
    why="AWS refuses it in the middle of a deployment",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html",
)
def groups(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """As the quota is before anybody raises it."""
    for each in interfaces_of(scene.estate):
        if each.resource is resource and len(each.groups) > GROUPS_OF_INTERFACE:
            yield wrong(each.path, f"{len(each.groups)} groups", "five are the most")


@rule(
    "limits-containers",
    "ECS::TaskDefinition",
    title="a task has ten containers at most, each with a name of its own",
    why="ECS refuses the task definition",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html",
)
def containers(task: Resource, _: Scene) -> Iterator[Fault]:
    """Ten, no name twice."""
    every = task.mappings("ContainerDefinitions")
    if len(every) > 10:
        yield wrong("ContainerDefinitions", f"{len(every)} containers", "ten are the most")
    names = [name for each in every if is_literal(name := each.get("Name"))]
    if len(set(names)) < len(names):
        yield wrong("ContainerDefinitions", "two containers with one name", "name them apart")
