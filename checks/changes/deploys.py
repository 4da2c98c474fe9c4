"""What deploying does not do by itself: stacks it leaves, skips or cannot change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.changes.change import Change
from checks.changes.replaced import Key, Replacement, references
from checks.changes.stateful import STATEFUL, keeps
from checks.functions import Functions, Outputs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from checks.changes.pairing import Pairing
    from checks.estate import Estate
    from checks.template import Template

WEAK, STRONG = "Fn::GetStackOutput", "Fn::ImportValue"


def orphaned(pairing: Pairing) -> Iterator[Change]:
    """A line for each stack that stays in AWS though no template describes it."""
    elsewhere = {each.stack for each in pairing.after.templates}
    for stack in sorted(pairing.abandoned):
        why = "no template describes it any more"
        if stack in elsewhere:
            why = "a new and empty one is made in another account or region"
        message = f"{why}, which deletes nothing: it stays {held(pairing.before, stack)}"
        yield Change(verdict="orphaned", message=message, stack=stack)


def held(estate: Estate, stack: str) -> str:
    """What stays in AWS with a stack, in words."""
    there = [each for each in estate.resources if each.stack == stack]
    nouns = [STATEFUL[each.kind].noun for each in there if keeps(each)]
    counted = [f"{noun} ({nouns.count(noun)})" for noun in dict.fromkeys(nouns)]
    return f"with {', '.join(counted)}" if counted else "and keeps no data"


def skipped(pairing: Pairing, replaced: Mapping[Key, Replacement]) -> Iterator[Change]:
    """A line for each stack that reads a new value and whose own template is the same."""
    before, after = _values(pairing.before), _values(pairing.after)
    written = {each.stack: each.body for each in pairing.before.templates}
    for template in pairing.after.templates:
        if template.stack in pairing.abandoned or written.get(template.stack) != template.body:
            continue
        changed = [
            f"{'.'.join(key)} changes{_because(after.get(key), replaced)}"
            for key in dict.fromkeys(_weak(template.body))
            if before.get(key) != after.get(key) or _because(after.get(key), replaced)
        ]
        if changed:
            message = (
                f"cdk deploy skips it, because its own template is the same, though"
                f" {' and '.join(changed)}: run cdk deploy --force {template.stack}"
            )
            yield Change(verdict="skipped", message=message, stack=template.stack)


def refused(pairing: Pairing, replaced: Mapping[Key, Replacement]) -> Iterator[Change]:
    """A line for each export that changes or goes while a deployed stack still imports it."""
    before, after = _exports(pairing.before), _exports(pairing.after)
    for name, users in sorted(_imported(pairing.before.templates).items()):
        stack, value = before.get(name, (None, None))
        if stack is None or stack in pairing.abandoned:
            continue
        now = after.get(name, (None, None))[1]
        why = _because(now, replaced)
        if now == value and not why:
            continue
        what = "goes" if now is None else f"changes{why}"
        message = (
            f"its export {name} {what} while it is imported by {', '.join(sorted(users))}:"
            " CloudFormation refuses the update until nothing deployed reads it any more"
        )
        yield Change(verdict="refused", message=message, stack=stack)


def _because(value: Any, replaced: Mapping[Key, Replacement]) -> str:
    """Which resource that a value is made of is replaced, in brackets; empty if none is."""
    for key in references(value):
        if cause := replaced.get(key):
            return f" ({'/'.join(key)}: {cause.because})"
    return ""


def _values(estate: Estate) -> dict[tuple[str, str], Any]:
    """Every output by stack and name, with references followed."""
    outputs = Outputs()
    for each in estate.templates:
        Functions(each, outputs, otherwise=estate.otherwise)
    return {key: functions.value(raw) for key, (functions, raw) in outputs.outputs.items()}


def _exports(estate: Estate) -> dict[str, tuple[str, Any]]:
    """The stack and the value of every export by its name."""
    values = _values(estate)
    return {
        output["Export"]["Name"]: (template.stack, values[template.stack, name])
        for template in estate.templates
        for name, output in template.section("Outputs").items()
        if isinstance(output.get("Export"), dict) and isinstance(output["Export"].get("Name"), str)
    }


def _imported(templates: Sequence[Template]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for template in templates:
        for name in _calls(template.body, STRONG):
            if isinstance(name, str):
                found.setdefault(name, set()).add(template.stack)
    return found


def _weak(body: Any) -> Iterator[tuple[str, str]]:
    for call in _calls(body, WEAK):
        if isinstance(call, dict):
            yield str(call.get("StackName")), str(call.get("OutputName"))


def _calls(body: Any, function: str) -> Iterator[Any]:
    """The arguments of every call of a function in a template."""
    if isinstance(body, dict):
        for key, each in body.items():
            if key == function:
                yield each
            yield from _calls(each, function)
    elif isinstance(body, list):
        for each in body:
            yield from _calls(each, function)
