"""Whether a resource, with everything resolved, is what AWS's own schema of its type allows.

CloudFormation turns numbers and truth values into text and back; so does this check.
"""

from __future__ import annotations

import json
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
    if isinstance(value, str) and not regex.search(pattern, value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


Validator = extend(
    Draft7Validator,
    {"pattern": _pattern},
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
