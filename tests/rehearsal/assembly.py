"""A cloud assembly as a deployment sees it: stacks in order, each with its template and assets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

STACK, ASSETS = "aws:cloudformation:stack", "cdk:asset-manifest"
KEPT = ("Retain", "RetainExceptOnCreate", "Snapshot")


@dataclass(frozen=True)
class Stack:
    """One stack: what CloudFormation is given."""

    name: str
    template: dict[str, Any]
    after: tuple[str, ...]
    protected: bool

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """By logical id."""
        found: dict[str, dict[str, Any]] = self.template["Resources"]
        return found

    @property
    def kept(self) -> dict[str, str]:
        """The types, by logical id, of what stays when the stack is destroyed."""
        return {
            name: each["Type"]
            for name, each in self.resources.items()
            if each.get("DeletionPolicy") in KEPT
        }


def stacks(folder: Path) -> tuple[Stack, ...]:
    """The stacks of an assembly, each after those that it depends on."""
    artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
    waiting = {
        name: Stack(
            name=each["properties"].get("stackName", name),
            template=json.loads((folder / each["properties"]["templateFile"]).read_text()),
            after=tuple(
                other for other in each.get("dependencies", ()) if artifacts[other]["type"] == STACK
            ),
            protected=bool(each["properties"].get("terminationProtection")),
        )
        for name, each in artifacts.items()
        if each["type"] == STACK
    }
    done: dict[str, Stack] = {}
    while waiting:
        ready = [name for name, each in waiting.items() if set(each.after) <= set(done)]
        if not ready:
            raise ValueError(f"stacks depend on each other: {', '.join(waiting)}")
        for name in ready:
            done[name] = waiting.pop(name)
    return tuple(done.values())


def types(all_stacks: tuple[Stack, ...]) -> set[str]:
    """The resource types that an assembly uses."""
    return {each["Type"] for stack in all_stacks for each in stack.resources.values()}


def file_assets(folder: Path) -> dict[tuple[str, str], tuple[Path, str]]:
    """The files to publish: path and packaging, by bucket and key."""
    found = {}
    for path in folder.glob("*.assets.json"):
        for each in json.loads(path.read_text()).get("files", {}).values():
            source = each["source"]
            for target in each["destinations"].values():
                key = (target["bucketName"], target["objectKey"])
                found[key] = (folder / source["path"], source["packaging"])
    return found
