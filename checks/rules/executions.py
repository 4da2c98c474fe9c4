"""Executions of state machines that end, try again within bounds, and go on where a part fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.rules.ecs import placed
from checks.rules.rule import Fault, rule
from checks.rules.runs import schedules_of
from checks.rules.values import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GUIDE = f"{DOCS}/step-functions/latest/dg"
MOST_ATTEMPTS, LONGEST_RETRIES = 25, 86400
LIMITS = ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")


def definition_of(machine: Resource) -> tuple[str, dict[str, Any]]:
    """The definition of a machine, and the property where it stands."""
    text = machine.get("DefinitionString")
    if isinstance(text, str):
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        return "DefinitionString", found if isinstance(found, dict) else {}
    found = machine.get("Definition")
    return "Definition", found if isinstance(found, dict) else {}


def _own_states(part: Any) -> dict[str, dict[str, Any]]:
    states = part.get("States") if isinstance(part, dict) else None
    found = states.items() if isinstance(states, dict) else ()
    return {str(name): state for name, state in found if isinstance(state, dict)}


def _parts(part: Any, path: str) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """The states of a definition and of everything inside it, level by level."""
    states = _own_states(part)
    yield path, states
    for name, state in states.items():
        where = f"{path}.{name}"
        for count, branch in enumerate(listed(state.get("Branches"))):
            yield from _parts(branch, f"{where}.Branches.{count}.States")
        for inner in ("ItemProcessor", "Iterator"):
            if inner in state:
                yield from _parts(state[inner], f"{where}.{inner}.States")


def _states(machine: Resource) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every state with the path of its property, which ends at the text where one is given."""
    root, definition = definition_of(machine)
    for path, states in _parts(definition, f"{root}.States"):
        for name, state in states.items():
            yield (root if root == "DefinitionString" else f"{path}.{name}"), name, state


@rule(
    "machines-limits",
    "StepFunctions::StateMachine",
    title="limits of states are over zero, and silence is shorter than the whole",
    why="a state without time fails at once; one that may be silent for all of its time is not"
    " looked after",
    source="https://states-language.net/spec.html#timeouts",
)
def limits(machine: Resource, _: Scene) -> Iterator[Fault]:
    """What is said can be kept; an activity's worker has a limit."""
    whole = number(definition_of(machine)[1].get("TimeoutSeconds"))
    for path, name, state in _states(machine):
        said = {limit: state.get(limit) for limit in LIMITS if state.get(limit) is not None}
        longest, beat = (number(said.get(f"{each}Seconds")) for each in ("Timeout", "Heartbeat"))
        if not said and not whole and ":activity:" in str(state.get("Resource")):
            message = f"{name} waits for a year when no worker reports"
        elif any(each is not None and each <= 0 for each in (longest, beat)):
            message = f"{name} has no time"
        elif longest is not None and beat is not None and beat >= longest:
            message = f"{name} may be silent for as long as it may take"
        else:
            continue
        remedy = "say TimeoutSeconds, and a shorter heartbeat"
        yield Fault(message=message, remedy=remedy, property=path)


@rule(
    "machines-loops",
    "StepFunctions::StateMachine",
    title="a machine that goes round in a circle has a limit",
    why="it looks for ever for what never comes, until its history is full",
    source=f"{GUIDE}/sfn-best-practices.html",
)
def loops(machine: Resource, _: Scene) -> Iterator[Fault]:
    """The whole machine's; an express one ends after five minutes."""
    root, definition = definition_of(machine)
    whole = number(definition.get("TimeoutSeconds"))
    if machine.get("StateMachineType") == "EXPRESS" or (whole and whole > 0):
        return
    for _path, states in _parts(definition, root):
        if circle := _circle(states):
            yield Fault(
                message=f"may go round {' and '.join(circle)} for ever",
                remedy="say TimeoutSeconds of the whole machine",
                property=root,
            )


def _circle(states: dict[str, dict[str, Any]]) -> list[str]:
    """The states of one level from which a way leads back."""
    after = {name: _next(state) & set(states) for name, state in states.items()}
    while True:
        led_to = set().union(*after.values())
        outside = {name for name, nexts in after.items() if not nexts or name not in led_to}
        if not outside:
            break
        after = {name: nexts - outside for name, nexts in after.items() if name not in outside}
    return sorted(after)


