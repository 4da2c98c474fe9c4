"""How what a server said stands in one line."""

from __future__ import annotations

import json

# Room for a digest.
LONGEST = 100


def shown(value: object) -> str:
    """Anything that came from outside, as one printable line that is not too long."""
    if isinstance(value, bytes):
        value = value[: LONGEST * 4].decode("utf-8", "backslashreplace")
    text = value if isinstance(value, str) else _json(value)
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text[: LONGEST * 4])
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    # What was just deep enough to be read may be too deep to be written.
    except (ValueError, RecursionError):
        return "something nested"
