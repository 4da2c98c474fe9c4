"""What becomes of everything that keeps data: updated, replaced, deleted or left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.changes.change import Change, change_of
from checks.changes.documented import OVERWRITES, SNAPSHOT_BY_DEFAULT
from checks.changes.renamed import successor
from checks.changes.replaced import Key, Replacement, key_of
from checks.changes.schemas import behaviour_of
from checks.changes.stateful import ADDRESSED, keeps
from checks.changes.values import at, canonical, differ, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.changes.change import Verdict
    from checks.changes.pairing import Pairing
    from checks.changes.stateful import Keeps
    from checks.estate import Resource

KEEPING = ("Retain", "RetainExceptOnCreate")
# What people read, and AWS does not.
WORDS = ("Description", "Tags")


def stateful_changes(pairing: Pairing, replaced: Mapping[Key, Replacement]) -> Iterator[Change]:
    """A line for each resource that keeps something, and for addresses that are lost."""
    for old in pairing.gone:
        if kept := keeps(old):
            yield _deleted(old, kept, successor(old, pairing))
        elif old.kind in ADDRESSED:
            yield change_of(old, "deleted", f"with {ADDRESSED[old.kind]}")
    for old in pairing.left:
        kept, empty = keeps(old), successor(old, pairing)
        if kept and empty and kept.missed != "never":
            message = f"this {kept.noun} stays in AWS with its stack{_instead(kept, empty)}"
            yield change_of(old, "left behind", message, fails=True)
    for old, new in pairing.kept:
        cause = replaced.get(key_of(new))
        if kept := keeps(old):
            yield from [_replaced(old, new, kept, cause)] if cause else _updated(old, new)
        elif cause:
            yield from _lost_address(old, cause)


def _lost_address(old: Resource, cause: Replacement) -> Iterator[Change]:
    if cause.certain and old.kind in ADDRESSED:
        yield change_of(old, "replaced", f"{cause.because}, and with it {ADDRESSED[old.kind]}")
    elif cause.read_anew:
        yield change_of(old, "may be replaced", cause.because)


def policy_of(resource: Resource, attribute: str) -> str:
    """The DeletionPolicy or UpdateReplacePolicy that holds for a resource."""
    said = resource.body.get(attribute)
    if isinstance(said, str):
        return said
    snapshots = attribute == "DeletionPolicy" and resource.kind in SNAPSHOT_BY_DEFAULT
    return "Snapshot" if snapshots else "Delete"


def _deleted(old: Resource, kept: Keeps, renamed: Resource | None) -> Change:
    policy = policy_of(old, "DeletionPolicy")
    retained = policy in KEEPING
    if retained:
        message = f"this {kept.noun} stays in AWS, where no stack manages it any more"
    else:
        first = "after a snapshot of it, " if policy == "Snapshot" else ""
        message = f"{first}with {kept.lost}"
    message += _instead(kept, renamed)
    fails = not retained or kept.missed == "always"
    return change_of(old, "left behind" if retained else "deleted", message, fails=fails)


def _instead(kept: Keeps, renamed: Resource | None) -> str:
    if not renamed:
        return ""
    return f"; {renamed.stack}/{renamed.logical_id} is not it, but a new and empty {kept.noun}"


def _replaced(old: Resource, new: Resource, kept: Keeps, cause: Replacement) -> Change:
    policies = {policy_of(each, "UpdateReplacePolicy") for each in (old, new)}
    if policies <= set(KEEPING):
        fate = "the old one stays unmanaged"
    elif "Delete" in policies:
        fate = f"the old one is deleted with {kept.lost}"
    else:
        fate = "of the old one stays a snapshot"
    message = f"{cause.because}: a new and empty {kept.noun} takes its place, {fate}"
    if name := _same_name(old, new):
        message += f"; CloudFormation refuses that as long as its name stays {name}"
    verdict: Verdict = "replaced" if cause.certain else "may be replaced"
    fails = not policies <= set(KEEPING) or kept.missed != "never"
    return change_of(old, verdict, message, fails=fails)


def _same_name(old: Resource, new: Resource) -> str | None:
    """The name that both sides were given, where AWS lets none be given twice."""
    names = behaviour_of(new).names
    given = [at(new.properties, path) for path in names]
    if not given or old.kind != new.kind or not all(isinstance(each, str) for each in given):
        return None
    same = not any(differ(old.properties, new.properties, path) for path in names)
    return shown(given[0]) if same else None


def _updated(old: Resource, new: Resource) -> Iterator[Change]:
    names = sorted(
        name
        for name in {*old.properties, *new.properties}
        if name not in WORDS and differ(old.properties, new.properties, (name,))
    )
    values = [
        name for name in OVERWRITES.get(old.kind, ()) if name in names and name in new.properties
    ]
    if values:
        message = (
            f"{' and '.join(values)} changes, and with it the value: the one that is there goes"
        )
        yield change_of(old, "overwritten", message, fails=True)
    elif names:
        told = ", ".join(_told(old, new, name) for name in names)
        yield change_of(old, "updated", told)


def _told(old: Resource, new: Resource, name: str) -> str:
    values = [canonical(each.properties.get(name)) for each in (old, new)]
    before, after = map(shown, values)
    short = before != after and not any(isinstance(each, (dict, list)) for each in values)
    return f"{name} {before} → {after}" if short else name
