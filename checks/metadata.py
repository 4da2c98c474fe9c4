"""What the constructs of a cloud assembly have noted down, stack by stack."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from checks.assembly import STACK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LOGICAL_ID = "aws:cdk:logicalId"


@dataclass(frozen=True)
class Stack:
    """A stack's name, and its notes with the paths of the constructs that they are of."""

    name: str
    notes: list[tuple[str, dict[str, Any]]]

    @cached_property
    def logical_ids(self) -> Mapping[str, str]:
        """The resources' logical ids by path."""
        return {path: note["data"] for path, note in self.notes if note["type"] == LOGICAL_ID}


def stacks(assembly: Path) -> Iterator[Stack]:
    """The stacks of an assembly, also those of the stages inside it."""
    for manifest in sorted(assembly.rglob("manifest.json")):
        for name, artifact in json.loads(manifest.read_text()).get("artifacts", {}).items():
            if artifact.get("type") != STACK:
                continue
            file = artifact.get("additionalMetadataFile")
            beside = json.loads((manifest.parent / file).read_text()) if file else {}
            metadata = {**artifact.get("metadata", {}), **beside}
            yield Stack(
                artifact.get("properties", {}).get("stackName", name),
                [(path.lstrip("/"), note) for path, notes in metadata.items() for note in notes],
            )


def places(assembly: Path) -> dict[str, tuple[str, str]]:
    """Stack and logical id of every resource in an assembly, by the construct's path."""
    return {
        path: (stack.name, logical_id)
        for stack in stacks(assembly)
        for path, logical_id in stack.logical_ids.items()
    }
