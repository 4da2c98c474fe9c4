"""What exists in the account because of a stack, retained resources of deleted stacks included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# Words for people: a name may stand there by chance.
SAID = ("Tags", "Description", "AlarmDescription")


class Live:
    """Resources by type and physical id, with their resolved properties."""

    def __init__(self) -> None:
        self.resources: dict[str, dict[str, Any]] = {}

    def put(
        self, physical_id: str, resource_type: str, stack: str, logical_id: str, props: Any
    ) -> None:
        """A resource is there, or has other properties now."""
        self.resources[f"{resource_type} {physical_id}"] = {
            "type": resource_type,
            "physical": physical_id,
            "stack": stack,
            "logical": logical_id,
            "properties": props,
        }

    def remove(self, resource_type: str, physical_id: str) -> None:
        """It is gone."""
        self.resources.pop(f"{resource_type} {physical_id}", None)

    def users_of(self, physical_id: str) -> Iterator[dict[str, Any]]:
        """Whoever names a resource in its properties."""
        for resource in list(self.resources.values()):
            itself = resource["physical"] == physical_id
            if not itself and _names(resource["properties"], physical_id):
                yield resource


def _names(value: Any, wanted: str) -> bool:
    if isinstance(value, dict):
        return any(_names(each, wanted) for key, each in value.items() if key not in SAID)
    if isinstance(value, list):
        return any(_names(each, wanted) for each in value)
    return bool(value == wanted)
