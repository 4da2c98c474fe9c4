"""Alarms: the figures of `config.alarms` on the series of `stackyard.metrics`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_cloudwatch as cloudwatch

if TYPE_CHECKING:
    from constructs import Construct

    from config.alarms import Alarm
    from stackyard.series import Metric, Series

MINUTE = 60


def watch(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    alarm: Alarm,
    series: Series,
    topic_arn: str,
    recovery_topic_arn: str,
) -> cloudwatch.CfnAlarm:
    """One alarm, which tells its tier's topic, and another (or the same) when it is over."""
    period = alarm.minutes * MINUTE if series.counted else MINUTE
    common: dict[str, Any] = {
        "alarm_name": name,
        "alarm_description": describe(alarm, counted=series.counted),
        "comparison_operator": ("LessThanThreshold" if alarm.below else "GreaterThanThreshold"),
        "threshold": alarm.threshold * series.scale,
        "evaluation_periods": 1 if series.counted else alarm.minutes,
        "treat_missing_data": series.missing,
        "alarm_actions": [topic_arn],
        "ok_actions": [recovery_topic_arn],
    }
    if series.expression:
        queries = _queries(series, period)
        return cloudwatch.CfnAlarm(scope, construct_id, **common, metrics=queries)
    (metric,) = series.metrics
    return cloudwatch.CfnAlarm(
        scope,
        construct_id,
        **common,
        namespace=metric.namespace,
        metric_name=metric.name,
        statistic=metric.statistic,
        dimensions=_dimensions(metric),
        period=period,
    )


def describe(alarm: Alarm, *, counted: bool) -> str:
    """What the alarm means, in a sentence for people."""
    means = alarm.means.format(f"{alarm.threshold:g}")
    lasting = "within" if counted else "for"
    return f"{means[:1].upper()}{means[1:]}, {lasting} {alarm.minutes} min ({alarm.tier})"


def _dimensions(metric: Metric) -> list[cloudwatch.CfnAlarm.DimensionProperty]:
    dimension = cloudwatch.CfnAlarm.DimensionProperty
    return [dimension(name=name, value=value) for name, value in metric.dimensions.items()]


def _queries(series: Series, period: int) -> list[cloudwatch.CfnAlarm.MetricDataQueryProperty]:
    alarm = cloudwatch.CfnAlarm
    watched = [
        alarm.MetricDataQueryProperty(
            id=f"m{number}",
            return_data=False,
            metric_stat=alarm.MetricStatProperty(
                metric=alarm.MetricProperty(
                    namespace=metric.namespace,
                    metric_name=metric.name,
                    dimensions=_dimensions(metric),
                ),
                period=period,
                stat=metric.statistic,
            ),
        )
        for number, metric in enumerate(series.metrics, start=1)
    ]
    # A query names its own period; an expression over metrics takes theirs.
    result = alarm.MetricDataQueryProperty(
        id="result",
        expression=series.expression,
        return_data=True,
        period=None if series.metrics else period,
    )
    return [*watched, result]
