"""Pydantic's findings in the words of this project: place, finding, what is allowed."""

from __future__ import annotations

import types
from ipaddress import AddressValueError, NetmaskValueError
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from config.document import dotted
from config.errors import Problem, closest, listed, nearest, shown
from config.like import LIKE, SECTIONS
from config.model.base import IN_WORDS
from config.model.environment import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from config.document import Document

    Finding = tuple["Path", ErrorDetails]

Path = tuple[str | int, ...]
EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "finite_number": "a finite number",
    "date_type": "a date such as 2027-06-30",
    "date_parsing": "a date such as 2027-06-30",
    "too_short": "{} with at least one entry",
}
ADDRESSES = "an address range such as 10.0.0.0/16, with no bits set behind its prefix"
# What others call a value that is spelled more like another one.
SYNONYMS = {"amd64": "x86_64", "x64": "x86_64", "aarch64": "arm64"}
# The keys that tell the members of a union apart.
TAGS = ("kind", "topology")
# What the other members of a union say of a mapping: noise where one member explains it.
OF_NO_MAPPING = ("string_type", "int_type", "float_type", "bool_type", "literal_error")


def explained(error: ValidationError, document: Document, data: Any) -> Iterator[Problem]:
    """A Problem for each value that is wrong, at the line where it stands."""
    found = [(_place(data, details), details) for details in error.errors(include_url=False)]
    found = sorted(_without_noise(found, data), key=_order)
    for _, same in groupby(found, key=_order):
        group = list(same)
        path = group[0][0]
        file, line = document.place(path)
        message = _message([details for _, details in group], path, data)
        yield Problem(file=file, line=line, path=dotted(path), message=message)


def _place(data: Any, details: ErrorDetails) -> Path:
    path = _within(data, details["loc"])
    if details["type"] == "missing":
        return (*path, details["loc"][-1])
    return (*path, _tag(details)) if details["type"].startswith("union_tag") else path


def _tag(details: ErrorDetails) -> str:
    """The key that tells the members of a union apart, such as `kind`."""
    return str(details["ctx"]["discriminator"]).strip("'")


def _within(data: Any, location: Path) -> Path:
    """The part of pydantic's location that is a path into the file (union tags are not)."""
    path: list[str | int] = []
    told = _told(data)
    for step in location:
        inside_mapping = isinstance(data, dict) and step in data
        inside_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if step in told:
            # `topology: nodes` is a tag of the union, and `nodes` a key of that member.
            told.remove(step)
        elif inside_mapping or inside_list:
            data = data[step]
            path.append(step)
            told = _told(data)
    return tuple(path)


def _told(data: Any) -> list[Any]:
    """The tags that a mapping gives itself."""
    return [data[tag] for tag in TAGS if tag in data] if isinstance(data, dict) else []


def _without_noise(found: list[Finding], data: Any) -> Iterator[Finding]:
    """One mistake is one finding: a misspelled key is not missing, a union speaks once."""
    misspelled: set[Path] = set()
    said_by_a_member: set[Path] = set()
    for path, details in found:
        if details["type"] == "extra_forbidden":
            meant = closest(str(path[-1]), list(fields_at(path[:-1], data)))
            misspelled |= {(*path[:-1], meant)} if meant else set()
        if not _is_of_no_mapping(details):
            said_by_a_member |= {path[:length] for length in range(len(path) + 1)}
    for path, details in found:
        renamed = details["type"] == "missing" and path in misspelled
        # A list is not only empty because its entries are wrong.
        emptied = details["type"] == "too_short" and details["input"]
        unspoken = _is_of_no_mapping(details) and path in said_by_a_member
        if not (renamed or emptied or unspoken):
            yield path, details


def _is_of_no_mapping(details: ErrorDetails) -> bool:
    return isinstance(details["input"], dict) and details["type"] in OF_NO_MAPPING


def _order(finding: Finding) -> tuple[list[str], bool]:
    path, details = finding
    return [str(step) for step in path], _is_of_key(details)


def _is_of_key(details: ErrorDetails) -> bool:
    return details["loc"][-1:] == ("[key]",)


