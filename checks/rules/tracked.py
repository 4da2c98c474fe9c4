"""Metrics that scaling policies follow: of the service that they scale."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.graph.routing import BALANCER, TARGETS
from checks.rules.ecs import (
    all_groups,
    balancers_of,
    cluster_of,
    inside,
    is_open,
    placed,
    said_name,
)
from checks.rules.rule import Fault, rule
from checks.rules.tracking import PREDEFINED, TRACKING, service_of
from checks.rules.values import is_literal, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GUIDE = f"{DOCS}/autoscaling/application/userguide"
CUSTOM = f"{TRACKING}.CustomizedMetricSpecification"
REQUESTS = "ALBRequestCountPerTarget"
MEASURED = ("MetricStat.Metric.MetricName", "MetricStat.Metric.Namespace", "MetricStat.Stat")
STATISTIC = re.compile(
    r"SampleCount|Average|Sum|Minimum|Maximum|IQM|(p|tm|wm|tc|ts)\d{1,3}(\.\d+)?"
    r"|(TM|WM|PR|TC|TS)\(.*\)"
)
WORD = re.compile(r"\b[a-z]\w*\b(?!\s*\()")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


@rule(
    "scaling-label",
    "ApplicationAutoScaling::ScalingPolicy",
    title="scaling by requests counts those of the service's own target group and balancer",
    why="it scales by what another service gets, or not at all",
    source=f"{DOCS}/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html",
)
def label(policy: Resource, scene: Scene) -> Iterator[Fault]:
    """Both parts of the label belong to the service."""
    estate, path = scene.estate, f"{PREDEFINED}.ResourceLabel"
    if policy.get(f"{PREDEFINED}.PredefinedMetricType") != REQUESTS:
        return
    said = policy.get(path)
    if said is None:
        message = "does not say whose requests it counts"
        yield Fault(message=message, remedy="say ResourceLabel", property=path)
        return
    service = service_of(estate, policy)
    named = list(estate.named(said))
    groups = {each for each in named if each.kind == TARGETS}
    balancers = {each for each in named if each.kind == BALANCER}
    own = all_groups(estate, service) if service else set()
    before = {each for group in own for each in balancers_of(estate, group)}
    if service and (groups - own or (balancers - before and before)):
        message = "counts the requests of another target group or balancer"
    elif service and not own:
        message = "counts requests, and the service stands behind no balancer"
    elif is_literal(said) and not re.fullmatch(r"app/[^/]+/\w+/targetgroup/[^/]+/\w+", said):
        message = f"{said!r} names no balancer and target group"
    else:
        return
    yield Fault(message=message, remedy="name the service's own", property=path)


@rule(
    "scaling-expression",
    "ApplicationAutoScaling::ScalingPolicy",
    title="a metric that is computed uses metrics that are there, and comes to one number",
    why="AWS refuses an expression over unknown metrics, and follows no more than one result",
    source=f"{GUIDE}/application-auto-scaling-target-tracking-metric-math.html",
)
def expression(policy: Resource, _: Scene) -> Iterator[Fault]:
    """Each id once, each used, one result."""
    path = f"{CUSTOM}.Metrics"
    metrics = placed(policy.get(path), path)
    ids = [str(each.get("Id")) for _, each in metrics]
    for name in dict.fromkeys(name for name in ids if ids.count(name) > 1):
        message = f"has two metrics called {name}"
        yield Fault(message=message, remedy="rename one", property=path)
    results = [where for where, each in metrics if is_true(each.get("ReturnData", True))]
    if metrics and len(results) != 1:
        yield Fault(
            message=f"comes to {len(results)} numbers",
            remedy="set ReturnData to true for one metric, and to false for the others",
            property=path,
        )
    used = set().union(*(_words(each.get("Expression"), ids) for _, each in metrics))
    for where, each in metrics:
        yield from _computed(each, where, ids)
        if where not in results and str(each.get("Id")) not in used:
            message = f"measures {each.get('Id')} and does not use it"
            yield Fault(message=message, remedy="use it, or remove it", property=where)


def _computed(metric: dict[str, Any], where: str, ids: list[str]) -> Iterator[Fault]:
    """What is wrong with one metric for itself."""
    text = metric.get("Expression")
    missing = [] if text is not None else [each for each in MEASURED if not inside(metric, each)]
    if missing and not is_open(metric.get("MetricStat")):
        message = f"{metric.get('Id')} is not computed, and measured without {', '.join(missing)}"
        yield Fault(message=message, remedy="say MetricStat or Expression", property=where)
    stat = inside(metric, "MetricStat.Stat")
    if is_literal(stat) and not STATISTIC.fullmatch(stat):
        message, remedy = f"there is no statistic {stat}", "say Average, Sum or p90"
        yield Fault(message=message, remedy=remedy, property=f"{where}.MetricStat.Stat")
    path = "MetricStat.Metric.Dimensions"
    for place, each in placed(inside(metric, path), f"{where}.{path}"):
        if not each.get("Name") or not each.get("Value"):
            message, remedy = "has a dimension without name or value", "say both"
            yield Fault(message=message, remedy=remedy, property=place)
    for word in sorted(_words(text, ids) - set(ids)):
        yield Fault(
            message=f"computes with {word}, which is no metric",
            remedy=f"use {', '.join(ids)}",
            property=f"{where}.Expression",
        )


def _words(expression: Any, ids: list[str]) -> set[str]:
    """The metrics that an expression names; `METRICS()` names all."""
    if not is_literal(expression):
        return set()
    words = set(WORD.findall(QUOTED.sub("", expression)))
    return words | set(ids) if "METRICS(" in expression else words


@rule(
    "scaling-dimensions",
    "ApplicationAutoScaling::ScalingPolicy",
    title="a policy follows metrics of the service that it scales",
    why="it scales one service by the load of another",
    source=f"{DOCS}/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html",
)
def dimensions(policy: Resource, scene: Scene) -> Iterator[Fault]:
    """Its name and its cluster stand in the dimensions of ECS's own metrics."""
    service = service_of(scene.estate, policy)
    if service is None:
        return
    custom = policy.get(CUSTOM)
    stats = [(CUSTOM, custom)] if isinstance(custom, dict) else []
    for where, each in placed(policy.get(f"{CUSTOM}.Metrics"), f"{CUSTOM}.Metrics"):
        measured = inside(each, "MetricStat.Metric")
        stats += [(f"{where}.MetricStat.Metric", measured)] if isinstance(measured, dict) else []
    cluster = cluster_of(scene.estate, service.get("Cluster"))
    for path, measured in stats:
        if measured.get("Namespace") not in ("AWS/ECS", "ECS/ContainerInsights"):
            continue
        said = {
            str(d.get("Name")): d.get("Value") for _, d in placed(measured.get("Dimensions"), "")
        }
        for name, own in (("ServiceName", service), ("ClusterName", cluster)):
            if own and not _means(scene.estate, said.get(name), own, name):
                yield Fault(
                    message=f"follows {measured.get('MetricName')} of {name} {said.get(name)}",
                    remedy=f"name the {name} of {service.logical_id}",
                    property=f"{path}.Dimensions",
                )


def _means(estate: Estate, said: Any, own: Resource, name: str) -> bool:
    if is_open(said) and not list(estate.named(said)):
        return True
    # Which name CloudFormation makes nobody knows before.
    unnamed = own.get(name) is None and is_literal(said)
    return unnamed or said_name(estate, said, own, name)
