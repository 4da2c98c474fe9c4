"""A fault in one line, as most rules have it."""

from __future__ import annotations

from checks.rules.rule import Fault


def wrong(path: str, message: str, remedy: str) -> Fault:
    """What is wrong at a path, and what would be right."""
    return Fault(message=message, remedy=remedy, property=path)