def _message(group: list[ErrorDetails], path: Path, data: Any) -> str:
    """What is wrong at one path; the members of a union are joined into one sentence."""
    kind = group[0]["type"]
    if kind in ("missing", "union_tag_not_found"):
        kinds = (
            list(_kinds(path, data)) if kind == "union_tag_not_found" or path[-1] == "kind" else []
        )
        return f"is required: {_one_of(kinds)}" if kinds else "is required"
    if kind == "extra_forbidden":
        allowed = list(fields_at(path[:-1], data))
        if path[-1] in allowed:
            return "does not go with the other keys here"
        return f"unknown key{nearest(str(path[-1]), allowed)}; allowed: {listed(allowed)}"
    value = group[0]["input"]
    value = value[_tag(group[0])] if kind == "union_tag_invalid" else value
    start = f"the name {shown(value)}" if _is_of_key(group[0]) else f"found {_found(value)},"
    expected = dict.fromkeys(_expectation(details, path, data) for details in group)
    remedies = dict.fromkeys(_remedy(details, value) for details in group)
    return f"{start} must be {' or '.join(expected)}{''.join(remedies)}"


def _expectation(details: ErrorDetails, path: Path, data: Any) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind in ("literal_error", "union_tag_invalid"):
        return _one_of(_names(details))
    if kind in ("model_type", "dict_type"):
        keys = list(fields_at(path, data))
        return f"a mapping with the keys {listed(keys)}" if keys else "a mapping"
    if kind == "string_pattern_mismatch":
        return IN_WORDS[context["pattern"]]
    if kind in EXPECTED:
        return EXPECTED[kind].format(_found(details["input"]))
    if _is_of_addresses(context.get("error")):
        return ADDRESSES
    reason = details["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return reason.replace("String should have", "text of")


def _is_of_addresses(error: Any) -> bool:
    kinds = AddressValueError | NetmaskValueError
    return isinstance(error, kinds) or str(error).endswith("has host bits set")


def _names(details: ErrorDetails) -> list[str]:
    context = details["ctx"]
    expected = context.get("expected") or context["expected_tags"]
    names = [name.strip("' ") for name in expected.replace(" or ", ",").split(",")]
    return ["true" if name == "True" else name for name in names]


def _one_of(names: list[str]) -> str:
    return f"one of {', '.join(names)}" if len(names) > 1 else names[0]


def _remedy(details: ErrorDetails, value: Any) -> str:
    """What would make the value one that is allowed, where that can be guessed."""
    if isinstance(value, dict | list) or value is None:
        return ""
    if details["type"] == "string_type":
        return ": put it in quotes"
    if details["type"] not in ("literal_error", "union_tag_invalid"):
        return ""
    names = _names(details)
    if str(value) in names:
        return ", without quotes" if isinstance(value, str) else ": put it in quotes"
    if meant := SYNONYMS.get(str(value)):
        return f"; did you mean {meant!r}?" if meant in names else ""
    return nearest(str(value), names) if len(names) > 1 else ""


def _found(value: Any) -> str:
    """A value as it stands in YAML."""
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else shown(value)


def fields_at(path: Path, data: Any) -> Iterator[str]:
    """The keys that are allowed in the mapping at a path of a system file."""
    names = [
        info.alias or name
        for model in _models_at(path, data)
        for name, info in model.model_fields.items()
    ]
    # `system` is the folder's name; `extends` and `like` are gone before a model sees the file.
    if not path:
        names = ["extends", *(name for name in names if name != "system")]
    elif len(path) == 2 and path[0] in SECTIONS:
        names.append(LIKE)
    yield from dict.fromkeys(names)


def _kinds(path: Path, data: Any) -> Iterator[str]:
    """The words that a key may hold which tells the members of a union apart."""
    names = (
        str(name)
        for model in _models_at(path[:-1], data)
        if (tag := model.model_fields.get(str(path[-1])))
        for name in get_args(tag.annotation)
    )
    yield from dict.fromkeys(names)


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
    """Whether a member of a union is the one that the data's tags name."""
    if not (_is_model(annotation) and isinstance(data, dict)):
        return False
    tags = (annotation.model_fields.get(tag) for tag in TAGS)
    words = [get_args(tag.annotation) if tag else () for tag in tags]
    told = ((data[tag], allowed) for tag, allowed in zip(TAGS, words, strict=True) if tag in data)
    return all(not allowed or word in allowed for word, allowed in told)


def _inside(annotation: Any, step: str | int) -> Any:
    if _is_model(annotation):
        fields = annotation.model_fields.items()
        return next((info.annotation for name, info in fields if step in (name, info.alias)), None)
    arguments = get_args(annotation)
    return arguments[-1 if get_origin(annotation) is dict else 0] if arguments else None
