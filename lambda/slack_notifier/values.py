"""Reads values out of events whose fields may be missing or of the wrong type."""

import json
from datetime import UTC, datetime


def find(source: object, *path: str) -> object:
    """Return the value under a path of keys, or None where the path ends early."""
    for key in path:
        source = source.get(key) if isinstance(source, dict) else None
    return source


def text(source: object, *path: str) -> str:
    """Return the value under a path as text; an empty string when there is none."""
    value = find(source, *path)
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else as_json(value)


def items(source: object, *path: str) -> list[object]:
    """Return the list under a path, or an empty list."""
    value = find(source, *path)
    return value if isinstance(value, list) else []


def pairs(source: object, *path: str) -> dict[str, object]:
    """Return the object under a path, or an empty one."""
    value = find(source, *path)
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def as_json(value: object) -> str:
    """Return a value as indented JSON, however odd the value is."""
    try:
        return json.dumps(value, indent=2, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return "(cannot be shown as JSON)"


def parse_json(document: str) -> object:
    """Return the parsed document, or None when it is not JSON."""
    try:
        return json.loads(document)
    # Deep nesting ends in a RecursionError, an overlong number in a ValueError.
    except (ValueError, RecursionError):
        return None


def moment(source: object, *path: str) -> datetime | None:
    """Return the ISO 8601 timestamp under a path in UTC, or None when it is not one."""
    try:
        parsed = datetime.fromisoformat(text(source, *path))
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
