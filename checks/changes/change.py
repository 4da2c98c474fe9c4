"""What one commit would change in one environment, a sentence each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from checks.estate import Resource

Verdict = Literal[
    "replaced",
    "may be replaced",
    "deleted",
    "left behind",
    "overwritten",
    "orphaned",
    "weaker",
    "broader",
    "refused",
    "skipped",
    "updated",
    "note",
]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change and where it is; `fails` if data is at risk, `reason` if the file accepts that."""

    verdict: Verdict
    message: str
    stack: str = ""
    logical_id: str = ""
    kind: str = ""
    node: str | None = None
    fails: bool = False
    reason: str | None = None

    @property
    def place(self) -> str:
        """`<stack>/<logical id>`, or what there is of it."""
        return "/".join(part for part in (self.stack, self.logical_id) if part)

    def __str__(self) -> str:
        node = f" ({self.node})" if self.node else ""
        where = "  ".join(part for part in (self.place, f"{self.kind}{node}".strip()) if part)
        meant = f" (meant: {self.reason})" if self.reason else ""
        return f"{where}  {self.verdict.upper()}: {self.message}{meant}".strip()


def change_of(resource: Resource, verdict: Verdict, message: str, *, fails: bool = False) -> Change:
    """A change of one resource."""
    return Change(
        verdict=verdict,
        message=message,
        stack=resource.stack,
        logical_id=resource.logical_id,
        kind=resource.kind,
        node=resource.node,
        fails=fails,
    )
