"""One commit's environment, as its cloud assembly describes it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from checks.assembly import STACK, find
from checks.estate import Estate, worlds
from checks.template import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from checks.template import Template


@dataclass(frozen=True, eq=False)
class Side:
    """Templates, which of their stacks are protected from deletion, and what may be lost."""

    templates: Sequence[Template]
    protected: Mapping[str, bool] = field(default_factory=dict)
    expendable: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def worlds(self) -> Sequence[Estate]:
        """The estate as it is with a release, and without one where that is another."""
        return worlds(self.templates)

    def world(self, number: int) -> Estate:
        """One of them; the first where there is one only."""
        return self.worlds[min(number, len(self.worlds) - 1)]

    @property
    def bodies(self) -> dict[str, object]:
        """The templates as they are written, by stack, with where they belong."""
        return {each.stack: (each.account, each.region, each.body) for each in self.templates}


def read_side(assembly: Path, expendable: Mapping[str, str]) -> Side:
    """An assembly as a Side; UnreadableError if a template of it is none."""
    found = find(assembly)
    if found.unread:
        raise UnreadableError(found.unread[0])
    templates = [each for group in found.groups for each in group]
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    protected = {
        each["properties"].get("stackName", name): bool(
            each["properties"].get("terminationProtection")
        )
        for name, each in artifacts.items()
        if each["type"] == STACK
    }
    return Side(templates, protected, expendable)
