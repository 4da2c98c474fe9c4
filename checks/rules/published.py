"""Who publishes metrics of one's own: filters of logs, and programs that know the namespace."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.estate import texts
from checks.rules.naming import absent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.estate import Estate
    from checks.rules.cloudwatch import Reading

FILTER = "AWS::Logs::MetricFilter"
# What runs programs, which may publish by themselves what their variables name.
PROGRAMS = (
    "AWS::AppRunner::Service",
    "AWS::Batch::JobDefinition",
    "AWS::CodeBuild::Project",
    "AWS::EC2::Instance",
    "AWS::EC2::LaunchTemplate",
    "AWS::ECS::TaskDefinition",
    "AWS::Lambda::Function",
    "AWS::Serverless::Function",
)


@lru_cache(maxsize=8)
def _filtered(estate: Estate) -> Mapping[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in estate.of(FILTER):
        for made in each.mappings("MetricTransformations"):
            key = str(made.get("MetricNamespace")), str(made.get("MetricName"))
            found.setdefault(key, []).append(made)
    return found


@lru_cache(maxsize=8)
def _program_texts(estate: Estate) -> tuple[str, ...]:
    """Every text of programs, so that a namespace in variables, commands or labels is found."""
    here = [each.properties for each in estate.of(*PROGRAMS)]
    there = [body for body in absent(estate).values() if body.get("Type") in (*PROGRAMS, FILTER)]
    return tuple(text for each in (*here, *there) for text in texts(each))


def filters_of(estate: Estate, reading: Reading) -> list[dict[str, Any]]:
    """How filters of logs make a metric."""
    return _filtered(estate).get((reading.namespace, reading.name), [])


def publishes(estate: Estate, reading: Reading) -> bool:
    """Whether a filter makes a metric, or a program knows its namespace."""
    return bool(filters_of(estate, reading)) or any(
        reading.namespace in text for text in _program_texts(estate)
    )
