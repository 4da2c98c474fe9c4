"""Tasks of state machines: what they tell whom they call, and how often they try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.states import GUIDE, definition_of, states_of
from checks.rules.values import is_false, is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Resource
    from checks.rules.rule import Scene

# What the actions that are called most want to be told.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "ecs:runTask": ("Cluster", "TaskDefinition"),
    "ecs:updateService": ("Cluster", "Service"),
    "apprunner:startDeployment": ("ServiceArn",),
    "apprunner:associateCustomDomain": ("ServiceArn", "DomainName"),
    "apprunner:describeCustomDomains": ("ServiceArn",),
    "codebuild:startBuild": ("ProjectName",),
    "dynamodb:getItem": ("TableName", "Key"),
    "dynamodb:putItem": ("TableName", "Item"),
    "lambda:invoke": ("FunctionName",),
    "sns:publish": ("Message",),
    "sqs:sendMessage": ("QueueUrl", "MessageBody"),
    "states:startExecution": ("StateMachineArn",),
}
STAYS = {"Cluster.$", "Service.$"}
PREFIXES = ("arn:aws:states:::", "aws-sdk:")


@rule(
    "workflows-parameters",
    "StepFunctions::StateMachine",
    title="tasks say what they need to say to whom they call",
    why="the execution fails at that task, or it does something else than was meant",
    source=f"{GUIDE}/integrate-services.html",
)
def parameters(machine: Resource, scene: Scene) -> Iterator[Fault]:
    """What the called action wants; a network and a launch type for tasks on Fargate."""
    kind = machine.get("StateMachineType", "STANDARD")
    if is_literal(kind) and kind not in ("STANDARD", "EXPRESS"):
        yield wrong("StateMachineType", f"{kind} is no type", "say STANDARD")
    for place, state in states_of(definition_of(machine)):
        called = str(state.get("Resource"))
        for prefix in PREFIXES:
            called = called.removeprefix(prefix)
        called = called.partition(".")[0]
        given = state.get("Parameters", state.get("Arguments", {}))
        if not isinstance(given, dict):
            continue
        for name in NEEDED.get(called, ()):
            if name not in given and f"{name}.$" not in given:
                yield wrong(f"{place}.Parameters.{name}", f"{called} without {name}", "say it")
        if called == "ecs:updateService" and not set(given) - {"Cluster", "Service"} - STAYS:
            yield wrong(f"{place}.Parameters", "it changes nothing", "say ForceNewDeployment")
        elif called == "ecs:updateService" and is_false(given.get("ForceNewDeployment", True)):
            path = f"{place}.Parameters.ForceNewDeployment"
            yield wrong(path, "it deploys nothing", "set it to true")
        if called == "ecs:runTask":
            yield from _on_fargate(given, f"{place}.Parameters", scene)


def _on_fargate(said: dict[str, Any], place: str, scene: Scene) -> Iterator[Fault]:
    family = said.get("TaskDefinition")
    wanted = {
        str(each)
        for task in scene.estate.of("AWS::ECS::TaskDefinition")
        if task is known_at(scene.estate, family) or task.get("Family") == family
        for each in listed(task.get("RequiresCompatibilities"))
    }
    if wanted != {"FARGATE"}:
        return
    launch = said.get("LaunchType")
    if launch != "FARGATE" and not said.get("CapacityProviderStrategy"):
        yield wrong(f"{place}.LaunchType", f"{launch} for a task of Fargate", "say FARGATE")
    network = said.get("NetworkConfiguration")
    inner = network.get("AwsvpcConfiguration") if isinstance(network, dict) else None
    inside = inner if isinstance(inner, dict) else {}
    for name in ("Subnets", "SecurityGroups"):
        if not listed(inside.get(name)):
            path = f"{place}.NetworkConfiguration.AwsvpcConfiguration.{name}"
            yield wrong(path, f"a task of Fargate without {name}", "name some")


@rule(
    "workflows-retry",
    "StepFunctions::StateMachine",
    title="tasks are tried again",
    why="a service that is busy for a second ends the execution, and what it was to do",
    source=f"{GUIDE}/sfn-best-practices.html#bp-lambda-serviceexception",
    severity="warning",
)
def retried(machine: Resource, _: Scene) -> Iterator[Fault]:
    """Every task has a retry that tries."""
    for place, state in states_of(definition_of(machine)):
        tries = [
            number(each.get("MaxAttempts", 3))
            for each in listed(state.get("Retry"))
            if isinstance(each, dict)
        ]
        if state.get("Type") == "Task" and not any(tries):
            yield wrong(f"{place}.Retry", "one failure ends it", "say Retry")
