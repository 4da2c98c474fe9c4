"""What a resource can't be without, and values that a service takes: tables, by type."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

from checks.rules.faults import wrong
from checks.rules.required_tables import EITHER, NEEDED, VALUES
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"


@rule(
    "wiring-required",
    *(kind.removeprefix("AWS::") for kind in sorted({*NEEDED, *EITHER})),
    title="resources have what they can't be without",
    why="the deployment fails, or something stands in the account's default network",
    source=f"{REFERENCE}/introduction.html",
)
def required(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Each needed property, and one of those of which one is needed."""
    if resource.get("SourceDBInstanceIdentifier") or resource.get("DBSnapshotIdentifier"):
        return
    for path in NEEDED.get(resource.kind, ()):
        if resource.get(path) in (None, "", [], {}):
            yield wrong(path, f"it has no {path}", "say it")
    for paths in EITHER.get(resource.kind, ()):
        if all(resource.get(path) in (None, "", [], {}) for path in paths):
            yield wrong(paths[0], f"it has no {' and no '.join(paths)}", "say one of them")


@rule(
    "limits-values",
    *(kind.removeprefix("AWS::") for kind in VALUES),
    title="values are ones that the service has",
    why="the deployment fails at that resource, after half of it is done",
    source=f"{REFERENCE}/introduction.html",
)
def values(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Literal ones; what is only known when it is deployed may be right."""
    for path, allowed in VALUES[resource.kind].items():
        for place, value in _at(resource.properties, path.split("."), ""):
            plain = is_literal(value) or type(value) in (int, float)
            if plain and (problem := _unfit(str(value), allowed)):
                yield wrong(place, f"'{value}' {problem}", "say one that the service has")


def _at(value: Any, names: list[str], path: str) -> Iterator[tuple[str, Any]]:
    """Every value at a path in which `[]` is each item of a list."""
    if not names:
        yield path, value
    elif names[0] == "[]":
        for at, each in enumerate(value if isinstance(value, list) else []):
            yield from _at(each, names[1:], f"{path}.{at}")
    elif isinstance(value, dict) and names[0] in value:
        yield from _at(value[names[0]], names[1:], f"{path}.{names[0]}".lstrip("."))


def _unfit(value: str, allowed: str) -> str:
    if allowed == "block":
        try:
            ipaddress.ip_network(value)
        except ValueError:
            return "is no block of addresses"
        return ""
    return "" if re.fullmatch(allowed, value) else "is none of its values"


@rule(
    "limits-parameter-pattern",
    "SSM::Parameter",
    title="parameters have a value that fits their own pattern",
    why="Systems Manager refuses the parameter",
    source="https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html",
)
def pattern(parameter: Resource, _: Scene) -> Iterator[Fault]:
    """As far as Python reads the pattern."""
    allowed, value = parameter.get("AllowedPattern"), parameter.get("Value")
    if not is_literal(allowed) or not is_literal(value):
        return
    try:
        fits = re.search(allowed, value)
    except re.error:
        yield wrong("AllowedPattern", f"{allowed} is no pattern", "write a regular expression")
        return
    if not fits:
        yield wrong("Value", f"'{value}' does not fit {allowed}", "say one that fits")
