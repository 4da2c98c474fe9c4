"""Objects that a bucket's lifecycle rules would delete sooner than before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from checks.changes.values import at, canonical
from checks.estate import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Resource

NEVER = float("inf")
VERSIONS = "old versions"
EXPIRING = {
    "objects": (("ExpirationInDays",),),
    VERSIONS: (
        ("NoncurrentVersionExpiration", "NoncurrentDays"),
        ("NoncurrentVersionExpirationInDays",),
    ),
}
CHOOSING = ("Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
ALL = "{}"


def sooner_gone(old: Resource, new: Resource) -> Iterator[str]:
    """A sentence for each choice of objects that is deleted after fewer days."""
    for what, paths in EXPIRING.items():
        if what == VERSIONS and not old.get("VersioningConfiguration.Status"):
            continue
        before, after = (_days(each, paths) for each in (old, new))
        for choice, days in after.items():
            until = min(before.get(choice, NEVER), before.get(ALL, NEVER))
            if days < until:
                of = "" if choice == ALL else f" of {choice}"
                stayed = "were kept" if until == NEVER else f"stayed for {until:g}"
                yield f"{what}{of} are deleted after {days:g} days, which {stayed}"


def _days(bucket: Resource, paths: tuple[tuple[str, ...], ...]) -> Mapping[str, float]:
    """After how many days objects are deleted, by which objects are chosen."""
    found: dict[str, float] = {}
    for rule in listed(bucket.get("LifecycleConfiguration.Rules")):
        if isinstance(rule, dict) and rule.get("Status") == "Enabled":
            choice = json.dumps(canonical(_chosen(rule)), sort_keys=True)
            for path in paths:
                days = str(at(rule, path))
                if days.isdigit():
                    found[choice] = min(found.get(choice, NEVER), float(days))
    return found


def _chosen(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {name: rule[name] for name in CHOOSING if rule.get(name)}
