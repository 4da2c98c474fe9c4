"""What a rule yields."""

from __future__ import annotations

from collections.abc import Iterator

Path = tuple[str | int, ...]
Findings = Iterator[tuple[Path, str]]
