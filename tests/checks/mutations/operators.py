"""Operators: everything that can be wrong with a value, a resource, or its place in the whole.

Each yields mutants of one value as (operator, new value); REMOVED stands for the value's absence.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any


class _Removed(Enum):
    """One value, also after a way to another process."""

    ABSENT = 1


REMOVED: Any = _Removed.ABSENT
# What a wish becomes where it is turned into its contrary.
CONTRARY = {
    "ENABLED": "DISABLED",
    "DISABLED": "ENABLED",
    "Enabled": "Suspended",
    "enabled": "disabled",
    "enhanced": "disabled",
    "Allow": "Deny",
    "Deny": "Allow",
    "IMMUTABLE": "MUTABLE",
    "IMMUTABLE_WITH_EXCLUSION": "MUTABLE",
    "internet-facing": "internal",
    "HTTPS": "HTTP",
    "aws:kms": "AES256",
    "KMS": "AES256",
    "GreaterThanThreshold": "LessThanThreshold",
    "LessThanThreshold": "GreaterThanThreshold",
    "Sum": "SampleCount",
    "Average": "Minimum",
    "Maximum": "Minimum",
    "breaching": "ignore",
    "notBreaching": "ignore",
    "noeviction": "allkeys-lru",
    "allkeys-lru": "noeviction",
    "ALL": "REJECT",
    "awsvpc": "bridge",
    "ip": "instance",
    "ARM64": "X86_64",
    "BucketOwnerEnforced": "ObjectWriter",
    "traffic-port": "9",
    "HTTP_301": "HTTP_302",
    "true": "false",
    "false": "true",
    "FARGATE": "FARGATE_SPOT",
}
PORTS = {"FromPort": 0, "ToPort": 65535}


def of_value(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Mutants of one value of a property called `name`."""
    yield "remove", REMOVED
    if isinstance(value, bool):
        yield "flip", not value
    elif isinstance(value, (int, float)):
        yield from _of_number(name, value)
    elif isinstance(value, str):
        yield from _of_text(name, value)
    elif isinstance(value, list) and len(value) > 1:
        yield "drop", value[1:]


def _of_number(name: str, value: float) -> Iterator[tuple[str, Any]]:
    yield "times 10", value * 10
    yield "by 10", max(int(value) // 10, 0)
    if name in PORTS:
        yield "widen", PORTS[name]


def _of_text(name: str, value: str) -> Iterator[tuple[str, Any]]:
    if value in CONTRARY:
        yield "contrary", CONTRARY[value]
    if re.fullmatch(r"\d{1,6}", value):
        yield "times 10", str(int(value) * 10)
        yield "by 10", str(max(int(value) // 10, 0))
    if _is_block(value):
        yield "widen", "0.0.0.0/0"
    if name in ("Action", "Resource", "Principal", "AWS", "Service", "SourceArn"):
        yield "widen", "*"
    elif not re.fullmatch(r"[\d.]+|\{\{.*", value):
        yield "other text", f"{value}x"


def _is_block(value: str) -> bool:
    try:
        return bool(ipaddress.ip_network(value)) and "/" in value
    except ValueError:
        return False


def of_reference(kind: str | None, others: dict[str, list[Any]]) -> Iterator[tuple[str, Any]]:
    """Mutants of a reference: none, a text that leads nowhere, another resource of its type."""
    yield "remove", REMOVED
    yield "disconnect", "disconnected"
    for other in others.get(kind or "", [])[:1]:
        yield "reconnect", other


def of_resource(resource: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Mutants of a whole resource but for its properties."""
    for name in ("DependsOn", "Metadata"):
        if name in resource:
            yield f"without {name}", {k: v for k, v in resource.items() if k != name}
    for name in ("DeletionPolicy", "UpdateReplacePolicy"):
        if name in resource:
            yield f"{name} Delete", {**resource, name: "Delete"}
            yield f"without {name}", {k: v for k, v in resource.items() if k != name}
    if "Stackyard::Node" in resource.get("Metadata", {}):
        yield "named else", {**resource, "Metadata": {"Stackyard::Node": "nobody"}}
