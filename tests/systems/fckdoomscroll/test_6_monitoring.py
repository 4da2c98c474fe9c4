"""Monitoring: log groups and alarms."""

from typing import Any, NamedTuple

import pytest

from tests.systems.reading import Reading, Thing

ALARM = "AWS::CloudWatch::Alarm"
ABOVE, BELOW = "GreaterThanThreshold", "LessThanThreshold"


class Alert(NamedTuple):
    """One line of the document's alarms."""

    name: str
    tier: str
    comparison: str
    threshold: float
    minutes: int
    metric: str
    statistic: str


ALERTS = [
    Alert("app-cpu", "critical", ABOVE, 80, 5, "AWS/ECS CPUUtilization", "Average"),
    Alert("app-memory", "critical", ABOVE, 85, 5, "AWS/ECS MemoryUtilization", "Average"),
    Alert(
        "app-errors",
        "critical",
        ABOVE,
        10,
        1,
        "AWS/ApplicationELB HTTPCode_Target_5XX_Count",
        "Sum",
    ),
    Alert("database-cpu", "critical", ABOVE, 75, 10, "AWS/RDS CPUUtilization", "Average"),
    # The document says no minutes for the rest: five are ours.
    Alert("database-storage", "critical", BELOW, 5e9, 5, "AWS/RDS FreeStorageSpace", "Minimum"),
    Alert(
        "app-latency", "warning", ABOVE, 1, 5, "AWS/ApplicationELB TargetResponseTime", "Average"
    ),
    # Of the 100 that the parameters allow.
    Alert(
        "database-connections", "warning", ABOVE, 80, 5, "AWS/RDS DatabaseConnections", "Maximum"
    ),
]

# Log groups.


def test_the_log_streams_begin_with_ecs(container: dict[str, Any]) -> None:
    # Deviation: what follows is the container's name, not the system's.
    assert container["LogConfiguration"]["Options"]["awslogs-stream-prefix"] == "ecs"
    assert container["Name"] == "app"


def test_tasks_log_for_30_days(prod: Reading, dev: Reading) -> None:
    assert prod.one("AWS::Logs::LogGroup", LogGroupName="/ecs/fckdoomscroll")
    for read in (prod, dev):
        for task in read.all("AWS::ECS::TaskDefinition"):
            (container,) = task["ContainerDefinitions"]
            group = read.at(container["LogConfiguration"]["Options"]["awslogs-group"])
            assert group["RetentionInDays"] == 30


def test_the_databases_slow_queries_and_ddl_reach_cloudwatch(
    read: Reading, database: Thing, key: Thing
) -> None:
    assert "postgresql" in database["EnableCloudwatchLogsExports"]
    name = f"/aws/rds/instance/{database['DBInstanceIdentifier']}/postgresql"
    assert read.one("AWS::Logs::LogGroup", LogGroupName=name)["KmsKeyId"] == key.att("Arn")


# Alarms.


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_alarm_rings_where_the_document_says(read: Reading, alert: Alert) -> None:
    alarm = _alarm(read, alert.name)
    assert f"{alarm['Namespace']} {alarm['MetricName']}" == alert.metric
    assert alarm["ComparisonOperator"] == alert.comparison
    assert alarm["Threshold"] == alert.threshold
    assert alarm["Statistic"] == alert.statistic
    assert alarm["Period"] * alarm["EvaluationPeriods"] == alert.minutes * 60
    assert alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]) == alarm["EvaluationPeriods"]


def test_an_alarm_rings_when_fewer_tasks_run_than_are_wanted_for_five_minutes(
    read: Reading,
) -> None:
    alarm = _alarm(read, "app-running")
    wanted, running, difference = alarm["Metrics"]
    names = [each["MetricStat"]["Metric"]["MetricName"] for each in (wanted, running)]
    assert names == ["DesiredTaskCount", "RunningTaskCount"]
    assert difference["Expression"] == f"{wanted['Id']} - {running['Id']}"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == (ABOVE, 0)
    assert wanted["MetricStat"]["Period"] * alarm["EvaluationPeriods"] == 5 * 60


def test_the_cluster_publishes_what_that_alarm_reads(read: Reading) -> None:
    (setting,) = read.one("AWS::ECS::Cluster")["ClusterSettings"]
    assert setting["Name"] == "containerInsights"
    assert setting["Value"] != "disabled"


@pytest.mark.parametrize(
    ("tier", "names"),
    [
        ("critical", ["app-cpu", "app-memory", "app-errors", "database-cpu", "database-storage"]),
        ("warning", ["app-running", "app-latency", "database-connections"]),
    ],
)
def test_alarms_are_told_to_the_documents_tier(read: Reading, tier: str, names: list[str]) -> None:
    topic = read.one(
        "AWS::SNS::Topic", DisplayName=f"fckdoomscroll-{read.environment.environment} {tier}"
    )
    for name in names:
        alarm = _alarm(read, name)
        assert alarm["AlarmActions"] == alarm["OKActions"] == [topic.ref]


@pytest.mark.parametrize(
    ("tier", "address"), [("critical", "pager@yourdomain.com"), ("warning", "ops@yourdomain.com")]
)
def test_the_tier_is_read_by_mail(read: Reading, tier: str, address: str) -> None:
    # PagerDuty follows later; until then its mail address stands for it.
    subscription = read.one("AWS::SNS::Subscription", Endpoint=address)
    assert subscription["Protocol"] == "email"
    assert read.at(subscription["TopicArn"])["DisplayName"].endswith(f" {tier}")


@pytest.mark.parametrize(
    ("name", "dimension"),
    [("app-cpu", "ServiceName"), ("app-errors", "TargetGroup"), ("database-cpu", "DB")],
)
def test_alarm_watches_this_systems_own(
    read: Reading, service: Thing, database: Thing, name: str, dimension: str
) -> None:
    targets = read.one("AWS::ElasticLoadBalancingV2::TargetGroup")
    watched = {
        "ServiceName": service["ServiceName"],
        "TargetGroup": targets.att("TargetGroupFullName"),
        "DB": database["DBInstanceIdentifier"],
    }
    values = [each["Value"] for each in _alarm(read, name)["Dimensions"]]
    assert watched[dimension] in values


def _alarm(read: Reading, name: str) -> Thing:
    return read.one(ALARM, AlarmName=f"fckdoomscroll-{read.environment.environment}-{name}")
