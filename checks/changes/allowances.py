"""What the environment's file says of data that may go: `expendable: {<node>: <reason>}`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks.changes.change import Change
from checks.changes.stateful import keeps
from config.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from checks.estate import Estate


def allowed(
    changes: Sequence[Change], said: Mapping[str, str], before: Mapping[str, str]
) -> Iterator[Change]:
    """The changes with the reasons that accept them, then a note for each entry without use.

    An entry accepts the change that comes with it: one that stood in the other commit word for
    word accepted an earlier one, and would otherwise accept every later accident.
    """
    fresh = {name: reason for name, reason in said.items() if before.get(name) != reason}
    used: set[str] = set()
    for change in changes:
        name = next((each for each in fresh if change.fails and _covers(each, change)), None)
        if name is None:
            yield change
        else:
            used.add(name)
            yield replace(change, fails=False, reason=fresh[name])
    risky = [each for each in changes if each.fails]
    for name in said:
        if name in used:
            continue
        if name not in fresh and any(_covers(name, each) for each in risky):
            message = "stands in the other commit already, for a change before this one"
            yield _note(name, f"{message}: say why this one may be, too")
        else:
            hint = nearest(name, [each.node or each.place for each in risky])
            yield _note(name, f"nothing of that name is at risk: take it out of the file{hint}")


def wanted(changes: Sequence[Change], before: Sequence[Estate]) -> list[str]:
    """The shortest names whose entries would accept all that fails, and nothing else."""
    risky = {each.place: each for each in changes if each.fails}
    kept = {
        f"{each.stack}/{each.logical_id}": each.node
        for estate in before
        for each in estate.resources
        if keeps(each)
    }
    found: dict[str, None] = {}
    for place, change in risky.items():
        names = _names(change.node)
        fitting = (
            name
            for name in names
            if all(other in risky for other, node in kept.items() if name in _names(node))
        )
        found[next(fitting, place)] = None
    return list(found)


def _covers(name: str, change: Change) -> bool:
    return name == change.place or name in _names(change.node)


def _names(node: str | None) -> list[str]:
    """A node and what it is a part of, the whole first: `database`, `database/master`."""
    if not node:
        return []
    parts = node.split("/")
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


def _note(name: str, message: str) -> Change:
    return Change(verdict="note", message=f"expendable.{name}: {message}")