def _next(state: dict[str, Any]) -> set[str]:
    choices = [*listed(state.get("Choices")), *listed(state.get("Catch"))]
    names = [each.get("Next") for each in choices if isinstance(each, dict)]
    return {str(name) for name in (*names, state.get("Next"), state.get("Default")) if name}


@rule(
    "machines-retries",
    "StepFunctions::StateMachine",
    title="a state that fails is not tried again for more than a day",
    why="a fault that stays is tried for days, so fast or so often that others can't recover",
    source=f"{GUIDE}/concepts-error-handling.html",
)
def retries(machine: Resource, _: Scene) -> Iterator[Fault]:
    """Attempts, and the time that they take, within bounds."""
    for path, name, state in _states(machine):
        for where, each in placed(state.get("Retry"), f"{path}.Retry"):
            if wrong := _wrong_retry(each):
                yield Fault(
                    message=f"{name} {wrong}",
                    remedy=f"try {MOST_ATTEMPTS} times or fewer, and within a day",
                    property=path if path == "DefinitionString" else where,
                )


def _wrong_retry(retry: dict[str, Any]) -> str | None:
    attempts = number(retry.get("MaxAttempts", 3))
    interval = number(retry.get("IntervalSeconds", 1))
    growth = number(retry.get("BackoffRate", 2))
    most = number(retry.get("MaxDelaySeconds", 31622400))
    if attempts is None or interval is None or growth is None or most is None or not attempts:
        return None
    if "MaxDelaySeconds" in retry and most <= interval:
        return f"waits {interval:g} s, and no longer than {most:g}"
    if attempts > MOST_ATTEMPTS:
        return f"is tried {attempts:g} times again"
    waited, wait = 0.0, interval
    for _ in range(int(attempts)):
        waited += min(wait, most)
        wait = min(wait * growth, most)
    return f"is tried again for {waited / 3600:.0f} hours" if waited > LONGEST_RETRIES else None


@rule(
    "machines-branches",
    "StepFunctions::StateMachine",
    title="branches that run side by side catch their failures, if one of them does",
    why="a failure that no branch catches stops all others in the middle",
    source=f"{GUIDE}/state-parallel.html",
)
def branches(machine: Resource, _: Scene) -> Iterator[Fault]:
    """All branches, or none."""
    for path, name, state in _states(machine):
        found = {}
        for count, branch in enumerate(listed(state.get("Branches"))):
            tasks = [each for each in _own_states(branch).values() if each.get("Type") == "Task"]
            if tasks:
                found[count] = all(map(_catches_all, tasks))
        if any(found.values()) and not all(found.values()):
            alone = next(count for count, caught in found.items() if not caught)
            yield Fault(
                message=f"a failure in branch {alone} of {name} stops the other branches",
                remedy="catch States.ALL there, too",
                property=path,
            )


def _catches_all(task: dict[str, Any]) -> bool:
    caught = [listed(found.get("ErrorEquals")) for _, found in placed(task.get("Catch"), "")]
    return any("States.ALL" in each for each in caught)


@rule(
    "machines-schedule",
    "StepFunctions::StateMachine",
    title="a machine that runs by a schedule ends before its next run",
    why="two runs at once do the same work twice",
    source=f"{GUIDE}/sfn-best-practices.html",
)
def schedule(machine: Resource, scene: Scene) -> Iterator[Fault]:
    """Its limit, or that of its longest state, is shorter than the period."""
    root, definition = definition_of(machine)
    longest = [number(state.get("TimeoutSeconds")) or 0 for _, _, state in _states(machine)]
    seconds = number(definition.get("TimeoutSeconds")) or max(longest, default=0)
    for each, period in schedules_of(scene.estate, machine):
        if seconds and seconds >= period:
            yield Fault(
                message=f"may run for {seconds:g} s, and {each.logical_id} starts it every"
                f" {period:g}",
                remedy="make its limit shorter, or the schedule slower",
                property=root,
            )
