"""Faults on request: resources whose creation or update fails while a file says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

FILE = "trips.json"


class Trips:
    """What fails now, by `<stack>/<logical id>`; the harness writes and removes the file."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def of(self, resource: str) -> str | None:
        """Why a resource fails, or None."""
        if not self._file.exists():
            return None
        found: str | None = json.loads(self._file.read_text()).get(resource)
        return found
