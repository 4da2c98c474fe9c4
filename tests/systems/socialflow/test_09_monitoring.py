"""9. Monitoring: log groups, the alarms whose figures the document gives, who hears them."""

import pytest

from tests.systems.parts import alarm, container_of, tier_of
from tests.systems.reading import Reading, Thing

EMAIL = "devops-team@socialflow.com"
CONNECTIONS = {"dev": 80, "staging": 160, "prod": 800}


# Log groups.


@pytest.mark.parametrize("program", ["app", "worker", "beat", "migrate"])
def test_programs_log_to_groups_of_their_own(read: Reading, program: str) -> None:
    log = container_of(read, program)["LogConfiguration"]
    assert log["LogDriver"] == "awslogs"
    assert read.at(log["Options"]["awslogs-group"])["RetentionInDays"] == 30


def test_every_log_is_kept_for_7_to_30_days(read: Reading) -> None:
    groups = read.all("AWS::Logs::LogGroup")
    assert groups
    assert [group for group in groups if not 7 <= group["RetentionInDays"] <= 30] == []


def test_every_log_is_encrypted_with_a_key_of_ours(read: Reading) -> None:
    keys = {key.att("Arn") for key in read.all("AWS::KMS::Key")}
    assert {group.get("KmsKeyId") for group in read.all("AWS::Logs::LogGroup")} <= keys


# Alarms, with the document's thresholds. Latency is in seconds.


@pytest.mark.parametrize(
    ("name", "metric", "threshold", "tier"),
    [
        ("app-cpu", "CPUUtilization", 75, "warning"),
        ("app-memory", "MemoryUtilization", 80, "warning"),
        ("app-latency", "TargetResponseTime", 2, "warning"),
        ("app-running", "RunningTaskCount", 0, "warning"),
        ("database-cpu", "CPUUtilization", 90, "critical"),
        ("cache-memory", "DatabaseMemoryUsagePercentage", 95, "critical"),
        ("broker-memory", "DatabaseMemoryUsagePercentage", 80, "warning"),
    ],
)
def test_an_alarm_rings_above_the_documents_threshold(
    read: Reading, name: str, metric: str, threshold: float, tier: str
) -> None:
    found = alarm(read, name)
    assert metric in _metrics(found)
    assert found["ComparisonOperator"] == "GreaterThanThreshold"
    assert found["Threshold"] == threshold
    assert tier_of(read, found) == tier


def test_four_fifths_of_the_databases_connections_are_a_warning(read: Reading, stage: str) -> None:
    found = alarm(read, "database-connections")
    assert found["Threshold"] == CONNECTIONS[stage]
    assert tier_of(read, found) == "warning"


def test_no_healthy_task_behind_the_balancer_is_critical(read: Reading) -> None:
    found = alarm(read, "app-down")
    assert _metrics(found) == {"HealthyHostCount"}
    assert (found["ComparisonOperator"], found["Threshold"]) == ("LessThanThreshold", 1)
    assert found["TreatMissingData"] == "breaching"
    assert tier_of(read, found) == "critical"


@pytest.mark.parametrize("name", ["cache-cpu", "broker-cpu", "app-errors", "database-storage"])
def test_what_the_document_gives_no_figure_for_is_watched_too(read: Reading, name: str) -> None:
    assert alarm(read, name)


@pytest.mark.parametrize("tier", ["critical", "warning", "info"])
def test_the_team_hears_of_every_tier(read: Reading, stage: str, tier: str) -> None:
    topic = read.one("AWS::SNS::Topic", DisplayName=f"socialflow-{stage} {tier}")
    subscription = read.one("AWS::SNS::Subscription", TopicArn=topic.ref)
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", EMAIL)


def test_every_alarm_and_its_end_is_heard(read: Reading) -> None:
    topics = {topic.ref for topic in read.all("AWS::SNS::Topic")}
    alarms = read.all("AWS::CloudWatch::Alarm")
    assert alarms
    for actions in ("AlarmActions", "OKActions"):
        assert [a for a in alarms if not a[actions] or not {*a[actions]} <= topics] == []


def _metrics(found: Thing) -> set[str]:
    if "MetricName" in found.properties:
        return {found["MetricName"]}
    queries = found["Metrics"]
    return {q["MetricStat"]["Metric"]["MetricName"] for q in queries if "MetricStat" in q}
