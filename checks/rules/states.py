"""Definitions of state machines: states that exist, are reached, and come to an end."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from checks.estate import listed, texts
from checks.rules.faults import wrong
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/step-functions/latest/dg"
TYPES = {"Task", "Pass", "Wait", "Choice", "Succeed", "Fail", "Parallel", "Map"}
ENDING = {"Succeed", "Fail"}
WAITS = {"Seconds", "Timestamp", "SecondsPath", "TimestampPath"}
ARN = re.compile(r"arn:[\w-]+:(states|lambda):\S*:\S+|\{%")
UNFILLED = re.compile(r"\$\{([A-Za-z0-9_.]+)\}")


def definition_of(machine: Resource) -> Any:
    """The definition of a machine, also where it is text; text again if that is no JSON."""
    said = machine.get("Definition", machine.get("DefinitionString"))
    if not isinstance(said, str):
        return said
    try:
        return json.loads(said)
    except ValueError:
        return said


def states_of(definition: Any, path: str = "Definition") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state of a definition with its path, those of branches included."""
    states = definition.get("States") if isinstance(definition, dict) else None
    for name, state in states.items() if isinstance(states, dict) else ():
        if isinstance(state, dict):
            place = f"{path}.States.{name}"
            yield place, state
            for inner, where in _inner(state, place):
                yield from states_of(inner, where)


def _inner(state: dict[str, Any], place: str) -> Iterator[tuple[Any, str]]:
    for at, branch in enumerate(listed(state.get("Branches"))):
        yield branch, f"{place}.Branches.{at}"
    for name in ("ItemProcessor", "Iterator"):
        if name in state:
            yield state[name], f"{place}.{name}"


@rule(
    "workflows-definition",
    "StepFunctions::StateMachine",
    title="every state exists, is reached, and leads on or ends",
    why="Step Functions refuses the machine, or an execution fails where nobody tried it",
    source=f"{GUIDE}/concepts-amazon-states-language.html",
)
def definition(machine: Resource, _: Scene) -> Iterator[Fault]:
    """A start that exists, ways that lead to states, no state without a way to it."""
    found = definition_of(machine)
    if isinstance(found, str) and is_literal(found):
        yield wrong("DefinitionString", "its definition is no JSON", "write an object with States")
    elif isinstance(found, dict):
        yield from _level(found, "Definition")
        for name in sorted({each for text in texts(found) for each in UNFILLED.findall(text)}):
            message = f"${{{name}}} stands for nothing"
            yield wrong("DefinitionSubstitutions", message, "say what it stands for")
    elif found is None and not machine.get("DefinitionS3Location"):
        yield wrong("Definition", "it has no definition", "write one")


def _level(level: dict[str, Any], path: str) -> Iterator[Fault]:
    states = level.get("States")
    if not isinstance(states, dict) or not states:
        yield wrong(f"{path}.States", "there are no states", "write some")
        return
    start = level.get("StartAt")
    if not isinstance(start, str) or start not in states:
        yield wrong(f"{path}.StartAt", f"it starts at {start}, which is no state", "name a state")
    known = {name: each for name, each in states.items() if isinstance(each, dict)}
    reached = {str(start)} | {str(to) for each in known.values() for _, to in _ways(each)}
    for name, state in known.items():
        place = f"{path}.States.{name}"
        yield from _state(state, place)
        for where, following in _ways(state):
            if not isinstance(following, str) or following not in states:
                yield wrong(f"{place}.{where}", f"{following} is no state", "name a state")
        if name not in reached:
            yield wrong(place, "nothing leads to it", "lead to it, or drop it")
        for inner, where in _inner(state, place):
            if isinstance(inner, dict):
                yield from _level(inner, where)


def _ways(state: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in ("Next", "Default"):
        if name in state:
            yield name, state[name]
    for name in ("Choices", "Catch"):
        for at, each in enumerate(listed(state.get(name))):
            if isinstance(each, dict):
                yield f"{name}.{at}.Next", each.get("Next")


def _state(state: dict[str, Any], place: str) -> Iterator[Fault]:
    kind = state.get("Type")
    if str(kind) not in TYPES:
        yield wrong(f"{place}.Type", f"{kind} is no type of state", "say Task, Choice …")
    if kind == "Choice":
        yield from _choice(state, place)
    elif str(kind) not in ENDING and is_true(state.get("End")) == ("Next" in state):
        yield wrong(place, "it neither ends nor leads on, or both", "say Next, or End")
    called = state.get("Resource")
    if kind == "Task" and (not called or (is_literal(called) and not ARN.match(called))):
        yield wrong(f"{place}.Resource", "a task that calls nothing", "name a Resource by its ARN")
    if kind == "Wait" and not set(state) & WAITS:
        yield wrong(place, "it waits for nothing", "say Seconds")
    if kind == "Parallel" and not listed(state.get("Branches")):
        yield wrong(f"{place}.Branches", "it has no branches", "say some")
    for name in ("Retry", "Catch"):
        for at, each in enumerate(listed(state.get(name))):
            if isinstance(each, dict):
                yield from _handler(each, f"{place}.{name}.{at}")


def _choice(state: dict[str, Any], place: str) -> Iterator[Fault]:
    choices = listed(state.get("Choices"))
    if not choices:
        yield wrong(f"{place}.Choices", "a choice without choices", "say some")
    if "Default" not in state:
        yield wrong(f"{place}.Default", "what no choice takes fails", "say a Default")
    for at, each in enumerate(choices):
        if isinstance(each, dict) and not _compares(each):
            yield wrong(f"{place}.Choices.{at}", "it compares nothing", "say a comparison")


def _compares(choice: dict[str, Any]) -> bool:
    """Whether a choice says what it is about, and what that must be; or joins those that do."""
    if any(name in choice for name in ("Condition", "And", "Or", "Not")):
        return True
    return "Variable" in choice and len(set(choice) - {"Variable", "Next", "Comment"}) == 1


def _handler(retry: dict[str, Any], place: str) -> Iterator[Fault]:
    for name, least in (("IntervalSeconds", 1), ("MaxAttempts", 0), ("BackoffRate", 1)):
        value = number(retry.get(name, least))
        whole = name == "BackoffRate" or value is None or value == int(value)
        if value is not None and (value < least or not whole):
            yield wrong(f"{place}.{name}", f"{value:g} is not allowed", f"say {least} or more")
    if not listed(retry.get("ErrorEquals")):
        yield wrong(f"{place}.ErrorEquals", "it is for no error", "say which errors")
