"""Which CloudWatch metric stands behind each alarm's name, and who publishes it.

The names are those of `config.alarms`; a test compares both. `scale` turns an alarm's unit (GB,
percent of a limit, milliseconds) into the metric's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from config.model.watched import LogMetric

QUEUE_DEPTH = "QueueDepth"
GIGABYTE = 1e9
MEGABYTE = 1e6


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


def _one(
    namespace: str, name: str, statistic: str, dimensions: Mapping[str, str], scale: float = 1
) -> Series:
    metric = Metric(namespace=namespace, name=name, statistic=statistic, dimensions=dimensions)
    counted = statistic == "Sum"
    return Series(metrics=(metric,), counted=counted, scale=scale)


def of_app_runner(service: str) -> dict[str, Series]:
    """App Runner publishes by name and id; the id changes with the service, so names are asked.

    https://docs.aws.amazon.com/apprunner/latest/dg/monitor-cw.html
    """

    def query(statistic: str, metric: str, *, counted: bool = False) -> Series:
        source = f"FROM \"AWS/AppRunner\" WHERE ServiceName = '{service}'"
        expression = f'SELECT {statistic}("{metric}") {source}'
        return Series(expression=expression, counted=counted)

    return {
        "errors": query("SUM", "5xxStatusResponses", counted=True),
        "latency": query("AVG", "RequestLatency"),
        "cpu": query("MAX", "CPUUtilization"),
        "memory": query("MAX", "MemoryUtilization"),
    }


def of_postgres(identifier: str, *, max_connections: int) -> dict[str, Series]:
    """RDS publishes all of these. Latencies are seconds, sizes bytes.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
    """
    dimensions = {"DBInstanceIdentifier": identifier}
    latencies = tuple(
        Metric(namespace="AWS/RDS", name=name, statistic="Average", dimensions=dimensions)
        for name in ("ReadLatency", "WriteLatency")
    )
    return {
        "cpu": _one("AWS/RDS", "CPUUtilization", "Average", dimensions),
        "connections": _one(
            "AWS/RDS", "DatabaseConnections", "Maximum", dimensions, scale=max_connections / 100
        ),
        "storage": _one("AWS/RDS", "FreeStorageSpace", "Minimum", dimensions, scale=GIGABYTE),
        "memory": _one("AWS/RDS", "FreeableMemory", "Minimum", dimensions, scale=MEGABYTE),
        "latency": Series(metrics=latencies, expression="MAX(METRICS())", scale=1 / 1000),
    }


def of_serverless_cache(name: str, *, max_gb: int) -> dict[str, Series]:
    """ElastiCache publishes these for serverless caches, latencies in microseconds.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/serverless-metrics-events-redis.html
    """
    dimensions = {"clusterId": name}
    namespace = "AWS/ElastiCache"
    latencies = tuple(
        Metric(namespace=namespace, name=metric, statistic="Average", dimensions=dimensions)
        for metric in ("SuccessfulReadRequestLatency", "SuccessfulWriteRequestLatency")
    )
    return {
        "memory": _one(
            namespace, "BytesUsedForCache", "Maximum", dimensions, scale=max_gb * GIGABYTE / 100
        ),
        "throttled": _one(namespace, "ThrottledCmds", "Sum", dimensions),
        "latency": Series(metrics=latencies, expression="MAX(METRICS())", scale=1000),
        "refused": _one(namespace, "AuthenticationFailures", "Sum", dimensions),
        "connections": _one(namespace, "CurrConnections", "Maximum", dimensions),
        "items": _one(namespace, "CurrItems", "Maximum", dimensions),
        "commands": _one(namespace, "TotalCmdsCount", "Sum", dimensions),
    }


def of_nodes_cache(name: str, *, nodes: int) -> dict[str, Series]:
    """ElastiCache publishes by node; a replication group has no metrics of its own.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
    """
    clusters = [{"CacheClusterId": f"{name}-{number:03}"} for number in range(1, nodes + 1)]

    def worst(metric: str, statistic: str) -> Series:
        return _over("AWS/ElastiCache", metric, statistic, clusters)

    return {
        "memory": worst("DatabaseMemoryUsagePercentage", "Maximum"),
        "cpu": worst("EngineCPUUtilization", "Maximum"),
        "evictions": worst("Evictions", "Sum"),
        "refused": worst("AuthenticationFailures", "Sum"),
        "connections": worst("CurrConnections", "Maximum"),
        **({"lag": worst("ReplicationLag", "Maximum")} if nodes > 1 else {}),
    }


def _over(
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
        "cpu": _one("AWS/ECS", "CPUUtilization", "Average", dimensions),
        "memory": _one("AWS/ECS", "MemoryUtilization", "Average", dimensions),
        "running": Series(metrics=tasks, expression="m1 - m2"),
    }


def of_targets(balancer: str, groups: Sequence[str]) -> dict[str, Series]:
    """The balancer publishes by target group. Latency is in seconds.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    dimensions = [{"TargetGroup": group, "LoadBalancer": balancer} for group in groups]

    def metric(name: str, statistic: str) -> Series:
        return _over("AWS/ApplicationELB", name, statistic, dimensions)

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
        "errors": _one("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "Sum", dimensions),
        "rejected": _one("AWS/ApplicationELB", "RejectedConnectionCount", "Sum", dimensions),
    }


