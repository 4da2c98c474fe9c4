"""An independent check of what Slack accepts and of what a payload may contain."""

import re
from typing import Any

_DATE = r"<!date\^\d+\^[^<>|]+\|[^<>]+>"
_LINK = r"<https?://[^<>| ]+\|[^<>]+>"
_CONTROL = re.compile(f"{_DATE}|{_LINK}")


def problems(payload: dict[str, Any]) -> list[str]:
    """Return what Slack would object to, or what would let an event inject markup."""
    found = _text_problems("fallback", payload["text"], 4000)
    if re.search("[<>]", payload["text"]):
        found.append("fallback: control sequence")
    blocks = payload["blocks"]
    if not 1 <= len(blocks) <= 50:
        found.append(f"{len(blocks)} blocks")
    total = 0
    for index, block in enumerate(blocks):
        for name, text, limit in _texts(block):
            where = f"block {index} {name}"
            found += _text_problems(where, text["text"], limit)
            found += _markup_problems(where, text)
            total += len(text["text"])
        found += [f"block {index}: {problem}" for problem in _shape_problems(block)]
    if total > 11000:
        found.append(f"blocks add up to {total} characters")
    return found


def _texts(block: dict[str, Any]) -> list[tuple[str, dict[str, Any], int]]:
    if block["type"] == "header":
        return [("header", block["text"], 150)]
    if block["type"] == "context":
        return [("context", element, 2000) for element in block["elements"]]
    found = [("field", field, 2000) for field in block.get("fields", [])]
    return found + ([("text", block["text"], 3000)] if "text" in block else [])


def _shape_problems(block: dict[str, Any]) -> list[str]:
    kind = block["type"]
    if kind == "header":
        return [] if block["text"]["type"] == "plain_text" else ["header is not plain text"]
    if kind == "context":
        return [] if 1 <= len(block["elements"]) <= 10 else ["wrong number of elements"]
    if kind != "section":
        return [f"unexpected {kind}"]
    if "fields" in block:
        return [] if 1 <= len(block["fields"]) <= 10 else ["wrong number of fields"]
    return [] if "text" in block else ["empty section"]


def _text_problems(where: str, text: str, limit: int) -> list[str]:
    found = []
    if not text.strip():
        found.append(f"{where}: empty")
    if len(text) > limit:
        found.append(f"{where}: {len(text)} characters")
    if re.search(r"[\x00-\x08\ud800-\udfff]", text):
        found.append(f"{where}: unprintable")
    if re.search("&(?!amp;|lt;|gt;)", text):
        found.append(f"{where}: unescaped or cut entity")
    return found


def _markup_problems(where: str, text: dict[str, Any]) -> list[str]:
    found = []
    remainder = _CONTROL.sub("", text["text"]) if text["type"] == "mrkdwn" else text["text"]
    if re.search("[<>]", remainder):
        found.append(f"{where}: control sequence in {remainder!r}")
    if text["type"] == "mrkdwn" and text.get("verbatim") is not True:
        found.append(f"{where}: bare mentions would be parsed")
    return found
