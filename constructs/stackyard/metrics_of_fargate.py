"""The metrics of what runs on ECS Fargate, and of the balancer before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackyard.series import Metric, Series, one, over

if TYPE_CHECKING:
    from collections.abc import Sequence

QUEUE_DEPTH = "QueueDepth"


def of_fargate(cluster: str, service: str) -> dict[str, Series]:
    """ECS publishes the shares, Container Insights the numbers of tasks.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
    """
    dimensions = {"ClusterName": cluster, "ServiceName": service}
    tasks = tuple(
        Metric(
            namespace="ECS/ContainerInsights", name=name, statistic="Average", dimensions=dimensions
        )
        for name in ("DesiredTaskCount", "RunningTaskCount")
    )
    return {
        "cpu": one("AWS/ECS", "CPUUtilization", "Average", dimensions),
        "memory": one("AWS/ECS", "MemoryUtilization", "Average", dimensions),
        "running": Series(metrics=tasks, expression="m1 - m2"),
    }


def of_targets(balancer: str, groups: Sequence[str]) -> dict[str, Series]:
    """The balancer publishes by target group. Latency is in seconds.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    dimensions = [{"TargetGroup": group, "LoadBalancer": balancer} for group in groups]

    def metric(name: str, statistic: str) -> Series:
        return over("AWS/ApplicationELB", name, statistic, dimensions)

    latency, healthy = (
        metric("TargetResponseTime", "Average"),
        metric("HealthyHostCount", "Minimum"),
    )
    return {
        "errors": metric("HTTPCode_Target_5XX_Count", "Sum"),
        "latency": replace(latency, scale=1 / 1000),
        # Silence means that nothing is registered. Of two colours one is empty at most times.
        "down": replace(healthy, missing="breaching"),
        "requests": metric("RequestCount", "Sum"),
    }


def of_balancer(balancer: str) -> dict[str, Series]:
    """The balancer publishes these of itself."""
    dimensions = {"LoadBalancer": balancer}
    return {
        "errors": one("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", dimensions),
        "rejected": one("AWS/ApplicationELB", "RejectedConnectionCount", "Sum", dimensions),
    }


def of_queue(namespace: str, service: str) -> dict[str, Series]:
    """`lambda/queue_depth` publishes it, once a minute."""
    return {"queue": one(namespace, QUEUE_DEPTH, "Maximum", {"Service": service})}