def of_queue(namespace: str, service: str) -> dict[str, Series]:
    """`lambda/queue_depth` publishes it, once a minute."""
    return {"queue": _one(namespace, QUEUE_DEPTH, "Maximum", {"Service": service})}


def of_replica(identifier: str) -> dict[str, Series]:
    """RDS publishes it for a replica, in seconds."""
    dimensions = {"DBInstanceIdentifier": identifier}
    return {"lag": _one("AWS/RDS", "ReplicaLag", "Average", dimensions)}


def of_function(name: str) -> dict[str, Series]:
    """Lambda publishes these."""
    dimensions = {"FunctionName": name}
    return {
        "errors": _one("AWS/Lambda", "Errors", "Sum", dimensions),
        "throttles": _one("AWS/Lambda", "Throttles", "Sum", dimensions),
    }


def of_clockwork(name: str) -> dict[str, Series]:
    """A function that is called every minute: silence is bad news."""
    calls = _one("AWS/Lambda", "Invocations", "Sum", {"FunctionName": name})
    return {**of_function(name), "silent": replace(calls, missing="breaching")}


def of_dead_letters(queue: str) -> dict[str, Series]:
    """SQS publishes it; a message stays visible until somebody takes it away."""
    dimensions = {"QueueName": queue}
    metric = _one("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", dimensions)
    return {"undelivered": metric}


def of_build(project: str) -> dict[str, Series]:
    """CodeBuild publishes it."""
    return {"failed": _one("AWS/CodeBuild", "FailedBuilds", "Sum", {"ProjectName": project})}


def of_machines(alarm: str, machines: list[str]) -> dict[str, Series]:
    """Step Functions publishes it, for each of the machines."""
    metrics = tuple(
        Metric(
            namespace="AWS/States",
            name="ExecutionsFailed",
            statistic="Sum",
            dimensions={"StateMachineArn": machine},
        )
        for machine in machines
    )
    if not metrics:
        return {}
    expression = None if len(metrics) == 1 else "SUM(METRICS())"
    return {alarm: Series(metrics=metrics, expression=expression, counted=True)}


def of_probe(health_check: str) -> dict[str, Series]:
    """Route 53 publishes it, in us-east-1 only: 1 is healthy. Silence is bad news."""
    metric = Metric(
        namespace="AWS/Route53",
        name="HealthCheckStatus",
        statistic="Minimum",
        dimensions={"HealthCheckId": health_check},
    )
    return {"probe": Series(metrics=(metric,), missing="breaching")}


def of_log_metric(namespace: str, name: str, spec: LogMetric) -> Series:
    """CloudWatch Logs publishes it out of the program's own log lines."""
    metric = Metric(namespace=namespace, name=name, statistic=spec.statistic)
    if spec.alarm and spec.alarm.rising:
        return Series(metrics=(metric,), expression="DIFF(m1)", counted=True)
    return Series(metrics=(metric,), counted=spec.statistic == "Sum")
