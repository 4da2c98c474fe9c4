"""Whether a definition is Amazon States Language: its shape, and its calls of States.Format.

https://states-language.net/spec.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

ENDS = ("Succeed", "Fail")
FIELDS = {
    "Task": {"Resource"},
    "Parallel": {"Branches"},
    "Pass": {"Result"},
    "Wait": {"Seconds"},
    "Choice": {"Choices", "Default"},
    "Succeed": set(),
    "Fail": {"Error", "Cause"},
}
RETRIER = {"ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds"}


def mistakes(definition: dict[str, Any]) -> list[str]:
    """Everything that Step Functions would refuse, or that leads nowhere."""
    names = [name for part in machines(definition) for name in part["States"]]
    twice = sorted({name for name in names if names.count(name) > 1})
    found = [each for part in machines(definition) for each in _mistakes(part)]
    return found + [f"two states are called {name}" for name in twice]


def machines(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The machine and all that run inside it, side by side."""
    yield definition
    for state in definition["States"].values():
        for branch in state.get("Branches", []):
            yield from machines(branch)


def _mistakes(definition: dict[str, Any]) -> Iterator[str]:
    states: dict[str, dict[str, Any]] = definition["States"]
    start = definition["StartAt"]
    if start not in states:
        yield f"StartAt names no state: {start}"
    reached = {start}
    for name, state in states.items():
        missing = FIELDS[state["Type"]] - state.keys()
        if missing:
            yield f"{name} lacks {missing}"
        followers = set(next_states(state))
        reached |= followers
        yield from (f"{name} leads to no state: {each}" for each in followers - states.keys())
        ways = ("Next" in state) + (state.get("End") is True)
        if ways != (0 if state["Type"] in (*ENDS, "Choice") else 1):
            yield f"{name} has {ways} ways on"
        for retrier in state.get("Retry", []):
            if not {"ErrorEquals"} <= retrier.keys() <= RETRIER:
                yield f"{name} retries wrongly: {retrier}"
        yield from _templates(name, state)
    yield from (f"nothing leads to {each}" for each in states.keys() - reached)


def next_states(state: dict[str, Any]) -> Iterator[str]:
    """Every state that a state names as its follower."""
    for where in (state, *state.get("Choices", []), *state.get("Catch", [])):
        if "Next" in where:
            yield where["Next"]
    if "Default" in state:
        yield state["Default"]


def _templates(name: str, value: Any) -> Iterator[str]:
    for key, each in value.items() if isinstance(value, dict) else ():
        if isinstance(each, dict):
            yield from _templates(name, each)
        elif key.endswith(".$") and each.startswith("States.Format("):
            template, arguments = formatted(each)
            if template.count("{}") != len(arguments):
                yield f"{name}: {template.count('{}')} places for {arguments}"
        elif key.endswith(".$") and not each.startswith(("$", "States.")):
            yield f"{name}: {key} is no path: {each}"


def formatted(call: str) -> tuple[str, list[str]]:
    """The template and the arguments of a call of States.Format."""
    match = re.fullmatch(r"States\.Format\('((?:[^'\\]|\\.)*)', (.*)\)", call)
    assert match, call
    argument = r"'(?:[^'\\]|\\.)*'|States\.\w+\([^()]*(?:\([^()]*\)[^()]*)*\)|\$[^,\s]+"
    arguments = re.findall(argument, match[2])
    assert ", ".join(arguments) == match[2], f"cannot read {match[2]}"
    return match[1], arguments
