"""What exists, as the ledger has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal.assembly import Stack
    from tests.rehearsal.server import Emulator

TOOLKIT = "CDKToolkit"


def alive(emulator: Emulator) -> set[tuple[str, str]]:
    """The resources that exist, by stack and logical id, those of the bootstrap left out."""
    there: dict[tuple[str, str, str], None] = {}
    for each in emulator.ledger():
        key = (each["stack"], each["logical"], each["physical"])
        if each["action"] == "delete":
            there.pop(key, None)
        else:
            there[key] = None
    return {key[:2] for key in there if key[0] != TOOLKIT}


def missing(emulator: Emulator, stacks: tuple[Stack, ...]) -> list[str]:
    """What a resource that templates keep refers to in its own stack, and is gone."""
    there = alive(emulator)
    return sorted(
        f"{stack.name}/{needed}, which {logical} needs"
        for stack in stacks
        for logical in stack.kept
        for needed in set(_references(stack.resources[logical]["Properties"]))
        if needed in stack.resources and (stack.name, needed) not in there
    )


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "Ref" in value:
            yield value["Ref"]
        if "Fn::GetAtt" in value:
            yield value["Fn::GetAtt"][0]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
