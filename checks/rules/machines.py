"""State machines may do what their definitions say, and write down what they did."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from checks.rules.conditions import acts
from checks.rules.documents import definition_of
from checks.rules.grants import Grants, grants
from checks.rules.invocations import CALL, action_of
from checks.rules.rule import Fault, rule
from checks.rules.service_roles import lacking, lacks
from checks.rules.values import is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
STATES = f"{DOCS}/step-functions/latest/dg"
INTEGRATED = re.compile(r"arn:aws[\w-]*:states:::(\w[\w-]*):(\w+)(\.\w+)?(?::\d+)?")
FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[^:]*:[^:]*:function:.+")
RULE_FOR_TASKS = "StepFunctionsGetEventsForECSTaskRule"
EVENTS = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
TRACES = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
)


def tasks_in(definition: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state of type Task, also in branches and maps."""
    states = definition.get("States") if isinstance(definition, dict) else None
    for name, state in states.items() if isinstance(states, dict) else ():
        if not isinstance(state, dict):
            continue
        where = f"{place}.States.{name}"
        if state.get("Type") == "Task":
            yield where, state
        branches = state.get("Branches")
        for number, branch in enumerate(branches if isinstance(branches, list) else ()):
            yield from tasks_in(branch, f"{where}.Branches.{number}")
        for key in ("Iterator", "ItemProcessor"):
            yield from tasks_in(state.get(key), f"{where}.{key}")


def _task_definition(found: Grants, value: Any) -> Resource | str | None:
    """The task definition that a state runs: by reference, ARN or family; None if not known."""
    if not isinstance(value, str):
        return None
    for each in found.estate.named(value):
        return each
    family = value.rsplit("/", 1)[-1].split(":")[0]
    for each in found.estate.of("AWS::ECS::TaskDefinition"):
        if each.get("Family") == family:
            return each
    return None


def _runs_task(found: Grants, role: Resource, inputs: Any, wait: str | None) -> Iterator[str]:
    """What a role lacks to run a task on ECS."""
    task = _task_definition(found, inputs.get("TaskDefinition"))
    yield from lacking(found, role, ["ecs:RunTask"], task)
    if not _in_cluster(found, role, inputs.get("Cluster")):
        yield "ecs:RunTask in its cluster"
    for name in ("ExecutionRoleArn", "TaskRoleArn"):
        passed = found.role(task.get(name)) if task and not isinstance(task, str) else None
        if passed and not found.may(role, "iam:PassRole", passed):
            yield f"iam:PassRole on {passed.logical_id}"
    if wait == ".sync":
        yield from lacking(found, role, ["ecs:StopTask", "ecs:DescribeTasks"])
        region, account = role.region or "*", found.account(role) or "*"
        rule_arn = f"arn:aws:events:{region}:{account}:rule/{RULE_FOR_TASKS}"
        yield from (f"{a} on {RULE_FOR_TASKS}" for a in lacking(found, role, EVENTS, rule_arn))


def _in_cluster(found: Grants, role: Resource, cluster: Any) -> bool:
    """Whether the conditions of a role let it run tasks in a cluster."""
    if not isinstance(cluster, str):
        return True
    asked = [
        each.condition("ecs:cluster")
        for each in found.policies.get(role, [])
        if each.allows and acts(each, "ecs:RunTask")
    ]
    name = cluster.rsplit("/", 1)[-1]
    return not asked or any(
        not arns or any("<" in arn or fnmatchcase(name, arn.rsplit("/", 1)[-1]) for arn in arns)
        for arns in asked
    )


def _service(found: Grants, inputs: Any) -> Resource | str | None:
    """The ECS service that a call is about, by its name and its cluster's."""
    cluster, service = inputs.get("Cluster"), inputs.get("Service")
    if not isinstance(service, str) or service.startswith("$"):
        return None
    for each in found.estate.named(service):
        return each
    if isinstance(cluster, str) and "<" not in cluster and "/" not in service:
        return f"arn:aws:ecs:*:*:service/{cluster.rsplit('/', 1)[-1]}/{service}"
    return None


def _target(found: Grants, inputs: dict[str, Any]) -> Resource | None:
    """The first resource of the templates that a call's parameters name."""
    for value in inputs.values():
        if isinstance(value, str) and (at := found.estate.at(value)):
            return at
    return None


def _missing(found: Grants, role: Resource, state: dict[str, Any]) -> Iterator[str]:
    resource = str(state.get("Resource"))
    inputs = state.get("Parameters", state.get("Arguments"))
    inputs = inputs if isinstance(inputs, dict) else {}
    function = found.estate.at(resource)
    call, integrated = CALL.match(resource), INTEGRATED.fullmatch(resource)
    if function or FUNCTION.match(resource):
        yield from lacking(found, role, ["lambda:InvokeFunction"], function or resource)
    elif call:
        wanted = _service(found, inputs) if call[1] == "ecs" else None
        action = action_of(call[1], call[2])
        yield from lacking(found, role, [action], wanted or _target(found, inputs))
    elif integrated:
        service, name, wait = integrated.groups()
        if (service, name) == ("ecs", "runTask"):
            yield from _runs_task(found, role, inputs, wait)
        elif (service, name) == ("lambda", "invoke"):
            yield from lacking(found, role, ["lambda:InvokeFunction"], _target(found, inputs))
        elif service in ("sqs", "sns", "dynamodb", "states", "codebuild", "events", "glue"):
            target = _target(found, inputs)
            yield from lacking(found, role, [action_of(service, name)], target)


@rule(
    "permissions-machine",
    "StepFunctions::StateMachine",
    title="a state machine may do what its definition says",
    why="the execution fails at that state, when it is needed for the first time",
    source=f"{STATES}/service-integration-iam-templates.html",
)
def machine(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Each task's action, on what its parameters name, with all that goes along."""
    found = grants(scene.estate)
    role = found.role(resource.get("RoleArn"))
    if not role:
        return
    place, definition = definition_of(resource)
    for where, state in tasks_in(definition, place):
        missing = list(dict.fromkeys(_missing(found, role, state)))
        yield from lacks(role, missing, "", f"{where}.Resource")


@rule(
    "permissions-machine-logs",
    "StepFunctions::StateMachine",
    title="a state machine may write its log and its traces",
    why="Step Functions refuses the state machine, or nothing shows why an execution failed",
    source=f"{STATES}/cw-logs.html#cloudwatch-iam-policy",
)
def machine_logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Deliveries of logs, and segments for X-Ray, where they are switched on."""
    found = grants(scene.estate)
    role = found.role(resource.get("RoleArn"))
    if not role:
        return
    level = resource.get("LoggingConfiguration.Level", "OFF")
    if level != "OFF" and resource.get("LoggingConfiguration.Destinations"):
        yield from lacks(role, lacking(found, role, DELIVERY), "", "LoggingConfiguration")
    if is_true(resource.get("TracingConfiguration.Enabled")):
        yield from lacks(role, lacking(found, role, TRACES), "", "TracingConfiguration")
