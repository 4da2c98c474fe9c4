"""Reading what templates say: numbers, truth and lists as CloudFormation takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.estate import listed

if TYPE_CHECKING:
    from checks.estate import Estate, Resource


def is_true(value: Any) -> bool:
    """Whether a value means true; CloudFormation takes the word, too."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def is_false(value: Any) -> bool:
    """Whether a value means false."""
    return value is False or (isinstance(value, str) and value.lower() == "false")


def number(value: Any) -> float | None:
    """A number, also one in text; None for anything else, references included."""
    if isinstance(value, bool):
        return None
    try:
        found = float(value)
    except (OverflowError, TypeError, ValueError):
        return None
    # Beyond what any service counts there is no figure, and arithmetic has no end.
    return found if abs(found) < 1e18 else None


def is_literal(value: Any) -> bool:
    """Whether a value is plain text that stands in the template as it is."""
    return isinstance(value, str) and "<" not in value and "{{resolve:" not in value


def attributes(resource: Resource, path: str) -> dict[str, str]:
    """A list of `Key` and `Value` as a mapping, as balancers and target groups have it."""
    return {
        str(each.get("Key")): str(each.get("Value")).lower()
        for each in resource.mappings(path)
        if "Value" in each
    }


def zones(estate: Estate, subnets: Any) -> set[str]:
    """The zones of subnets; one whose zone nobody says counts as a zone of its own."""
    found = set()
    for each in listed(subnets):
        subnet = estate.at(each)
        zone = subnet.get("AvailabilityZone") if subnet else None
        found.add(zone if isinstance(zone, str) else str(each))
    return found
