"""What the harness tells the emulator that it starts, in one JSON file."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

VARIABLE = "REHEARSAL_SETTINGS"


@dataclass(frozen=True)
class Settings:
    """Where things are.

    `ledger` is the file to which every resource operation is appended; `schemas` holds AWS's
    resource schemas by type; `recorded` are the types of which nothing but the record may exist.
    `machines` are the real servers behind databases and caches, by `<stack>/<logical id>`;
    `overlays` replaces files in the code of functions; `state` is where the emulator writes what
    it knows after every operation, so that it can be killed.
    """

    ledger: Path
    schemas: Path
    recorded: dict[str, str]
    machines: dict[str, dict[str, Any]] = field(default_factory=dict)
    overlays: dict[str, str] = field(default_factory=dict)
    state: Path | None = None

    @classmethod
    def read(cls) -> Settings:
        """What the file says that the environment names."""
        found = json.loads(Path(os.environ[VARIABLE]).read_text())
        state = found.pop("state", None)
        return cls(
            ledger=Path(found.pop("ledger")),
            schemas=Path(found.pop("schemas")),
            state=Path(state) if state else None,
            **found,
        )
