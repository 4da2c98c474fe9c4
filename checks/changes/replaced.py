"""Which resources a deploy replaces, by their own change or by that of what they refer to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.changes.documented import READ_ANEW
from checks.changes.schemas import behaviour_of
from checks.changes.values import at, canonical, differ, is_open
from checks.estate import texts
from checks.functions import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.changes.pairing import Pairing
    from checks.changes.schemas import Path
    from checks.estate import Estate, Resource

Key = tuple[str, str]
_HOW = {True: "is replaced", False: "may be replaced"}


@dataclass(frozen=True)
class Moved:
    """In which way something is not what it was."""

    how: str
    certain: bool = True


@dataclass(frozen=True)
class Replacement:
    """Why a resource is replaced; not `certain` if AWS decides that while it deploys."""

    because: str
    certain: bool = True
    read_anew: bool = False


def key_of(resource: Resource) -> Key:
    """Stack and logical id."""
    return resource.stack, resource.logical_id


def replacements(pairing: Pairing) -> Mapping[Key, Replacement]:
    """Every resource that is replaced, whatever it keeps, by stack and logical id."""
    found: dict[Key, Replacement] = {}
    moved = _moved(pairing)
    while True:
        told = [(key_of(new), _replacement(old, new, moved)) for old, new in pairing.kept]
        more = {
            key: each
            for key, each in told
            if each and (key not in found or each.certain > found[key].certain)
        }
        if not more:
            return found
        found |= more
        moved |= {key: Moved(_HOW[each.certain], each.certain) for key, each in more.items()}


def _replacement(old: Resource, new: Resource, moved: Mapping[Key, Moved]) -> Replacement | None:
    if old.kind != new.kind:
        refused = "which CloudFormation refuses to do in place"
        return Replacement(f"its type becomes {new.kind}, {refused}")
    known = behaviour_of(new)
    causes = [
        *_changed(old, new, known.replacing, certain=True),
        *_referring(new, known.replacing, moved, certain=True),
        *_changed(old, new, known.perhaps, certain=False),
        *_referring(new, known.perhaps, moved, certain=False),
        *_read_anew(old, new, known.replacing),
    ]
    return max(causes, key=lambda each: each.certain, default=None)


def _changed(
    old: Resource, new: Resource, paths: tuple[Path, ...], *, certain: bool
) -> Iterator[Replacement]:
    names = [".".join(path) for path in paths if _differ(old, new, path)]
    if names:
        verb = "changes" if len(names) == 1 else "change"
        can = "AWS can't change" if certain else "AWS can't always change"
        yield Replacement(f"{' and '.join(names)} {verb}, which {can} in place", certain)


def _differ(old: Resource, new: Resource, path: Path) -> bool:
    if differ(old.properties, new.properties, path):
        return True
    # What could not be followed is only equal if it is written alike.
    return is_open(at(new.properties, path)) and _written(old, path) != _written(new, path)


def _written(resource: Resource, path: Path) -> Any:
    return canonical(at(resource.body.get("Properties"), path))


def _referring(
    new: Resource, paths: tuple[Path, ...], moved: Mapping[Key, Moved], *, certain: bool
) -> Iterator[Replacement]:
    for path in paths:
        for key in references(at(new.properties, path)):
            if cause := moved.get(key):
                text = f"{'.'.join(path)} refers to {'/'.join(key)}, which {cause.how}"
                yield Replacement(text, certain and cause.certain)


def _read_anew(old: Resource, new: Resource, paths: tuple[Path, ...]) -> Iterator[Replacement]:
    for path in paths:
        before, after = _written(old, path), _written(new, path)
        if before != after and any(name in str((before, after)) for name in READ_ANEW):
            text = f"{'.'.join(path)} is read from the other stack in another way, and a change set"
            text = f"{text} takes the same value for a new one"
            yield Replacement(text, certain=False, read_anew=True)


def references(value: Any) -> Iterator[Key]:
    """Stack and logical id of everything that a value refers to."""
    for text in texts(value):
        for stack, logical_id, _ in REFERENCE.findall(text):
            yield stack, logical_id


def _moved(pairing: Pairing) -> dict[Key, Moved]:
    """What a text refers to, and is another thing now though the text is the same."""
    found = {key_of(each): Moved("is new") for each in pairing.new}
    before, after = _parameters(pairing.before), _parameters(pairing.after)
    for key in before.keys() & after.keys():
        if before[key] != after[key]:
            found[key] = Moved("is another parameter now")
    return found


def _parameters(estate: Estate) -> dict[Key, Any]:
    return {
        (template.stack, name): body
        for template in estate.templates
        for name, body in template.section("Parameters").items()
    }
