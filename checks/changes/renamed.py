"""A resource that goes while one like it comes: what looks like a rename and is none."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from checks.changes.schemas import behaviour_of
from checks.changes.values import at, canonical

if TYPE_CHECKING:
    from checks.changes.pairing import Pairing
    from checks.estate import Resource

# Of what either says, this much has to be the same.
ALIKE = 0.6


def successor(old: Resource, pairing: Pairing) -> Resource | None:
    """The new resource that this one seems to be renamed to: by its name, its node, its look."""
    others = [each for each in pairing.new if each.kind == old.kind]
    if named := [each for each in others if _name(each) and _name(each) == _name(old)]:
        return named[0]
    same_node = [each for each in others if each.node and each.node == old.node]
    best = max(same_node or others, key=lambda each: _likeness(old, each), default=None)
    return best if best and (same_node or _likeness(old, best)[0] >= ALIKE) else None


def _name(resource: Resource) -> list[object]:
    return [
        name for path in behaviour_of(resource).names if (name := at(resource.properties, path))
    ]


def _likeness(one: Resource, other: Resource) -> tuple[float, float]:
    """How much of the properties is the same, then how much of the logical ids."""
    mine, its = canonical(one.properties), canonical(other.properties)
    names = {*mine, *its}
    same = sum(mine.get(name) == its.get(name) for name in names) / len(names) if names else 0
    return same, SequenceMatcher(None, one.logical_id, other.logical_id).ratio()
