"""What was done to which resource, one line of JSON for each operation, as it happens."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

NATIVE, API, RECORDED = "native", "api", "recorded"
_kinds: dict[str, str] = {}
_lock = threading.Lock()


def register(kind: str, resource_type: str, handlers: dict[str, Any]) -> None:
    """Teach the emulator a type: how it is created, updated and deleted, and how real that is."""
    _kinds[resource_type] = kind
    _RESOURCE_HANDLERS[resource_type] = handlers


def kind_of(resource_type: str) -> str:
    """How much of a type there is: the emulator's own, through a service's API, or a record."""
    return _kinds.get(resource_type, NATIVE)


class Ledger:
    """The file, open for as long as the emulator runs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("a", encoding="utf-8")

    def read(self) -> list[dict[str, Any]]:
        """Every entry that is whole."""
        lines = self._path.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.endswith("}")]

    def write(self, **entry: Any) -> None:
        """Append an entry at once: the emulator may be killed at any moment."""
        with _lock:
            self._file.write(json.dumps(entry, default=str) + "\n")
            self._file.flush()
