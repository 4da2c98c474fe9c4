"""The lines of a rehearsal as they come: one for each step, moving where somebody looks at it."""

from __future__ import annotations

import sys
import time

NAME, TEXT = 13, 78


class Progress:
    """The step that is under way."""

    def __init__(self) -> None:
        self._moving = sys.stdout.isatty()
        self._name, self._begun = "", 0.0

    def begin(self, name: str) -> None:
        """A step begins."""
        self._name, self._begun = name, time.monotonic()
        self.look()

    def look(self) -> None:
        """Say how long it has taken so far, on a terminal."""
        if self._moving:
            self._write(f"  {self._name:<{NAME}}… {self._seconds():.0f} s")

    def end(self, said: str | None) -> None:
        """What was done, and in how many seconds; nothing of a step that had nothing to do."""
        if self._moving:
            self._write("")
        if said:
            print(f"  {self._name:<{NAME}}{said:<{TEXT}}{self._seconds():>7.1f} s", flush=True)

    def _seconds(self) -> float:
        return time.monotonic() - self._begun

    def _write(self, text: str) -> None:
        print(f"\r\033[K{text}", end="", flush=True)
