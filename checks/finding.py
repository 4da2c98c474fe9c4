"""What a rule has to say about one place in a template."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True, kw_only=True)
class Finding:
    """One mistake: where it is, what is wrong, what would be right, and who says so.

    `property` is a path inside the resource such as `Properties.Ports.0`, empty for all of it.
    `sources` are the ids of every tool's rule that says the same.
    """

    stack: str
    logical_id: str
    property: str
    rule: str
    message: str
    remedy: str
    severity: Severity = "error"
    sources: tuple[str, ...] = field(default=())

    @builtins.property  # The field has taken the short name, as the JSON has it.
    def place(self) -> str:
        """The resource, and the property where one is to blame."""
        where = f"{self.stack}/{self.logical_id}" if self.logical_id else self.stack
        return f"{where} {self.property.removeprefix('Properties.')}".strip()

    def __str__(self) -> str:
        others = [source for source in self.sources if source != self.rule]
        said = f" (also {', '.join(others)})" if others else ""
        return f"{self.place}: {self.message}: {self.remedy} [{self.rule}]{said}"
