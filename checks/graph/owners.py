"""Which resources a value or an ARN means, and which nodes those belong to."""

from __future__ import annotations

import fnmatch
import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from checks.estate import texts
from checks.functions import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from checks.estate import Estate, Resource

# The property that gives a resource its name, and the end of its ARN with that name.
NAMED = {
    "AWS::AppRunner::Service": ("ServiceName", "apprunner", "service/{}/*"),
    "AWS::ECR::Repository": ("RepositoryName", "ecr", "repository/{}"),
    "AWS::ECS::Cluster": ("ClusterName", "ecs", "cluster/{}"),
    "AWS::ECS::Service": ("ServiceName", "ecs", "service/*/{}"),
    "AWS::ECS::TaskDefinition": ("Family", "ecs", "task-definition/{}:*"),
    "AWS::IAM::Role": ("RoleName", "iam", "role/{}"),
    "AWS::Lambda::Function": ("FunctionName", "lambda", "function:{}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "logs", "log-group:{}:*"),
    "AWS::S3::Bucket": ("BucketName", "s3", "{}"),
    "AWS::SecretsManager::Secret": ("Name", "secretsmanager", "secret:{}-??????"),
    "AWS::SQS::Queue": ("QueueName", "sqs", "{}"),
    "AWS::SNS::Topic": ("TopicName", "sns", "{}"),
    "AWS::SSM::Parameter": ("Name", "ssm", "parameter{}"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "states", "stateMachine:{}"),
    "AWS::Events::Rule": ("Name", "events", "rule/{}"),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier", "rds", "db:{}"),
    "AWS::CodeBuild::Project": ("Name", "codebuild", "project/{}"),
}
ROLE = "AWS::IAM::Role"
ROLES = ("RoleArn", "Role", "ServiceRole", "DeliverLogsPermissionArn", "ExecutionRoleArn")
PARENTS = {
    "AWS::ElasticLoadBalancingV2::Listener": ("LoadBalancerArn",),
    "AWS::Lambda::EventInvokeConfig": ("FunctionName",),
}
# What Secrets Manager and App Runner append to a name, nobody knows beforehand.
SUFFIXED = ("secretsmanager", "apprunner")
# A task, or an instance of a cluster's container service.
PART_OF = re.compile(r"(?:task|container-instance)/([^/]+)/")
ARN = re.compile(r"arn:[\w-]+:([\w-]+):[^:]*:[^:]*:(.*)", re.DOTALL)


class Owners:
    """Names and owners of the resources of all worlds: who owns what does not depend on one."""

    def __init__(self, worlds: Sequence[Estate]) -> None:
        self._worlds = worlds
        self._meant: dict[str, list[Resource]] = {}

    def meant(self, pattern: str) -> list[Resource]:
        """The resources that an ARN, pattern or reference in a policy means."""
        if pattern not in self._meant:
            self._meant[pattern] = list(dict.fromkeys(self._find(pattern)))
        return self._meant[pattern]

    def _find(self, pattern: str) -> Iterator[Resource]:
        referred = [(stack, name) for stack, name, _ in REFERENCE.findall(pattern)]
        yield from (self._by_ref[each] for each in referred if each in self._by_ref)
        if not referred and (match := ARN.match(pattern)):
            yield from self._by_arn(*match.groups())

    def _by_arn(self, service: str, rest: str) -> Iterator[Resource]:
        # Whatever lies in a bucket is the bucket's, and a task is its cluster's.
        if service == "s3":
            rest = rest.split("/", 1)[0]
        elif service in ("ecs", "apprunner") and (match := PART_OF.match(rest)):
            rest = f"cluster/{match[1]}" if service == "ecs" else rest
        index = self._named[service]
        parts = rest.split("/")
        inside = f"{parts[0]}/*/{parts[2]}" if len(parts) == 3 else rest
        if found := index.get(rest) or index.get(inside):
            yield from found
        elif rest and ("*" in rest or "?" in rest or service in SUFFIXED):
            for end, resources in index.items():
                if _matches(rest, end):
                    yield from resources

    @cached_property
    def _by_ref(self) -> Mapping[tuple[str, str], Resource]:
        return {
            (each.stack, each.logical_id): each
            for world in reversed(self._worlds)
            for each in world.resources
        }

    @cached_property
    def _named(self) -> Mapping[str, Mapping[str, list[Resource]]]:
        """The named resources by service and the end of their ARN, with and without a star."""
        found: dict[str, dict[str, list[Resource]]] = defaultdict(lambda: defaultdict(list))
        for each in self._by_ref.values():
            if known := NAMED.get(each.kind):
                name, service, end = known
                if isinstance(value := each.get(name), str):
                    for text in {end.format(value), end.format(value).removesuffix(":*")}:
                        found[service][text].append(each)
        return found

    def nodes(self, resource: Resource) -> frozenset[str]:
        """The nodes of a resource: its own, or those of its role, its parent and its users."""
        if resource.node:
            return frozenset((resource.node,))
        return self._inherited.get((resource.stack, resource.logical_id), frozenset())

    @cached_property
    def _inherited(self) -> Mapping[tuple[str, str], frozenset[str]]:
        own = {
            key: resource.node or self._node_of_relation(resource)
            for key, resource in self._by_ref.items()
        }
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for key, node in own.items():
            if node is None:
                continue
            resource = self._by_ref[key]
            found[key].add(node)
            # A role's policy names what others own.
            if resource.kind != ROLE:
                for other in references(resource.properties):
                    if own.get(other, "") is None:
                        found[other].add(node)
        return {key: frozenset(nodes) for key, nodes in found.items()}

    def _node_of_relation(self, resource: Resource) -> str | None:
        """What acts by a role belongs to the role's node, a part to its whole's."""
        for name in (*ROLES, *PARENTS.get(resource.kind, ())):
            match = REFERENCE.fullmatch(str(resource.get(name)))
            other = self._by_ref.get((match[1], match[2])) if match else None
            if other and other.node:
                return other.node
        return None


def _matches(pattern: str, name: str) -> bool:
    """Whether a pattern of a policy takes in a name, which may have stars of its own."""
    return fnmatch.fnmatchcase(name, pattern) or (
        "*" in name and fnmatch.fnmatchcase(pattern, name.replace("??????", "*"))
    )


def literal(pattern: str) -> str:
    """A pattern with its references made short, for people to read."""
    return REFERENCE.sub(lambda match: match[2], pattern)


def references(value: object) -> set[tuple[str, str]]:
    """The resources that a value refers to, by stack and logical id."""
    return {(stack, name) for text in texts(value) for stack, name, _ in REFERENCE.findall(text)}
