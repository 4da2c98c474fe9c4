"""All that is to be said about one environment between two commits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checks.changes.allowances import allowed, wanted
from checks.changes.change import Change
from checks.changes.compare import stateful_changes
from checks.changes.deploys import held, orphaned, refused, skipped
from checks.changes.groups import more_open
from checks.changes.pairing import Pairing, abandoned
from checks.changes.permissions import more_allowed
from checks.changes.public import more_public
from checks.changes.replaced import replacements
from checks.changes.safeguards import unprotected, weakened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.changes.side import Side


@dataclass(frozen=True)
class Verdict:
    """The changes of an environment; `wanted` are the entries that would accept what fails.

    `identical` says that not one template differs.
    """

    environment: str
    changes: Sequence[Change] = ()
    wanted: Sequence[str] = ()
    identical: bool = field(default=False)

    @property
    def fails(self) -> bool:
        """Whether data is at risk without a reason."""
        return any(each.fails for each in self.changes)


def compared(name: str, before: Side, after: Side) -> Verdict:
    """The verdict about an environment that both commits describe."""
    left = abandoned(before.templates, after.templates)
    changes: dict[Change, None] = {}
    if before.bodies != after.bodies:
        for number in range(max(len(before.worlds), len(after.worlds))):
            pairing = Pairing(before.world(number), after.world(number), left)
            changes |= dict.fromkeys(_changes(pairing))
    changes |= dict.fromkeys(unprotected(before.protected, after.protected))
    order = {
        each.stack: number for number, each in enumerate((*before.templates, *after.templates))
    }
    ordered = sorted(
        changes, key=lambda each: (order.get(each.stack, -1), not each.fails, each.logical_id)
    )
    told = list(allowed(ordered, after.expendable, before.expendable))
    return Verdict(name, told, wanted(told, before.worlds), before.bodies == after.bodies)


def only_before(name: str, before: Side) -> Verdict:
    """The verdict about an environment that has gone: its stacks stay until somebody acts."""
    message = "no file describes this environment any more, which deletes nothing: what stays is"
    lines = [f"{each.stack} {held(before.world(0), each.stack)}" for each in before.templates]
    return Verdict(name, [Change(verdict="note", message=f"{message} {'; '.join(lines)}")])


def only_after(name: str) -> Verdict:
    """The verdict about a new environment."""
    message = "this environment is new, so nothing of it is at risk"
    return Verdict(name, [Change(verdict="note", message=message)])


def _changes(pairing: Pairing) -> Iterator[Change]:
    replaced = replacements(pairing)
    yield from orphaned(pairing)
    yield from stateful_changes(pairing, replaced)
    yield from weakened(pairing)
    yield from more_allowed(pairing)
    yield from more_open(pairing)
    yield from more_public(pairing)
    yield from skipped(pairing, replaced)
    yield from refused(pairing, replaced)
