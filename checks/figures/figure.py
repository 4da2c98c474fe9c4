"""One figure: what a field of the file says, and the property that has to hold it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.finding import Finding

if TYPE_CHECKING:
    from checks.estate import Estate, Resource

RULE = "figure-differs"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """`wanted` is what `field` of the file says; the resource is None where there is none.

    `found` overrides what stands at the path, for figures that are spread over several places.
    """

    field: str
    wanted: Any
    resource: Resource | None
    path: str
    found: Any = None
    spread: bool = False

    @property
    def said(self) -> Any:
        """What the template says."""
        if self.spread or self.resource is None:
            return self.found
        return self.resource.get(self.path)

    def finding(self, environment: str) -> Finding | None:
        """Where the template says something else, or nothing."""
        if self.resource is not None and same(self.said, self.wanted):
            return None
        at = self.resource
        said = "nothing holds it" if at is None else f"{_shown(self.said)} stands here"
        return Finding(
            stack=at.stack if at else environment,
            logical_id=at.logical_id if at else "",
            property=f"Properties.{self.path}" if at and not self.spread else "",
            rule=RULE,
            message=f"the file says {_shown(self.wanted)} ({self.field}), and {said}",
            remedy="make both the same",
            sources=(RULE,),
        )


def same(found: Any, wanted: Any) -> bool:
    """Whether two values mean the same to CloudFormation, which takes numbers in text."""
    if isinstance(wanted, (list, tuple, set, frozenset)):
        return isinstance(found, (list, tuple, set, frozenset)) and sorted(
            map(_plain, found)
        ) == sorted(map(_plain, wanted))
    return _plain(found) == _plain(wanted)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return f"{float(value):g}" if len(str(value)) < 15 else str(value)
    except (TypeError, ValueError):
        return str(value)


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(map(str, value)) or "none"
    return "nothing" if value is None else str(value)


def of_node(estate: Estate, kind: str, node: str) -> list[Resource]:
    """The resources of a type that name a node."""
    return estate.of_node(f"AWS::{kind}", node)


def only(estate: Estate, kind: str, node: str) -> Resource | None:
    """The first resource of a type that names a node."""
    return next(iter(of_node(estate, kind, node)), None)


def container_of(task: Resource | None, name: str) -> dict[str, Any]:
    """A container of a task definition by name; empty where there is none."""
    found = task.mappings("ContainerDefinitions") if task else []
    return next((each for each in found if each.get("Name") == name), {})
