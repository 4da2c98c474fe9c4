"""Whether a resource, with everything resolved, is what AWS's own schema of its type allows.

CloudFormation turns numbers and truth values into text and back; so does this check.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import regex
from jsonschema import Draft7Validator
from jsonschema.validators import extend

NUMBER = regex.compile(r"-?\d+(\.\d+)?")


class SchemaError(ValueError):
    """A resource that AWS would refuse."""


def _integer(_: Any, value: Any) -> bool:
    if isinstance(value, str):
        return NUMBER.fullmatch(value) is not None and float(value).is_integer()
    return isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)


def _number(_: Any, value: Any) -> bool:
    if isinstance(value, str):
        return NUMBER.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _boolean(_: Any, value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and value in ("true", "false"))


def _string(_: Any, value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Any:
    # Python's own `re` knows neither \p{L} nor the other classes that the schemas use.
    if _string(None, value) and not regex.search(pattern, str(value)):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


def _as_number(keyword: str) -> Any:
    return _of(keyword, lambda value: float(value) if isinstance(value, str) else value, _number)


def _as_text(keyword: str) -> Any:
    return _of(keyword, str, _string)


def _of(keyword: str, turn: Callable[[Any], Any], fits: Callable[[Any, Any], bool]) -> Any:
    """A keyword of the standard that is asked about the value as it will be turned."""
    check = Draft7Validator.VALIDATORS[keyword]

    def checked(validator: Any, limit: Any, value: Any, schema: Any) -> Any:
        yield from (
            check(validator, limit, turn(value) if fits(None, value) else value, schema) or ()
        )

    return checked


def _enum(_: Any, allowed: list[Any], value: Any, __: Any) -> Any:
    if value not in allowed and str(value) not in map(str, allowed):
        yield jsonschema.ValidationError(f"{value!r} is not one of {allowed!r}")


NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
Validator = extend(
    Draft7Validator,
    {
        "pattern": _pattern,
        "enum": _enum,
        **{keyword: _as_number(keyword) for keyword in NUMERIC},
        **{keyword: _as_text(keyword) for keyword in ("minLength", "maxLength")},
    },
    type_checker=Draft7Validator.TYPE_CHECKER.redefine_many(
        {"integer": _integer, "number": _number, "boolean": _boolean, "string": _string}
    ),
)


@cache
def _validator(folder: Path, resource_type: str) -> Any:
    path = folder / f"{resource_type.replace('::', '-')}.json"
    return Validator(json.loads(path.read_text())) if path.exists() else None


def check(folder: Path, resource_type: str, properties: dict[str, Any]) -> None:
    """Raise SchemaError with all that is wrong, in the words of a person who has to repair it."""
    validator = _validator(folder, resource_type)
    if validator is None:
        raise SchemaError(f"no schema of {resource_type} is known: it can't be checked")
    wrong = [
        f"/{'/'.join(map(str, error.absolute_path))}: {_shortened(error.message)}"
        for error in validator.iter_errors(properties)
    ]
    given = [name for name in _read_only(validator.schema) if name in properties]
    wrong += [f"/{name}: AWS sets it, a template can't" for name in given]
    if wrong:
        raise SchemaError(f"{resource_type} is not what its schema allows: {'; '.join(wrong)}")


def _shortened(message: str) -> str:
    return message if len(message) <= 300 else f"{message[:300]}…"


def _read_only(schema: dict[str, Any]) -> list[str]:
    pointers = schema.get("readOnlyProperties", ())
    return [name for each in pointers if "/" not in (name := each.removeprefix("/properties/"))]
