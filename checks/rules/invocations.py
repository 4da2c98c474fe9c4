"""Services reach what they are to call: functions, topics, queues, and targets by a role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.rules.conditions import acts
from checks.rules.grants import Grants, grants
from checks.rules.rule import Fault, rule
from checks.rules.senders import Sending, sendings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
FUNCTION = "AWS::Lambda::Function"
SENDS = {"AWS::SNS::Topic": "sns:Publish", "AWS::SQS::Queue": "sqs:SendMessage"}
# What a rule or schedule does to a target, by the target's type.
STARTS = {
    "AWS::StepFunctions::StateMachine": "states:StartExecution",
    "AWS::ECS::Cluster": "ecs:RunTask",
    "AWS::CodeBuild::Project": "codebuild:StartBuild",
    "AWS::Kinesis::Stream": "kinesis:PutRecord",
    FUNCTION: "lambda:InvokeFunction",
    **SENDS,
}
# Targets that a rule reaches by a policy of theirs, not by a role.
BY_POLICY = (FUNCTION, "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::Logs::LogGroup")
CALL = re.compile(r"arn:aws[\w-]*:(?:scheduler|states):::aws-sdk:(\w+):(\w+)")
# Services whose name in a call is not that of their actions.
PREFIXES = {
    "cloudwatchlogs": "logs",
    "sfn": "states",
    "elasticloadbalancingv2": "elasticloadbalancing",
    "eventbridge": "events",
    "cognitoidentityprovider": "cognito-idp",
    "applicationautoscaling": "application-autoscaling",
}


def action_of(service: str, call: str) -> str:
    """`logs:PutRetentionPolicy` of `cloudwatchlogs` and `putRetentionPolicy`."""
    return f"{PREFIXES.get(service, service)}:{call[:1].upper()}{call[1:]}"


@rule(
    "permissions-invoke",
    FUNCTION.removeprefix("AWS::"),
    title="whatever is to invoke a function may",
    why="the call is refused, and nobody hears of it: alarms, rotations and events go nowhere",
    source=f"{DOCS}/lambda/latest/dg/access-control-resource-based.html",
)
def invoke(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A permission for the service, and for this source where it names one."""
    found = grants(scene.estate)
    permissions = [
        each
        for each in scene.estate.users_of(resource, "AWS::Lambda::Permission")
        if any(f.ref == resource.ref for f in scene.estate.named(each.get("FunctionName")))
    ]
    for sending in sendings(scene.estate).get(resource, []):
        if not any(_lets(found, each, sending) for each in permissions):
            yield Fault(
                message=f"{sending.service}.amazonaws.com may not invoke {resource.logical_id}",
                remedy="add a Lambda::Permission for the service, with this resource as its source",
                property=sending.path,
                at=sending.by,
            )


def _lets(found: Grants, permission: Resource, sending: Sending) -> bool:
    who, action = permission.get("Principal"), str(permission.get("Action", "")).lower()
    accounts = [str(each) for each in [permission.get("SourceAccount")] if each]
    arns = [str(each) for each in [permission.get("SourceArn")] if each]
    return (
        (who == "*" or str(who).removesuffix(".amazonaws.com").split(".")[0] == sending.service)
        and action in ("lambda:invokefunction", "lambda:*", "lambda:invoke*", "*")
        and found.is_source(accounts, arns, sending.by, sending.source)
    )


@rule(
    "permissions-send",
    "SNS::Topic",
    "SQS::Queue",
    title="whatever is to send to a topic or queue may",
    why="alarms and events are lost: the service is refused, and only its own history says so",
    source=f"{DOCS}/sns/latest/dg/sns-access-policy-use-cases.html",
)
def send(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The policy names the service; without one CloudWatch may still publish to a topic."""
    found = grants(scene.estate)
    done: set[tuple[str, str]] = set()
    for sending in sendings(scene.estate).get(resource, []):
        default = not found.of(resource) and sending.service == "cloudwatch"
        key = (sending.service, sending.source.ref if sending.source else "")
        if default or key in done:
            continue
        done.add(key)
        if not found.admits(resource, sending.service, SENDS[resource.kind], source=sending.source):
            yield Fault(
                message=f"{sending.service}.amazonaws.com may not send to {resource.logical_id}",
                remedy=f"allow {SENDS[resource.kind]} to the service in its policy",
                property=sending.path,
                at=sending.by,
            )


@rule(
    "permissions-targets",
    "Events::Rule",
    "Scheduler::Schedule",
    title="rules and schedules may start what they are for",
    why="nothing happens when it should, and nobody is told",
    source=f"{DOCS}/eventbridge/latest/userguide/eb-use-identity-based.html",
)
def targets(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A role that may start exactly the target."""
    found = grants(scene.estate)
    schedule = resource.kind == "AWS::Scheduler::Schedule"
    for number, each in enumerate(resource.mappings("Target" if schedule else "Targets")):
        place = "Target" if schedule else f"Targets.{number}"
        target, arn = scene.estate.at(each.get("Arn")), each.get("Arn")
        kind = target.kind if target else ""
        call = CALL.match(arn) if isinstance(arn, str) else None
        action = action_of(call[1], call[2]) if call else STARTS.get(kind)
        if not action or (not schedule and kind in BY_POLICY):
            continue
        if each.get("RoleArn") is None:
            yield Fault(
                message="it has no role to start its target with",
                remedy="set RoleArn to a role that may",
                property=f"{place}.RoleArn",
            )
        elif role := found.role(each.get("RoleArn")):
            yield from _starts(
                found, role, action, None if kind.endswith("Cluster") else target, place
            )


def _starts(
    found: Grants, role: Resource, action: str, target: Resource | None, place: str
) -> Iterator[Fault]:
    what = f" on {target.logical_id}" if target else ""
    if not found.may(role, action, target):
        yield Fault(
            message=f"{role.logical_id} lacks {action}{what}",
            remedy="allow it to this role",
            property=f"{place}.RoleArn",
        )
        return
    for statement in found.policies.get(role, []):
        others = [
            meant.logical_id
            for pattern in statement.resources
            for meant in found.owners.meant(pattern)
            if target and meant.kind == target.kind and meant.ref != target.ref
        ]
        if others and statement.allows and acts(statement, action):
            users = found.estate.users_of(role, "AWS::Events::Rule", "AWS::Scheduler::Schedule")
            if len(users) == 1:
                yield Fault(
                    message=f"{role.logical_id} may start {', '.join(others)}, too",
                    remedy="name the one target",
                    property=f"{place}.RoleArn",
                )
