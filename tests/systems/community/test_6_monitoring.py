"""MVP monitoring setup: logs, alarms, tracing by Datadog."""

import pytest

from tests.systems.parts import (
    alarm,
    container_of,
    of_node,
    secrets_of,
    task_of,
    tier_of,
    variables_of,
)
from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing

PROGRAMS = ("app", "worker", "migrate")
SERVICES = ("app", "worker")


def test_the_cluster_reports_its_containers(read: Reading, stage: str) -> None:
    insights = {"staging": "enabled", "prod": "enhanced"}
    settings = read.one("AWS::ECS::Cluster")["ClusterSettings"]
    assert settings == [{"Name": "containerInsights", "Value": insights[stage]}]


# Logging: what is written to stdout, as it is, collected by CloudWatch Logs.


@pytest.mark.parametrize("program", PROGRAMS)
def test_stdout_is_collected_by_cloudwatch_unchanged(read: Reading, program: str) -> None:
    log = container_of(read, program)["LogConfiguration"]
    assert log["LogDriver"] == "awslogs"
    # A line is an event: JSON stays JSON, which CloudWatch takes apart by itself.
    assert not {option for option in log["Options"] if "multiline" in option or "date" in option}
    group = read.at(log["Options"]["awslogs-group"])
    assert group["RetentionInDays"] == 90


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_may_write_their_own_log_alone(read: Reading, program: str) -> None:
    task = task_of(read, program)
    group = container_of(read, program)["LogConfiguration"]["Options"]["awslogs-group"]
    role = read.at(task["ExecutionRoleArn"])
    (streams,) = resources_for(role, "logs:PutLogEvents")
    assert streams.startswith(read.at(group).att("Arn"))


# Alarms: high CPU and memory, a surge of 5xx, many connections, failing health checks.


@pytest.mark.parametrize(
    ("name", "threshold", "tier"),
    [
        ("app-cpu", 80, "warning"),
        ("worker-cpu", 80, "warning"),
        ("app-memory", 80, "warning"),
        ("database-cpu", 80, "warning"),
        ("app-errors", 10, "critical"),
        ("balancer-errors", 10, "critical"),
        ("database-connections", 160, "warning"),
    ],
)
def test_an_alarm_rings_above(read: Reading, name: str, threshold: float, tier: str) -> None:
    # Of these figures the document gives the CPU's 80 percent; the others are ours.
    found = alarm(read, name)
    assert found["ComparisonOperator"] == "GreaterThanThreshold"
    assert found["Threshold"] == threshold
    assert tier_of(read, found) == tier


def test_failing_health_checks_ring(read: Reading) -> None:
    found = alarm(read, "app-down")
    names = [q["MetricStat"]["Metric"]["MetricName"] for q in found["Metrics"] if "MetricStat" in q]
    assert {*names} == {"HealthyHostCount"}
    assert (found["ComparisonOperator"], found["Threshold"]) == ("LessThanThreshold", 1)
    assert tier_of(read, found) == "critical"


@pytest.mark.parametrize("tier", ["critical", "warning"])
def test_somebody_hears_each_tier(read: Reading, stage: str, tier: str) -> None:
    topic = read.one("AWS::SNS::Topic", DisplayName=f"community-{stage} {tier}")
    subscription = read.one("AWS::SNS::Subscription", TopicArn=topic.ref)
    assert subscription["Endpoint"] == "oncall@community.example.com"


# APM: Datadog's agent beside each program.


@pytest.mark.parametrize("service", SERVICES)
def test_the_agent_runs_beside_the_program(read: Reading, service: str) -> None:
    agent = container_of(read, service, "datadog")
    assert agent["Image"].startswith("public.ecr.aws/datadog/agent:")
    assert variables_of(agent) == {
        "DD_APM_ENABLED": "true",
        "DD_SITE": "datadoghq.com",
        "ECS_FARGATE": "true",
    }
    # The program outlives it.
    assert agent["Essential"] is False


@pytest.mark.parametrize("service", SERVICES)
def test_the_agents_key_is_a_secret_of_its_own(read: Reading, service: str) -> None:
    agent = container_of(read, service, "datadog")
    secret = of_node(read, "AWS::SecretsManager::Secret", "datadog")
    assert secrets_of(agent) == {"DD_API_KEY": secret.ref}


@pytest.mark.parametrize("service", SERVICES)
def test_the_program_finds_the_agent(read: Reading, service: str) -> None:
    variables = variables_of(container_of(read, service))
    assert variables["DD_AGENT_HOST"] == "127.0.0.1"
    assert variables["DD_SERVICE"] == "community"


def test_the_application_is_told_what_it_is(read: Reading, uploads: Thing) -> None:
    variables = variables_of(container_of(read, "app"))
    assert variables["NODE_ENV"] == "production"
    assert variables["S3_BUCKET"] == uploads.ref
