"""What programs may while they run: what their variables name, each with a role of its own."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.rules.conditions import acts
from checks.rules.environments import PROGRAMS, RUNS, STARTS, variables_of
from checks.rules.grants import Grants, grants
from checks.rules.rule import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
# What a program that is given a reference to something does with it, at the least.
USED = {
    "AWS::S3::Bucket": "s3",
    "AWS::SQS::Queue": "sqs",
    "AWS::SNS::Topic": "sns",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::Lambda::Function": "lambda",
    "AWS::StepFunctions::StateMachine": "states",
    "AWS::SecretsManager::Secret": "secretsmanager",
}
NAMED = re.compile(r"<([^<>/]+)/(\w+)(?:\.(Arn|Id|QueueName|TopicName|TopicArn|QueueUrl))?>")


@rule(
    "permissions-variables",
    *(kind.removeprefix("AWS::") for kind in PROGRAMS),
    title="a program may use what its variables name",
    why="it starts, and fails at the first request that needs it",
    source=f"{DOCS}/wellarchitected/latest/security-pillar/sec_permissions_least_privileges.html",
)
def variables(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Its role has a permission on each bucket, queue, topic, table, function and secret."""
    found = grants(scene.estate)
    path = RUNS[resource.kind]
    role = found.role(resource.get(path))
    if resource.get(path) is not None and role is None:
        return
    for place, name, value in variables_of(resource):
        for used in _named(scene, value):
            if not role or not _may_use(found, role, used):
                yield Fault(
                    message=f"{name} names {used.logical_id}, which"
                    f" {role.logical_id if role else 'a program without a role'} may not use",
                    remedy="allow what the program does with it, or take the variable away",
                    property=place,
                )


def _may_use(found: Grants, role: Resource, used: Resource) -> bool:
    """Whether a role has a permission of the service on it, in a bucket on its objects."""
    service, bucket = USED[used.kind], used.kind == "AWS::S3::Bucket"
    if found.managed(role, f"{service}:x"):
        return True
    for statement in found.policies.get(role, []):
        patterns = [each for each in statement.resources if found.covers(each, used)]
        if bucket:
            patterns = [p for p in patterns if p == "*" or "/" in p.rsplit(">", 1)[-1]]
            does = any(acts(statement, each) for each in ("s3:GetObject", "s3:PutObject"))
        else:
            does = any(a == "*" or a.lower().startswith(f"{service}:") for a in statement.actions)
        if statement.allows and patterns and does:
            return True
    return False


def _named(scene: Scene, value: Any) -> Iterator[Resource]:
    """What a value names by its name or ARN, not by an address that anybody may call."""
    if isinstance(value, str) and "<" in value:
        for match in NAMED.finditer(value):
            found = scene.estate.at(f"<{match[1]}/{match[2]}>")
            if found and found.kind in USED:
                yield found


@lru_cache(maxsize=8)
def _users_of_roles(estate: Estate) -> dict[str, list[Resource]]:
    """The programs that run or start with a role."""
    found: dict[str, list[Resource]] = {}
    for program in estate.of(*PROGRAMS):
        named = {str(program.get(p[program.kind])) for p in (RUNS, STARTS) if program.kind in p}
        for role in named:
            found.setdefault(role, []).append(program)
    return found


@rule(
    "permissions-own-role",
    *(kind.removeprefix("AWS::") for kind in PROGRAMS),
    title="each program has roles of its own, one to start with and one to run with",
    why="a program has the permissions of all that share its role, and of what starts it",
    source="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html",
    severity="warning",
)
def own_role(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """No other program has the same role; what starts a task is no role of the task."""
    path = RUNS[resource.kind]
    value = resource.get(path)
    if not isinstance(value, str) or not scene.estate.at(value):
        return
    others = [p for p in _users_of_roles(scene.estate).get(value, []) if p is not resource]
    task = resource.kind == "AWS::ECS::TaskDefinition"
    if others:
        yield Fault(
            message=f"it shares its role with {', '.join(each.logical_id for each in others)}",
            remedy="give it a role of its own",
            property=path,
        )
    if task and value == resource.get("ExecutionRoleArn"):
        yield Fault(
            message="it runs with the role that starts it, and may read every secret again",
            remedy="give it a TaskRoleArn of its own",
            property=path,
        )
