"""How AWS updates each type of resource, from the resource schemas that cfn-lint carries."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from cfnlint.helpers import REGIONS
from cfnlint.schema import ResourceNotFoundError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from checks.changes.documented import IN_PLACE, MAY_REPLACE, REPLACES, RESHARDED, RESHARDING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.estate import Resource

Path = tuple[str, ...]
# Every region has the same types but for a few, and this one has them all.
ANY_REGION = "us-east-1"


@dataclass(frozen=True)
class Behaviour:
    """The paths of properties that replace a resource, that may, and that are its name."""

    replacing: tuple[Path, ...] = ()
    perhaps: tuple[Path, ...] = ()
    names: tuple[Path, ...] = ()


def behaviour_of(resource: Resource) -> Behaviour:
    """How a resource is updated, its own UpdatePolicy included."""
    known = behaviour(resource.kind, resource.region or ANY_REGION)
    policy = resource.body.get("UpdatePolicy")
    sharded = tuple((name,) for name in RESHARDED.get(resource.kind, ()))
    if isinstance(policy, dict) and policy.get(RESHARDING) is True:
        return Behaviour(known.replacing, _without(known.perhaps, sharded), known.names)
    return Behaviour(known.replacing + sharded, _without(known.perhaps, sharded), known.names)


@cache
def behaviour(kind: str, region: str) -> Behaviour:
    """What schema and documentation say of a type; nothing where neither knows it."""
    schema = _schema(kind, region if region in REGIONS else ANY_REGION)
    also = tuple((name,) for name in REPLACES.get(kind, ()))
    replacing = tuple(dict.fromkeys((*_paths(schema, "createOnlyProperties"), *also)))
    perhaps = (
        *_paths(schema, "conditionalCreateOnlyProperties"),
        *((name,) for name in MAY_REPLACE.get(kind, ())),
    )
    harmless = tuple((name,) for name in IN_PLACE.get(kind, ()))
    given = _paths(schema, "readOnlyProperties")
    names = tuple(path for path in _paths(schema, "primaryIdentifier") if path not in given)
    return Behaviour(replacing, _without(perhaps, harmless + replacing), names)


def _schema(kind: str, region: str) -> Mapping[str, Any]:
    for each in (region, ANY_REGION):
        with suppress(ResourceNotFoundError):
            found = PROVIDER_SCHEMA_MANAGER.get_resource_schema(each, kind)
            return cast("Mapping[str, Any]", found.schema)
    return {}


def _paths(schema: Mapping[str, Any], section: str) -> tuple[Path, ...]:
    return tuple(
        tuple(pointer.removeprefix("/properties/").split("/"))
        for pointer in schema.get(section, ())
    )


def _without(paths: tuple[Path, ...], others: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(path for path in paths if path not in others)
