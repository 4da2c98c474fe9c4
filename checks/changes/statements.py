"""Policy statements in one form, and whether old ones cover a new one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from checks.changes.values import canonical
from checks.estate import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

EVERY = frozenset({"*"})
# With these, fewer values allow less.
POSITIVE = ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "IpAddress")


@dataclass(frozen=True)
class Statement:
    """What a principal may do, or who may do it to a resource.

    `inverted` names what is written as its opposite (NotAction and so on): such a statement covers
    only one that is written alike.
    """

    effect: str
    actions: frozenset[str]
    resources: frozenset[str]
    principals: frozenset[str] = EVERY
    condition: str = "{}"
    inverted: frozenset[str] = frozenset()

    def covers(self, action: str, resource: str, principal: str, of: Statement) -> bool:
        """Whether this says of an action, resource and principal what another statement says."""
        if self.effect != of.effect or self.inverted or of.inverted:
            return self == of
        return (
            _any(frozenset(map(str.lower, self.actions)), action.lower())
            and _any(self.resources, resource)
            and ("*" in self.principals or principal in self.principals)
            and _wider(self.condition, of.condition)
        )


def statements(document: Any) -> list[Statement]:
    """The statements of a policy document, which may be JSON text."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except ValueError:
            return []
    found = document.get("Statement") if isinstance(document, dict) else None
    return [_statement(each) for each in listed(found) if isinstance(each, dict)]


def uncovered(new: Statement, old: Sequence[Statement]) -> Iterator[Statement]:
    """What of a statement no old one says: statements with the actions that each resource adds."""
    left: dict[tuple[str, str], set[str]] = {}
    for resource in new.resources:
        for principal in new.principals:
            actions = {
                action
                for action in new.actions
                if not any(each.covers(action, resource, principal, new) for each in old)
            }
            if actions:
                left[resource, principal] = actions
    while left:
        actions = next(iter(left.values()))
        alike = [key for key, each in left.items() if each == actions]
        yield Statement(
            new.effect,
            frozenset(actions),
            frozenset(resource for resource, _ in alike),
            frozenset(principal for _, principal in alike),
            new.condition,
            new.inverted,
        )
        for key in alike:
            del left[key]


def _statement(raw: Mapping[str, Any]) -> Statement:
    inverted = frozenset(
        name for name in ("NotAction", "NotResource", "NotPrincipal") if name in raw
    )
    actions = listed(raw.get("Action", raw.get("NotAction", "*")))
    resources = listed(raw.get("Resource", raw.get("NotResource", "*")))
    return Statement(
        effect=str(raw.get("Effect", "Allow")),
        actions=frozenset(map(str, actions)),
        resources=frozenset(map(str, resources)),
        principals=frozenset(_principals(raw.get("Principal", raw.get("NotPrincipal", "*")))),
        condition=json.dumps(canonical(raw.get("Condition") or {}), sort_keys=True),
        inverted=inverted,
    )


def _principals(raw: Any) -> Iterator[str]:
    if not isinstance(raw, dict):
        yield from map(str, listed(raw))
        return
    for kind, names in raw.items():
        for name in listed(names):
            yield "*" if name == "*" and kind == "AWS" else str(name)


def _any(patterns: frozenset[str], text: str) -> bool:
    return text in patterns or any(
        _pattern(each).fullmatch(text) for each in patterns if "*" in each
    )


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


@cache
def _wider(old: str, new: str) -> bool:
    """Whether an old condition holds wherever the new one does."""
    if old == new:
        return True
    before, after = json.loads(old), json.loads(new)
    return all(
        _wider_values(operator, values, after.get(operator, {}).get(key))
        for operator, keys in before.items()
        for key, values in keys.items()
    )


def _wider_values(operator: str, old: Any, new: Any) -> bool:
    if operator in POSITIVE and new is not None:
        return set(map(str, listed(new))) <= set(map(str, listed(old)))
    return bool(old == new)
