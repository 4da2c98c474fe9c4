"""Which metrics stand behind the alarms of caches on nodes, Fargate, balancers and queues."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config import alarms
from stackyard import metrics, metrics_of_fargate
from stackyard.alarms import watch
from stackyard.dashboard import dashboard
from stackyard.series import Series
from tests.components.building import Made, made, stack_in

GROUPS = ("targetgroup/blue/1", "targetgroup/green/2")
ELB, CACHE = "AWS/ApplicationELB", "AWS/ElastiCache"
SERIES: dict[str, dict[str, Series]] = {
    "cache": metrics.of_nodes_cache("demo", nodes=3),
    "alone": metrics.of_nodes_cache("demo", nodes=1),
    "fargate": metrics_of_fargate.of_fargate("the-cluster", "web"),
    "served": metrics_of_fargate.of_targets("app/demo/1", GROUPS),
    "one-group": metrics_of_fargate.of_targets("app/demo/1", GROUPS[:1]),
    "balancer": metrics_of_fargate.of_balancer("app/demo/1"),
    "queue": metrics_of_fargate.of_queue("demo/queues", "worker"),
    "replica": metrics.of_replica("demo-replica"),
    "proxy": metrics.of_proxy("demo-proxy"),
    "waiting": metrics.of_waiting("the-queue"),
}
CATALOGUE = {
    "cache": alarms.NODES_CACHE + alarms.LAGGING_CACHE + alarms.EVICTING_CACHE,
    "fargate": alarms.FARGATE,
    "served": alarms.SERVED,
    "balancer": alarms.BALANCER_ALARMS,
    "replica": alarms.REPLICA,
    "proxy": alarms.PROXY,
    "waiting": tuple(each for each in alarms.NOTIFIER_ALARMS if each.name == "waiting"),
}


@pytest.fixture(scope="module")
def watched(folder: Path) -> Made:
    """Every alarm of the catalogue on its series, and a dashboard of all series."""
    stack = stack_in(folder)
    for node, catalogue in CATALOGUE.items():
        for each in catalogue:
            watch(
                stack,
                f"{node}-{each.name}",
                name=f"{node}.{each.name}",
                alarm=each,
                series=SERIES[node][each.name],
                topic_arn="arn:topic",
                recovery_topic_arn="arn:topic",
            )
    dashboard(stack, "Dashboard", name="demo", region="us-east-1", rows=SERIES)
    return made(stack)


def alarm(watched: Made, name: str) -> dict[str, Any]:
    return watched.only("AWS::CloudWatch::Alarm", AlarmName=name)


def dimensions(series: Series) -> list[dict[str, str]]:
    return [dict(each.dimensions) for each in series.metrics]


def names(node: str) -> dict[str, set[tuple[str, str, str]]]:
    """Namespace, name and statistic of what each series is made of."""
    return {
        title: {(each.namespace, each.name, each.statistic) for each in series.metrics}
        for title, series in SERIES[node].items()
    }


def test_every_alarm_of_the_catalogue_has_a_series(watched: Made) -> None:
    expected = {f"{node}.{each.name}" for node, found in CATALOGUE.items() for each in found}
    found = {each["AlarmName"] for each in watched.of("AWS::CloudWatch::Alarm")}
    assert found == expected


def test_a_cache_is_watched_node_by_node_as_elasticache_names_them() -> None:
    nodes = [{"CacheClusterId": f"demo-00{number}"} for number in (1, 2, 3)]
    for series in SERIES["cache"].values():
        assert dimensions(series) == nodes
    assert names("cache") == {
        "memory": {(CACHE, "DatabaseMemoryUsagePercentage", "Maximum")},
        "cpu": {(CACHE, "EngineCPUUtilization", "Maximum")},
        "evictions": {(CACHE, "Evictions", "Sum")},
        "refused": {(CACHE, "AuthenticationFailures", "Sum")},
        "connections": {(CACHE, "CurrConnections", "Maximum")},
        "lag": {(CACHE, "ReplicationLag", "Maximum")},
    }


@pytest.mark.parametrize(
    ("name", "expression"), [("memory", "MAX(METRICS())"), ("evictions", "SUM(METRICS())")]
)
def test_the_worst_node_rings_and_what_is_counted_is_added_up(
    watched: Made, name: str, expression: str
) -> None:
    *nodes, result = alarm(watched, f"cache.{name}")["Metrics"]
    assert len(nodes) == 3
    assert (result["Expression"], result["ReturnData"]) == (expression, True)


def test_a_cache_of_one_node_has_no_lag_and_needs_no_expression() -> None:
    assert "lag" not in SERIES["alone"]
    assert {series.expression for series in SERIES["alone"].values()} == {None}


def test_a_service_is_found_by_cluster_and_name(watched: Made) -> None:
    place = {"ClusterName": "the-cluster", "ServiceName": "web"}
    for series in SERIES["fargate"].values():
        assert dimensions(series) == [place] * len(series.metrics)
    found = alarm(watched, "fargate.cpu")
    assert (found["Namespace"], found["MetricName"]) == ("AWS/ECS", "CPUUtilization")


def test_tasks_that_should_run_and_do_not_are_the_difference_of_two_metrics(
    watched: Made,
) -> None:
    wanted, running, result = alarm(watched, "fargate.running")["Metrics"]
    found = {each["Id"]: each["MetricStat"]["Metric"] for each in (wanted, running)}
    assert {key: each["MetricName"] for key, each in found.items()} == {
        "m1": "DesiredTaskCount",
        "m2": "RunningTaskCount",
    }
    assert {each["Namespace"] for each in found.values()} == {"ECS/ContainerInsights"}
    assert result["Expression"] == "m1 - m2"
    assert alarm(watched, "fargate.running")["ComparisonOperator"] == "GreaterThanThreshold"


def test_both_colours_of_a_service_are_watched_behind_their_balancer() -> None:
    both = [{"TargetGroup": group, "LoadBalancer": "app/demo/1"} for group in GROUPS]
    for series in SERIES["served"].values():
        assert dimensions(series) == both
    for series in SERIES["one-group"].values():
        assert dimensions(series) == both[:1]
        assert series.expression is None
    assert names("served") == {
        "errors": {(ELB, "HTTPCode_Target_5XX_Count", "Sum")},
        "latency": {(ELB, "TargetResponseTime", "Average")},
        "down": {(ELB, "HealthyHostCount", "Minimum")},
        "requests": {(ELB, "RequestCount", "Sum")},
    }


def test_a_service_is_down_when_neither_colour_is_healthy_or_none_says_so(watched: Made) -> None:
    down = alarm(watched, "served.down")
    # The colour that is not in use has no healthy target: the other one counts.
    assert down["Metrics"][-1]["Expression"] == "MAX(METRICS())"
    assert (down["ComparisonOperator"], down["Threshold"]) == ("LessThanThreshold", 1)
    assert down["TreatMissingData"] == "breaching"
    others = [each for each in watched.of("AWS::CloudWatch::Alarm") if each is not down]
    assert {each["TreatMissingData"] for each in others} == {"notBreaching"}


def test_latency_is_told_in_milliseconds_and_measured_in_seconds(watched: Made) -> None:
    assert alarm(watched, "served.latency")["Threshold"] == 2
    assert alarm(watched, "replica.lag")["Threshold"] == 300
    for node in ("cache", "fargate", "balancer", "queue", "replica"):
        assert {series.scale for series in SERIES[node].values()} == {1}


def test_a_proxy_measures_microseconds(watched: Made) -> None:
    assert alarm(watched, "proxy.waiting")["Threshold"] == 1_000_000
    assert alarm(watched, "proxy.refused")["Threshold"] == 0


def test_the_balancer_answers_for_itself(watched: Made) -> None:
    found = alarm(watched, "balancer.errors")
    assert (found["Namespace"], found["MetricName"]) == (ELB, "HTTPCode_ELB_5XX_Count")
    assert found["Dimensions"] == [{"Name": "LoadBalancer", "Value": "app/demo/1"}]
    assert alarm(watched, "balancer.rejected")["MetricName"] == "RejectedConnectionCount"
    assert {each.counted for each in SERIES["balancer"].values()} == {True}


def test_a_queue_is_as_long_as_the_longest_measurement_says() -> None:
    assert names("queue") == {"queue": {("demo/queues", "QueueDepth", "Maximum")}}
    assert dimensions(SERIES["queue"]["queue"]) == [{"Service": "worker"}]


def test_a_replica_lags_by_its_own_name(watched: Made) -> None:
    found = alarm(watched, "replica.lag")
    assert (found["Namespace"], found["MetricName"]) == ("AWS/RDS", "ReplicaLag")
    assert found["Dimensions"] == [{"Name": "DBInstanceIdentifier", "Value": "demo-replica"}]


def test_what_cloudwatch_allows_of_an_alarm_is_kept(watched: Made) -> None:
    """Ten metrics at most, and no longer than a day.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    for each in watched.of("AWS::CloudWatch::Alarm"):
        queries = each.get("Metrics", [])
        assert len(queries) <= 10
        periods = [query["MetricStat"]["Period"] for query in queries[:-1]] or [each["Period"]]
        assert max(periods) * each["EvaluationPeriods"] <= 86400


def test_six_nodes_still_fit_into_one_alarm() -> None:
    assert len(metrics.of_nodes_cache("demo", nodes=6)["memory"].metrics) + 1 <= 10


def test_events_wait_wherever_in_the_queue_they_are(watched: Made) -> None:
    found = alarm(watched, "waiting.waiting")
    *each, result = found["Metrics"]
    metrics_of_queue = [query["MetricStat"]["Metric"] for query in each]
    assert [
        metric["MetricName"].removeprefix("ApproximateNumberOfMessages")
        for metric in metrics_of_queue
    ] == ["Delayed", "NotVisible", "Visible"]
    assert all(
        metric["Dimensions"] == [{"Name": "QueueName", "Value": "the-queue"}]
        for metric in metrics_of_queue
    )
    assert result["Expression"] == "MAX(METRICS())"
    assert (found["Threshold"], found["EvaluationPeriods"]) == (0, 30)
    assert found["TreatMissingData"] == "notBreaching"
