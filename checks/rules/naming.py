"""Which names the resources of an estate bear, also those that only another world has."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.rules.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource

WORD = re.compile(r"[A-Za-z0-9]+")


# What these give is made elsewhere: by a nested template, by a program, by hand.
OPAQUE = (
    "AWS::CloudFormation::",
    "AWS::SSM::Parameter",
    "AWS::Serverless::Application",
    "AWS::ServiceCatalog::",
    "Custom::",
)


def known_at(estate: Estate, value: Any) -> Resource | None:
    """The resource that a value refers to, unless what that gives may be of any kind."""
    found = estate.at(value)
    return None if found is None or found.kind.startswith(OPAQUE) else found


@lru_cache(maxsize=8)
def absent(estate: Estate) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """The bodies of the resources whose conditions don't hold in this world."""
    here = {(each.stack, each.logical_id) for each in estate.resources}
    return {
        (template.stack, logical_id): body
        for template in estate.templates
        for logical_id, body in template.section("Resources").items()
        if (template.stack, logical_id) not in here
    }


@lru_cache(maxsize=8)
def words_of_absent(estate: Estate) -> frozenset[str]:
    """Every word in the resources of other worlds, so that what those use counts as used."""
    return frozenset(word for body in absent(estate).values() for word in WORD.findall(str(body)))


@lru_cache(maxsize=512)
def names_of(estate: Estate, kind: str, named_by: str) -> frozenset[str]:
    """The literal names of a type, in lower case; `*` where one is only known when deployed."""
    return frozenset(_names(estate, kind, named_by))


def _names(estate: Estate, kind: str, named_by: str) -> Iterator[str]:
    for resource in estate.of(kind):
        name = resource.get(named_by)
        if is_literal(name):
            yield name.lower()
        elif name is not None:
            yield "*"
    for body in absent(estate).values():
        if body.get("Type") == kind:
            properties = body.get("Properties")
            name = properties.get(named_by) if isinstance(properties, dict) else None
            yield name.lower() if isinstance(name, str) else "*"
