"""Pydantic's findings in the words of this project: place, finding, what is allowed."""

from __future__ import annotations

import types
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from config.errors import Problem, listed, nearest
from config.model.environment import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from config.document import Document

Path = tuple[str | int, ...]
LONGEST_SHOWN = 60
EXPECTED = {
    "string_type": "text: put it in quotes",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "finite_number": "a finite number",
}


def explained(error: ValidationError, document: Document, data: Any) -> Iterator[Problem]:
    """A Problem for each value that is wrong, at the line where it stands."""
    found = [
        (_within(data, details["loc"]), details) for details in error.errors(include_url=False)
    ]
    found.sort(key=lambda pair: [str(step) for step in pair[0]])
    for path, group in groupby(found, key=lambda pair: pair[0]):
        file, line = document.place(path)
        for shown, message in _messages(path, [details for _, details in group], data):
            yield Problem(file=file, line=line, path=".".join(map(str, shown)), message=message)


def _within(data: Any, location: Path) -> Path:
    """The part of pydantic's location that is a path into the file (union tags are not)."""
    path: list[str | int] = []
    for step in location:
        inside_mapping = isinstance(data, dict) and step in data
        inside_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if inside_mapping or inside_list:
            data = data[step]
            path.append(step)
    return tuple(path)


def _messages(path: Path, group: list[ErrorDetails], data: Any) -> Iterator[tuple[Path, str]]:
    """What is wrong at one path; the members of a union are joined into one sentence."""
    expectations = []
    for details in group:
        kind = details["type"]
        name = str(details["loc"][-1]) if details["loc"] else ""
        if kind == "missing":
            yield (*path, name), "is required"
        elif kind == "extra_forbidden":
            allowed = list(fields_at(path[:-1], data))
            yield path, f"unknown key{nearest(name, allowed)}; allowed: {listed(allowed)}"
        else:
            expectations.append(_expectation(details, path, data))
    if expectations:
        found = _found(group[0]["input"])
        yield path, f"found {found}, must be {' or '.join(dict.fromkeys(expectations))}"


def _expectation(details: ErrorDetails, path: Path, data: Any) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind in ("literal_error", "union_tag_invalid"):
        expected = context.get("expected") or context["expected_tags"]
        names = [name.strip("' ") for name in expected.replace(" or ", ",").split(",")]
        given = context.get("tag", details["input"])
        return f"one of {listed(names)}{nearest(str(given), names)}"
    if kind == "union_tag_not_found":
        return f"a mapping that says its `kind`: {listed(_kinds(path, data))}"
    if kind == "model_type":
        return f"a mapping with the keys {listed(fields_at(path, data))}"
    if kind == "string_pattern_mismatch":
        return f"text that fits {context['pattern']}"
    if kind in EXPECTED:
        return EXPECTED[kind]
    reason = details["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return f"{reason[:1].lower()}{reason[1:]}"


def _found(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…'"


def fields_at(path: Path, data: Any) -> Iterator[str]:
    """The keys that are allowed in the mapping at a path of a system file."""
    for model in _models_at(path, data):
        yield from (info.alias or name for name, info in model.model_fields.items())


def _kinds(path: Path, data: Any) -> Iterator[str]:
    for model in _models_at(path, data):
        yield from map(str, get_args(model.model_fields["kind"].annotation))


def _models_at(path: Path, data: Any) -> list[type[BaseModel]]:
    annotations = [Environment]
    for step in path:
        annotations = [
            choice for annotation in annotations for choice in _choices(_inside(annotation, step))
        ]
        data = data[step]
        annotations = [choice for choice in annotations if _fits(choice, data)] or annotations
    return [choice for choice in annotations if _is_model(choice)]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _choices(annotation: Any) -> list[Any]:
    """The members of a union, through any number of Annotated."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _choices(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [choice for member in get_args(annotation) for choice in _choices(member)]
    return [annotation]


def _fits(annotation: Any, data: Any) -> bool:
    """Whether a member of a union is the one that the data's `kind` names."""
    if not (_is_model(annotation) and isinstance(data, dict)):
        return False
    kind = annotation.model_fields.get("kind")
    return kind is None or data.get("kind") in get_args(kind.annotation)


def _inside(annotation: Any, step: str | int) -> Any:
    if _is_model(annotation):
        fields = annotation.model_fields.items()
        return next((info.annotation for name, info in fields if step in (name, info.alias)), None)
    arguments = get_args(annotation)
    return arguments[-1 if get_origin(annotation) is dict else 0] if arguments else None
