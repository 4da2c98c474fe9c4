"""State machines that give up in time, call what is there, and leave a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.rules.faults import wrong
from checks.rules.naming import known_at, names_of
from checks.rules.rule import Fault, rule
from checks.rules.states import GUIDE, definition_of, states_of
from checks.rules.values import is_literal, is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Resource
    from checks.rules.rule import Scene

WAITING = (".sync", ".sync:2", ".waitForTaskToken")
EXPRESS_SECONDS = 300
GROUP = "AWS::Logs::LogGroup"
# Parameters of tasks that name something: its type and the property with its name.
NAMING: Mapping[str, tuple[str, str]] = {
    "Cluster": ("AWS::ECS::Cluster", "ClusterName"),
    "Service": ("AWS::ECS::Service", "ServiceName"),
    "TaskDefinition": ("AWS::ECS::TaskDefinition", "Family"),
    "FunctionName": ("AWS::Lambda::Function", "FunctionName"),
    "ProjectName": ("AWS::CodeBuild::Project", "Name"),
    "ServiceArn": ("AWS::AppRunner::Service", "ServiceArn"),
}


@rule(
    "workflows-timeout",
    "StepFunctions::StateMachine",
    title="tasks that wait for others give up some time, and fit the kind of machine",
    why="an execution whose answer never comes stays open for a year; an express one has 5 minutes",
    source=f"{GUIDE}/sfn-best-practices.html",
)
def timeout(machine: Resource, _: Scene) -> Iterator[Fault]:
    """A timeout of the task or of the machine; express machines don't wait."""
    found = definition_of(machine)
    express = machine.get("StateMachineType") == "EXPRESS"
    limited = isinstance(found, dict) and "TimeoutSeconds" in found
    for place, state in states_of(found):
        resource = state.get("Resource")
        waits = isinstance(resource, str) and resource.endswith(WAITING)
        own = any(name.startswith(("TimeoutSeconds", "HeartbeatSeconds")) for name in state)
        if waits and express:
            yield wrong(
                f"{place}.Resource", "express machines don't wait for a task", "be STANDARD"
            )
        elif waits and not own and not limited:
            yield wrong(f"{place}.TimeoutSeconds", "it waits without end", "say how long")
        if express and _seconds(state) > EXPRESS_SECONDS:
            yield wrong(
                "StateMachineType", "an express machine ends after 5 minutes", "be STANDARD"
            )


def _seconds(state: dict[str, Any]) -> float:
    """How long a state may wait by itself, or between its attempts."""
    longest = number(state.get("Seconds")) or 0
    for retry in listed(state.get("Retry")):
        if isinstance(retry, dict):
            first = number(retry.get("IntervalSeconds", 1)) or 1
            rate = number(retry.get("BackoffRate", 2)) or 1
            times = int(number(retry.get("MaxAttempts", 3)) or 0)
            longest = max(longest, sum(first * rate**each for each in range(min(times, 20))))
    return longest


@rule(
    "workflows-subjects",
    "StepFunctions::StateMachine",
    title="tasks of machines name what is there",
    why="the execution fails when it is needed: at a migration, or after a rotation",
    source=f"{GUIDE}/connect-to-resource.html",
)
def subjects(machine: Resource, scene: Scene) -> Iterator[Fault]:
    """A cluster, a task definition, a function: by reference or by its name."""
    for place, state in states_of(definition_of(machine)):
        for part in ("Parameters", "Arguments"):
            given = state.get(part)
            for name, value in given.items() if isinstance(given, dict) else ():
                known = NAMING.get(name.removesuffix(".$"))
                if known and (problem := _misnamed(known, value, scene)):
                    yield wrong(f"{place}.{part}.{name}", problem, f"name a {known[0]}")


def _misnamed(known: tuple[str, str], value: Any, scene: Scene) -> str:
    found = known_at(scene.estate, value)
    if found is not None:
        return "" if found.kind.startswith(known[0]) else f"{found.ref} is a {found.kind}"
    if not is_literal(value) or value.startswith(("$", "{%")):
        return ""
    service = known[0].split("::")[1].lower()
    if value.startswith("arn:") or known[1].endswith("Arn"):
        return "" if f":{service}:" in value else f"{value} is no ARN of {service}"
    names = names_of(scene.estate, *known)
    if not names or {"*", value.lower(), value.rsplit(":", 1)[0].lower()} & names:
        return ""
    return f"nothing here is called {value}"


@rule(
    "workflows-logging",
    "StepFunctions::StateMachine",
    title="executions are logged",
    why="an execution that failed is looked into by its log; express machines keep nothing else",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/stepfunctions-controls.html",
)
def logging(machine: Resource, scene: Scene) -> Iterator[Fault]:
    """A level that is not OFF, and a log group that is one."""
    place = "LoggingConfiguration"
    level = machine.get(f"{place}.Level", "OFF")
    if level == "OFF" or (is_literal(level) and level not in ("ALL", "ERROR", "FATAL")):
        yield wrong(f"{place}.Level", "its executions are not logged", "say ALL, ERROR or FATAL")
    destinations = machine.mappings(f"{place}.Destinations")
    if level != "OFF" and not destinations:
        yield wrong(f"{place}.Destinations", "its log goes nowhere", "name a log group")
    for at, each in enumerate(destinations):
        inner = each.get("CloudWatchLogsLogGroup")
        arn = inner.get("LogGroupArn") if isinstance(inner, dict) else None
        found = known_at(scene.estate, arn)
        if not arn or (found and (found.kind != GROUP or not str(arn).endswith(".Arn>"))):
            yield wrong(f"{place}.Destinations.{at}", "no ARN of a log group", "name one")


@rule(
    "workflows-tracing",
    "StepFunctions::StateMachine",
    title="executions are traced",
    why="without traces nobody sees which of the called services was slow, or failed",
    source=f"{GUIDE}/concepts-xray-tracing.html",
    severity="warning",
)
def tracing(machine: Resource, _: Scene) -> Iterator[Fault]:
    """Tracing is on."""
    if not is_true(machine.get("TracingConfiguration.Enabled")):
        yield wrong(
            "TracingConfiguration.Enabled", "its executions are not traced", "set it to true"
        )
