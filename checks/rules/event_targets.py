"""What rules, schedules and topics hand events to: things that exist and take them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from checks.functions import REFERENCE
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/eventbridge/latest/userguide"
# What takes events, and the attributes that are its ARN; an empty one is a Ref.
TAKING: dict[str, tuple[str, ...]] = {
    "AWS::ApiGateway::RestApi": (),
    "AWS::Batch::JobQueue": ("", "JobQueueArn"),
    "AWS::CodeBuild::Project": ("Arn",),
    "AWS::CodePipeline::Pipeline": (),
    "AWS::ECS::Cluster": ("Arn",),
    "AWS::Events::ApiDestination": ("Arn", "ArnForPolicy"),
    "AWS::Events::EventBus": ("Arn",),
    "AWS::Kinesis::Stream": ("Arn",),
    "AWS::KinesisFirehose::DeliveryStream": ("Arn",),
    "AWS::Lambda::Alias": ("", "AliasArn"),
    "AWS::Lambda::Function": ("Arn",),
    "AWS::Lambda::Version": ("", "FunctionArn"),
    "AWS::Logs::LogGroup": ("Arn",),
    "AWS::SNS::Topic": ("", "TopicArn"),
    "AWS::SQS::Queue": ("Arn",),
    "AWS::SSM::Document": (),
    "AWS::Serverless::Function": ("Arn",),
    "AWS::StepFunctions::StateMachine": ("", "Arn"),
}
# What lets EventBridge in by a policy of its own; everything else wants a role.
BY_POLICY = re.compile(r"::(Lambda|Serverless|SNS|SQS|Logs|ApiGateway)::")
# How ARNs spell these services, and services that take events but stand in no table.
ELSEWHERE = {"states", "firehose", "execute-api", "scheduler", "appsync", "glue", "redshift-data"}
ELSEWHERE |= {"redshift", "sagemaker", "inspector", "ssm-incidents", "rds", "ec2", "automation"}
INPUTS = ("Input", "InputPath", "InputTransformer")
UNIVERSAL = re.compile(r"arn:[\w-]+:scheduler:::aws-sdk:[a-z0-9]+:[A-Za-z0-9.]+")


def untaken(value: Any, estate: Estate, taking: dict[str, tuple[str, ...]] | None = None) -> str:
    """Why something takes no events; nothing where it does, or where nobody can say."""
    known = TAKING if taking is None else taking
    if is_literal(value):
        services = {each.split("::")[1].lower() for each in known} | ELSEWHERE
        parts = value.split(":")
        named = parts[0] == "arn" and len(parts) > 2 and parts[2] in services
        return "" if named else f"{value} is no ARN of what takes events"
    found = known_at(estate, value)
    if found is None:
        return ""
    if found.kind not in known:
        return f"{found.ref}, a {found.kind}, takes no events"
    match = REFERENCE.fullmatch(value)
    attribute = (match[3] or "") if match else ""
    if known[found.kind] and attribute not in known[found.kind]:
        return f"the {attribute or 'Ref'} of {found.ref} is not its ARN"
    return ""


@rule(
    "events-targets",
    "Events::Rule",
    title="targets of events exist, and may be called",
    why="an event that cannot be handed over is tried for a day and dropped",
    source=f"{GUIDE}/eb-targets.html",
)
def targets(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """An ARN of what takes events, a role where one is needed, input that is JSON."""
    every = resource.mappings("Targets")
    ids = [str(each.get("Id")) for each in every]
    if len(every) > 5 or len(set(ids)) < len(ids):
        yield wrong("Targets", "more than five targets, or two with one id", "make two rules")
    for at, target in enumerate(every):
        path = f"Targets.{at}"
        arn = target.get("Arn")
        if not target.get("Id"):
            yield wrong(f"{path}.Id", "a target without an id", "give it one")
        if problem := untaken(arn, scene.estate) if arn else "a target without an Arn":
            yield wrong(f"{path}.Arn", problem, "name what takes events by its ARN")
        found = known_at(scene.estate, arn)
        if found and found.kind in TAKING and not BY_POLICY.search(found.kind):
            yield from _role(target, path, f"a {found.kind}", scene)
        yield from _input(target, path)
        if found and found.kind == "AWS::ECS::Cluster" and not target.get("EcsParameters"):
            yield wrong(f"{path}.EcsParameters", "a cluster, but no task", "say which task")


def _role(target: dict[str, Any], path: str, what: str, scene: Scene) -> Iterator[Fault]:
    role = target.get("RoleArn")
    found = known_at(scene.estate, role)
    if not role:
        yield wrong(f"{path}.RoleArn", f"without a role it may not call {what}", "name a role")
    elif found and found.kind != "AWS::IAM::Role":
        yield wrong(f"{path}.RoleArn", f"{found.ref} is a {found.kind}", "name a role")


def _input(target: dict[str, Any], path: str) -> Iterator[Fault]:
    said = [name for name in INPUTS if target.get(name) is not None]
    if len(said) > 1:
        yield wrong(f"{path}.{said[1]}", f"both {' and '.join(said)}", "say one")
    text = target.get("Input")
    if isinstance(text, str) and not is_json(REFERENCE.sub("x", text)):
        yield wrong(f"{path}.Input", "its input is no JSON", "write JSON")


def is_json(text: str) -> bool:
    """Whether a text is JSON."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@rule(
    "schedules-target",
    "Scheduler::Schedule",
    title="schedules call something that exists, with a role and input that is JSON",
    why="the call fails each time, and nobody waits for its answer",
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html",
)
def scheduled(schedule: Resource, scene: Scene) -> Iterator[Fault]:
    """One target; an action of a service is an ARN of its own kind, with its parameters."""
    target = schedule.get("Target")
    if not isinstance(target, dict):
        yield wrong("Target", "it calls nothing", "name a target")
        return
    arn: Any = target.get("Arn")
    universal = is_literal(arn) and ":scheduler:::" in arn
    if not arn:
        yield wrong("Target.Arn", "it calls nothing", "name a target")
    elif universal and not UNIVERSAL.fullmatch(arn):
        yield wrong("Target.Arn", f"{arn} is no action", "say aws-sdk:<service>:<action>")
    elif problem := untaken(arn, scene.estate):
        yield wrong("Target.Arn", problem, "name what can be called by its ARN")
    if universal and not target.get("Input"):
        yield wrong("Target.Input", "an action without its parameters", "say them as JSON")
    yield from _role(target, "Target", "it", scene)
    yield from _input(target, "Target")
