"""Reading what stands inside properties: keys at any depth, JSON in text, definitions, accounts."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource

# Blocks of addresses shorter than these are most of the internet in other words.
NARROWEST = {4: 8, 6: 16}
ACCOUNT = re.compile(r"(?:arn:[\w-]+:(?:iam|sts)::)?(\d{12})(?::.*)?")


def keys_of(value: Any, path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every key inside a value, with its path and what stands there."""
    if isinstance(value, dict):
        for key, each in value.items():
            place = f"{path}.{key}" if path else str(key)
            yield place, str(key), each
            yield from keys_of(each, place)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from keys_of(each, f"{path}.{number}")


def json_of(text: Any) -> Any:
    """What a JSON text holds; None if it is none."""
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def definition_of(machine: Resource) -> tuple[str, dict[str, Any]]:
    """Where a state machine's definition stands, and what it says."""
    for name in ("Definition", "DefinitionString"):
        found = machine.get(name)
        found = json_of(found) if isinstance(found, str) else found
        if isinstance(found, dict):
            return name, found
    return "Definition", {}


def is_wide(block: Any) -> bool:
    """Whether a block of addresses is the internet, or most of it."""
    if not isinstance(block, str) or block == "*":
        return isinstance(block, str)
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False
    return network.prefixlen < NARROWEST[network.version]


def account_in(principal: str) -> str | None:
    """The account of a principal that is written as an account or an ARN."""
    match = ACCOUNT.fullmatch(principal)
    return match[1] if match else None
