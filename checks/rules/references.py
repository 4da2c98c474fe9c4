"""What templates refer to as they are written, before anything is followed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.template import Template

PLACEHOLDER = re.compile(r"\$\{([^!}][^}]*)\}")
CROSSING = ("Fn::GetStackOutput", "Fn::ImportValue")


@dataclass(frozen=True, kw_only=True)
class Written:
    """One reference in a resource: to a logical id, to an export, or to another stack's output.

    `what` is `id`, `import`, `output` or `condition`; an output's stack stands in `stack`.
    """

    logical_id: str
    path: str
    what: str
    name: str
    stack: str = ""


@lru_cache(maxsize=64)
def written_in(template: Template) -> tuple[Written, ...]:
    """Every reference in the resources of a template."""
    found: list[Written] = []
    for logical_id, body in template.section("Resources").items():
        for path, what, name, stack in _walk(body.get("Properties"), ""):
            found.append(
                Written(logical_id=logical_id, path=path, what=what, name=name, stack=stack)
            )
        if isinstance(condition := body.get("Condition"), str):
            found.append(Written(logical_id=logical_id, path="", what="condition", name=condition))
    return tuple(found)


def _walk(raw: Any, path: str) -> Iterator[tuple[str, str, str, str]]:
    if isinstance(raw, list):
        for at, each in enumerate(raw):
            yield from _walk(each, f"{path}.{at}" if path else str(at))
    elif isinstance(raw, dict):
        if len(raw) == 1:
            ((name, argument),) = raw.items()
            if isinstance(name, str) and (name == "Ref" or name.startswith("Fn::")):
                yield from _function(name, argument, path)
                return
        for key, each in raw.items():
            yield from _walk(each, f"{path}.{key}" if path else str(key))


def _function(name: str, argument: Any, path: str) -> Iterator[tuple[str, str, str, str]]:
    match name, argument:
        case "Ref", str():
            yield path, "id", argument, ""
        case "Fn::GetAtt", str() | [str(), *_]:
            first = argument if isinstance(argument, str) else argument[0]
            yield path, "id", first.split(".", 1)[0], ""
        case "Fn::Sub", _:
            yield from _placeholders(argument, path)
        case "Fn::ImportValue", str():
            yield path, "import", argument, ""
        case "Fn::GetStackOutput", {"StackName": str(stack), "OutputName": str(output)}:
            yield path, "output", output, stack
        case "Fn::If", [str(condition), *rest]:
            yield path, "condition", condition, ""
            for each in rest:
                yield from _walk(each, path)
        case _:
            yield from _walk(argument, path)


def _placeholders(argument: Any, path: str) -> Iterator[tuple[str, str, str, str]]:
    text, own = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    for name in PLACEHOLDER.findall(text) if isinstance(text, str) else ():
        first = name.strip().split(".", 1)[0]
        if not isinstance(own, dict) or name.strip() not in own:
            yield path, "id", first, ""
    yield from _walk(own, path)


@lru_cache(maxsize=64)
def exports_of(template: Template) -> Mapping[str, str]:
    """The exports of a template whose names are literal, with the names of their outputs."""
    found = {}
    for output, body in template.section("Outputs").items():
        export = body.get("Export")
        name = export.get("Name") if isinstance(export, dict) else None
        if isinstance(name, str):
            found[name] = output
    return found
