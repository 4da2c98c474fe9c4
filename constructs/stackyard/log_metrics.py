"""Metrics that CloudWatch Logs reads out of a program's own log lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_logs as logs

from stackyard.names import pascal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from config.model.watched import LogMetric


def namespace_of(environment: str) -> str:
    """The namespace of an environment's own metrics."""
    return f"Stackyard/{environment}"


def log_metrics(
    scope: Construct,
    *,
    log_group: str,
    namespace: str,
    metrics: Mapping[str, LogMetric],
) -> None:
    """A metric filter for each, on a log group that another resource has made."""
    for name, spec in metrics.items():
        logs.CfnMetricFilter(
            scope,
            pascal(name),
            log_group_name=log_group,
            filter_pattern=spec.pattern,
            metric_transformations=[
                logs.CfnMetricFilter.MetricTransformationProperty(
                    metric_namespace=namespace,
                    metric_name=name,
                    metric_value=spec.value,
                    unit=spec.unit,
                )
            ],
        )
