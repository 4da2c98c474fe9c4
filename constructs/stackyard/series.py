"""What alarms and dashboards watch: CloudWatch metrics, and expressions over some."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One CloudWatch metric."""

    namespace: str
    name: str
    statistic: str
    dimensions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Series:
    """What one alarm watches: a metric, an expression over some, or a query.

    A series of sums is counted over the alarm's whole time; any other has to hold in each minute
    of it. `missing` is CloudWatch's treatment of missing data.
    """

    metrics: tuple[Metric, ...] = ()
    expression: str | None = None
    counted: bool = False
    scale: float = 1
    missing: str = "notBreaching"


def one(
    namespace: str, name: str, statistic: str, dimensions: Mapping[str, str], scale: float = 1
) -> Series:
    """One metric of one thing."""
    metric = Metric(namespace=namespace, name=name, statistic=statistic, dimensions=dimensions)
    counted = statistic == "Sum"
    return Series(metrics=(metric,), counted=counted, scale=scale)


def over(
    namespace: str, name: str, statistic: str, dimensions: Iterable[Mapping[str, str]]
) -> Series:
    """One metric of several things: all of a sum, else the worst."""
    metrics = tuple(
        Metric(namespace=namespace, name=name, statistic=statistic, dimensions=each)
        for each in dimensions
    )
    counted = statistic == "Sum"
    expression = "SUM(METRICS())" if counted else "MAX(METRICS())"
    return Series(
        metrics=metrics, expression=expression if len(metrics) > 1 else None, counted=counted
    )
