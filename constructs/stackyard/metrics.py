"""Which CloudWatch metric stands behind each alarm's name, and who publishes it.

The names are those of `config.alarms`; a test compares both. `scale` turns an alarm's unit (GB,
percent of a limit, milliseconds) into the metric's own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from stackyard.series import Metric, Series, one, over

if TYPE_CHECKING:
    from config.model.watched import LogMetric

GIGABYTE = 1e9
MEGABYTE = 1e6


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
        "cpu": one("AWS/RDS", "CPUUtilization", "Average", dimensions),
        "connections": one(
            "AWS/RDS", "DatabaseConnections", "Maximum", dimensions, scale=max_connections / 100
        ),
        "storage": one("AWS/RDS", "FreeStorageSpace", "Minimum", dimensions, scale=GIGABYTE),
        "memory": one("AWS/RDS", "FreeableMemory", "Minimum", dimensions, scale=MEGABYTE),
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
        "memory": one(
            namespace, "BytesUsedForCache", "Maximum", dimensions, scale=max_gb * GIGABYTE / 100
        ),
        "throttled": one(namespace, "ThrottledCmds", "Sum", dimensions),
        "latency": Series(metrics=latencies, expression="MAX(METRICS())", scale=1000),
        "refused": one(namespace, "AuthenticationFailures", "Sum", dimensions),
        "connections": one(namespace, "CurrConnections", "Maximum", dimensions),
        "items": one(namespace, "CurrItems", "Maximum", dimensions),
        "commands": one(namespace, "TotalCmdsCount", "Sum", dimensions),
    }


def of_nodes_cache(name: str, *, nodes: int) -> dict[str, Series]:
    """ElastiCache publishes by node; a replication group has no metrics of its own.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
    """
    clusters = [{"CacheClusterId": f"{name}-{number:03}"} for number in range(1, nodes + 1)]

    def worst(metric: str, statistic: str) -> Series:
        return over("AWS/ElastiCache", metric, statistic, clusters)

    return {
        "memory": worst("DatabaseMemoryUsagePercentage", "Maximum"),
        "cpu": worst("EngineCPUUtilization", "Maximum"),
        "evictions": worst("Evictions", "Sum"),
        "refused": worst("AuthenticationFailures", "Sum"),
        "connections": worst("CurrConnections", "Maximum"),
        **({"lag": worst("ReplicationLag", "Maximum")} if nodes > 1 else {}),
    }


def of_instance(instance: str) -> dict[str, Series]:
    """EC2 publishes it, of instance and host; silence means that there is another instance now."""
    failed = one("AWS/EC2", "StatusCheckFailed", "Maximum", {"InstanceId": instance})
    return {"failed": replace(failed, missing="breaching")}


def of_proxy(name: str) -> dict[str, Series]:
    """RDS Proxy publishes these, latency in microseconds.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.monitoring.html
    """
    dimensions = {"ProxyName": name}
    return {
        "refused": one("AWS/RDS", "ClientConnectionsSetupFailedAuth", "Sum", dimensions),
        "waiting": one(
            "AWS/RDS", "DatabaseConnectionsBorrowLatency", "Average", dimensions, scale=1000
        ),
    }


def of_replica(identifier: str) -> dict[str, Series]:
    """RDS publishes it for a replica, in seconds."""
    dimensions = {"DBInstanceIdentifier": identifier}
    return {"lag": one("AWS/RDS", "ReplicaLag", "Average", dimensions)}


def of_function(name: str) -> dict[str, Series]:
    """Lambda publishes these."""
    dimensions = {"FunctionName": name}
    return {
        "errors": one("AWS/Lambda", "Errors", "Sum", dimensions),
        "throttles": one("AWS/Lambda", "Throttles", "Sum", dimensions),
    }


def of_clockwork(name: str) -> dict[str, Series]:
    """A function that is called every minute: silence is bad news."""
    calls = one("AWS/Lambda", "Invocations", "Sum", {"FunctionName": name})
    return {**of_function(name), "silent": replace(calls, missing="breaching")}


def of_waiting(queue: str) -> dict[str, Series]:
    """SQS publishes these: a message is delayed, in somebody's hands, or visible.

    Not its age: SQS leaves out of that what was received three times and not deleted.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    counts = tuple(
        Metric(
            namespace="AWS/SQS",
            name=f"ApproximateNumberOfMessages{where}",
            statistic="Maximum",
            dimensions={"QueueName": queue},
        )
        for where in ("Delayed", "NotVisible", "Visible")
    )
    return {"waiting": Series(metrics=counts, expression="MAX(METRICS())")}


def of_dead_letters(queue: str) -> dict[str, Series]:
    """SQS publishes it; a message stays visible until somebody takes it away."""
    dimensions = {"QueueName": queue}
    metric = one("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", dimensions)
    return {"undelivered": metric}


def of_build(project: str) -> dict[str, Series]:
    """CodeBuild publishes it."""
    return {"failed": one("AWS/CodeBuild", "FailedBuilds", "Sum", {"ProjectName": project})}


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
