"""Values of properties: found by path, compared as CloudFormation does, shown in a line."""

from __future__ import annotations

import json
from typing import Any

from checks.functions import UNKNOWN

EACH = "*"
LONGEST = 60


def canonical(value: Any) -> Any:
    """A value with its scalars as text: to CloudFormation 5432 is "5432" and true is "true"."""
    if isinstance(value, dict):
        return {key: canonical(each) for key, each in value.items()}
    if isinstance(value, list):
        return [canonical(each) for each in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value if value is None else str(value)


def at(value: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path, None for nothing; a list stands for its items."""
    if not path:
        return value
    if isinstance(value, list):
        rest = path[1:] if path[0] == EACH else path
        return [at(each, rest) for each in value]
    return at(value.get(path[0]), path[1:]) if isinstance(value, dict) else None


def differ(before: Any, after: Any, path: tuple[str, ...]) -> bool:
    """Whether two properties differ at a path."""
    return bool(canonical(at(before, path)) != canonical(at(after, path)))


def is_open(value: Any) -> bool:
    """Whether a value holds something that could not be followed."""
    return UNKNOWN in json.dumps(value, default=str)


def shown(value: Any) -> str:
    """A value in a few words; `nothing` where there is none."""
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
