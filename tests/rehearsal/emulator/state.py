"""All that the emulator knows, on disk after every operation, whole or not at all."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ministack import app
from ministack.core import persistence

if TYPE_CHECKING:
    from tests.rehearsal.emulator.operations import Operations

CURRENT, OWN = "current", "operations.json"


class State:
    """A folder with one subfolder per saving, and a link to the last that is complete."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Handlers run on several threads, and stacks side by side.
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._number = max((int(each.name) for each in folder.glob("[0-9]*")), default=0)
        persistence.PERSIST_STATE = app.PERSIST_STATE = True
        persistence.STATE_DIR = str(folder / CURRENT)

    def load(self, operations: Operations) -> None:
        """What ran when the emulator died, and what was there."""
        path = self._folder / CURRENT / OWN
        if path.exists():
            kept = json.loads(path.read_text(), object_hook=persistence._json_object_hook)
            operations.running, operations.live.resources = kept["running"], kept["live"]

    def save(self, operations: Operations) -> None:
        """Write everything beside the last saving, then point to it."""
        with self._lock:
            self._write(operations)

    def _write(self, operations: Operations) -> None:
        self._number += 1
        target = self._folder / str(self._number)
        target.mkdir()
        persistence.STATE_DIR = str(target)
        persistence.save_all(app._build_persistence_save_dict())
        own = {"running": dict(operations.running), "live": dict(operations.live.resources)}
        (target / OWN).write_text(json.dumps(own, default=_plain))
        link = self._folder / "next"
        link.unlink(missing_ok=True)
        link.symlink_to(target.name)
        link.replace(self._folder / CURRENT)
        shutil.rmtree(self._folder / str(self._number - 1), ignore_errors=True)


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set | tuple):
        return sorted(value)
    return persistence._json_default(value)
