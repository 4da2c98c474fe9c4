"""One service of a Compose file, with what it needs beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Part:
    """A service; `notes` say in the file what it mirrors and what not.

    `configs` are files by name, `volumes` what stays when it is replaced.
    """

    name: str
    body: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    configs: Mapping[str, str] = field(default_factory=dict)
    volumes: tuple[str, ...] = ()


def literal(text: str) -> str:
    """Text that Compose shall take as it stands, and not look for variables in."""
    return text.replace("$", "$$")


def asked(variable: str, default: str) -> str:
    """A value that whoever runs the file may set, in the shell or in .env."""
    return f"${{{variable}:-{default}}}"


def shouted(name: str) -> str:
    """A node's name as part of a variable's."""
    return name.upper().replace("-", "_")


def present(body: Mapping[str, Any]) -> dict[str, Any]:
    """A service without what it has nothing of."""
    return {key: value for key, value in body.items() if value}
