"""Metrics that somebody publishes, with the dimensions of something that is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.functions import REFERENCE
from checks.rules.ceilings import base_of
from checks.rules.cloudwatch import readings
from checks.rules.metric_catalog import misspelled, mistaken
from checks.rules.metric_dimensions import SUBJECTS, dimensions_of, spelled
from checks.rules.naming import known_at, names_of
from checks.rules.published import filters_of, publishes
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.cloudwatch import Reading
    from checks.rules.metric_dimensions import Subject
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring"
READERS = (
    "CloudWatch::Alarm",
    "CloudWatch::Dashboard",
    "ApplicationAutoScaling::ScalingPolicy",
)
NODE = re.compile(r"-(\d{3})$")


@rule(
    "metrics-known",
    *READERS,
    title="the metrics that are read are metrics that AWS publishes",
    why="CloudWatch takes every name; one that nobody publishes has no data, ever",
    source=f"{GUIDE}/aws-services-cloudwatch-metrics.html",
)
def known(holder: Resource, scene: Scene) -> Iterator[Fault]:
    """A name and a namespace; in AWS's own namespaces a name that the service has."""
    for reading in readings(scene.estate).get(holder, ()):
        if not reading.name or not reading.namespace:
            missing = "MetricName" if not reading.name else "Namespace"
            yield Fault(
                message=f"a metric without a {missing}",
                remedy="name both",
                property=reading.at(missing),
            )
            continue
        if near := misspelled(reading.namespace):
            yield Fault(
                message=f"nothing publishes in {reading.namespace}",
                remedy=f"read from {near}",
                property=reading.at("Namespace"),
            )
        meant = mistaken(reading.namespace, reading.name)
        if meant is not None:
            yield Fault(
                message=f"{reading.namespace} has no metric {reading.name}",
                remedy=f"read {meant}" if meant else "read one that the service publishes",
                property=reading.at("MetricName"),
            )


@rule(
    "metrics-dimensions",
    *READERS,
    title="metrics are read with a set of dimensions that they are published with",
    why="CloudWatch keeps each set of dimensions apart: another set has no data",
    source=f"{GUIDE}/cloudwatch_concepts.html#Dimension",
)
def dimensions(holder: Resource, scene: Scene) -> Iterator[Fault]:
    """The whole set, not some of it; a query may name some."""
    for reading in readings(scene.estate).get(holder, ()):
        published = dimensions_of(reading.namespace, reading.name)
        asked = frozenset(reading.dimensions)
        if published is None or asked in published:
            continue
        if reading.partial and any(asked <= each for each in published):
            continue
        named = ", ".join(sorted(asked)) or "no dimensions"
        yield Fault(
            message=f"{reading.name} is not published with {named}",
            remedy=f"name {spelled(published)}",
            property=reading.at("Dimensions"),
        )


@rule(
    "metrics-subject",
    *READERS,
    title="dimensions name what is there",
    why="the metric of a service that does not exist has no data, and its alarm never rings",
    source=f"{GUIDE}/alarms-and-missing-data.html",
)
def subject(holder: Resource, scene: Scene) -> Iterator[Fault]:
    """A reference to the right attribute of the right type, or one of the literal names."""
    for reading in readings(scene.estate).get(holder, ()):
        for name, value in reading.dimensions.items():
            if problem := _stranger(reading, name, value, scene.estate):
                yield Fault(
                    message=problem,
                    remedy="name one that is there, by the attribute that CloudWatch knows it by",
                    property=reading.at("Dimensions"),
                )


def _stranger(reading: Reading, name: str, value: Any, estate: Estate) -> str:
    subjects = SUBJECTS.get((reading.namespace, name))
    if value in (None, ""):
        return f"{name} has no value"
    if not subjects or not isinstance(value, str):
        return ""
    base = base_of(value, name)
    if found := known_at(estate, base):
        return _unfit(name, base, found, subjects) or _node(value, found)
    if is_literal(value) and any(estate.of(each.kind) for each in subjects):
        names = {
            each for one in subjects for each in names_of(estate, one.kind, one.named_by or "Name")
        }
        if not {"*", value.lower(), base.lower()} & names:
            return f"nothing here is the {name} {value}"
    return ""


def _unfit(name: str, base: str, found: Resource, subjects: tuple[Subject, ...]) -> str:
    match = REFERENCE.fullmatch(base)
    attribute = (match[3] or "") if match else ""
    fitting = [each for each in subjects if each.kind == found.kind]
    if not fitting:
        return f"{name} names {found.ref}, which is a {found.kind}"
    if attribute not in fitting[0].attributes:
        return f"{name} is not the {attribute or 'Ref'} of a {found.kind}"
    return ""


def _node(value: str, group: Resource) -> str:
    number_ = NODE.search(value)
    nodes = number(group.get("NumCacheClusters"))
    if number_ and nodes and int(number_[1]) > nodes:
        return f"{group.ref} has {nodes:g} nodes, none is {number_[1]}"
    return ""


@rule(
    "metrics-published",
    *READERS,
    title="metrics of one's own are published by somebody",
    why="what scales or rings by a metric without data does neither",
    source=f"{GUIDE}/publishingMetrics.html",
    severity="warning",
)
def published(holder: Resource, scene: Scene) -> Iterator[Fault]:
    """A filter of logs makes them, or a program has the namespace among its variables."""
    for reading in readings(scene.estate).get(holder, ()):
        if reading.custom and reading.name and not publishes(scene.estate, reading):
            yield Fault(
                message=f"nothing here publishes {reading.name} of {reading.namespace}",
                remedy="publish it by a metric filter, or by a program that is told the namespace",
                property=reading.at("Namespace"),
            )
        elif reading.custom and reading.dimensions and _filter_only(reading, scene.estate):
            yield Fault(
                message=f"the filter gives {reading.name} other dimensions",
                remedy="ask for the dimensions that the filter names",
                property=reading.at("Dimensions"),
            )


def _filter_only(reading: Reading, estate: Estate) -> bool:
    made = [each.get("Dimensions") for each in filters_of(estate, reading)]
    keys = [
        {str(one.get("Key")) for one in each if isinstance(one, dict)}
        for each in made
        if isinstance(each, list)
    ]
    return bool(made) and set(reading.dimensions) not in keys
