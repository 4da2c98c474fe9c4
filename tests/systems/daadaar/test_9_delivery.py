"""Monitoring and observability, and the way of an image into production."""

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.systems.daadaar.test_4_migrations import BUILDSPEC
from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing, texts

ALARM = "AWS::CloudWatch::Alarm"
URL = "postgresql://owner:secret@database:5432/daadaar"
SCHEMA_PUSH = re.compile(r"(drizzle\S*|db)[ :]+push")

# Sentry and PostHog: outside, with their keys kept here.


@pytest.mark.parametrize(
    ("variable", "node"), [("SENTRY_DSN", "sentry-dsn"), ("POSTHOG_KEY", "posthog-key")]
)
def test_the_key_of_the_outside_service_is_a_secret_that_the_team_brings(
    read: Reading, secrets: dict[str, str], variable: str, node: str
) -> None:
    secret = read.at(secrets[variable])
    assert secret.node == node
    assert not secret.properties.keys() & {"SecretString", "GenerateSecretString"}


# CloudWatch: logs and alarms.


@pytest.mark.parametrize("log", ["application", "service"])
def test_the_services_log_is_forgotten_in_time(read: Reading, backend: Thing, log: str) -> None:
    group = f"/aws/apprunner/daadaar-backend/{backend.att('ServiceId')}/{log}"
    (schedule,) = [s for s in read.all("AWS::Scheduler::Schedule") if group in str(s["Target"])]
    assert schedule["ScheduleExpression"] == "rate(1 day)"
    assert (
        schedule["Target"]["Arn"] == "arn:aws:scheduler:::aws-sdk:cloudwatchlogs:putRetentionPolicy"
    )
    assert json.loads(schedule["Target"]["Input"]) == {"LogGroupName": group, "RetentionInDays": 90}
    role = read.at(schedule["Target"]["RoleArn"])
    assert f"log-group:{group}" in resources_for(role, "logs:PutRetentionPolicy")[0]


def test_every_log_group_is_encrypted_and_ends(read: Reading) -> None:
    groups = read.all("AWS::Logs::LogGroup")
    keys = {key.att("Arn") for key in read.all("AWS::KMS::Key")}
    assert groups
    assert [group for group in groups if group.get("KmsKeyId") not in keys] == []
    assert [group for group in groups if not group.get("RetentionInDays")] == []


def test_traffic_in_the_vpc_is_logged(read: Reading) -> None:
    log = read.one("AWS::EC2::FlowLog")
    assert log["ResourceId"] == read.one("AWS::EC2::VPC").ref
    assert log["TrafficType"] == "ALL"


def test_the_database_is_watched(read: Reading, database: Thing) -> None:
    name = database["DBInstanceIdentifier"]
    watched = _watched(read, "AWS/RDS", "DBInstanceIdentifier", name)
    assert {"CPUUtilization", "FreeStorageSpace", "DatabaseConnections"} <= watched


def test_the_cache_is_watched(read: Reading, cache: Thing) -> None:
    name = cache["ServerlessCacheName"]
    watched = _watched(read, "AWS/ElastiCache", "clusterId", name)
    assert {"BytesUsedForCache", "ThrottledCmds", "AuthenticationFailures"} <= watched


def test_every_function_is_watched(read: Reading) -> None:
    functions = read.all("AWS::Lambda::Function")
    assert len(functions) == 2
    for function in functions:
        watched = _watched(read, "AWS/Lambda", "FunctionName", function.ref)
        assert {"Errors", "Throttles"} <= watched, function


def test_builds_are_watched(read: Reading, migrations: Thing) -> None:
    assert _watched(read, "AWS/CodeBuild", "ProjectName", migrations.ref) == {"FailedBuilds"}


def test_the_service_is_watched(read: Reading) -> None:
    queries = [q for a in read.all(ALARM) for q in texts(a.get("Metrics", [])) if "SELECT" in q]
    of_service = [q for q in queries if q.endswith("WHERE ServiceName = 'daadaar-backend'")]
    for metric in ("5xxStatusResponses", "RequestLatency", "CPUUtilization", "MemoryUtilization"):
        assert [query for query in of_service if f'"{metric}"' in query], metric


def test_somebody_hears_of_every_alarm_and_of_its_end(read: Reading) -> None:
    topics = {topic.ref for topic in read.all("AWS::SNS::Topic")}
    alarms = read.all(ALARM)
    assert alarms
    for actions in ("AlarmActions", "OKActions"):
        assert [a for a in alarms if not a[actions] or not {*a[actions]} <= topics] == []


# Build: images in ECR.


def test_an_image_never_changes_under_its_tag_and_is_scanned(read: Reading) -> None:
    repository = read.one("AWS::ECR::Repository", RepositoryName="daadaar-backend")
    assert repository["ImageTagMutability"] == "IMMUTABLE"
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert repository["EncryptionConfiguration"]["EncryptionType"] == "KMS"


# Deploy: only released digests, rolling.


def test_nothing_is_deployed_by_a_push(backend: Thing) -> None:
    assert backend["SourceConfiguration"]["AutoDeploymentsEnabled"] is False


def test_the_service_and_the_migrations_run_the_released_digest(
    read: Reading, backend: Thing, migrations: Thing
) -> None:
    name = read.one("AWS::SSM::Parameter")["Name"]
    image = backend["SourceConfiguration"]["ImageRepository"]["ImageIdentifier"]
    for each in (image, migrations["Environment"]["Image"]):
        _, _, digest = each.partition("daadaar-backend@")
        stack, parameter = digest.strip("<>").split(".")
        assert read.templates[stack]["Parameters"][parameter]["Default"] == name
        kind = read.templates[stack]["Parameters"][parameter]["Type"]
        assert kind == "AWS::SSM::Parameter::Value<String>"


def test_app_runner_pulls_from_this_repository_only(read: Reading, backend: Thing) -> None:
    authentication = backend["SourceConfiguration"]["AuthenticationConfiguration"]
    role = read.at(authentication["AccessRoleArn"])
    repository = "arn:aws:ecr:us-east-1:111111111111:repository/daadaar-backend"
    assert resources_for(role, "ecr:BatchGetImage") == [repository]


# Database migrations.


def test_migrations_are_applied_by_migrate(migrations: Thing) -> None:
    variables = {v["Name"]: v["Value"] for v in migrations["Environment"]["EnvironmentVariables"]}
    assert variables["COMMAND"] == "npx drizzle-kit migrate"


def test_builds_run_in_the_image_of_the_service(migrations: Thing) -> None:
    environment = migrations["Environment"]
    registry = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
    assert environment["Image"].startswith(f"{registry}/daadaar-backend@")
    assert environment["ImagePullCredentialsType"] == "SERVICE_ROLE"


def test_no_template_pushes_a_schema(read: Reading) -> None:
    assert SCHEMA_PUSH.search("npx drizzle-kit push")
    assert [text for text in texts(read.templates) if SCHEMA_PUSH.search(text)] == []


@pytest.mark.parametrize("command", ["npx drizzle-kit push", "npm run db:push", ""])
def test_a_build_refuses_a_command_that_is_no_migration(command: str) -> None:
    assert _prepare(COMMAND=command, DATABASE_URL=URL).returncode != 0


def test_a_build_waits_for_the_first_rotation_of_its_credentials() -> None:
    command = "npx drizzle-kit migrate"
    assert _prepare(COMMAND=command, DATABASE_URL="wJ2kfh93").returncode != 0
    assert _prepare(COMMAND=command, DATABASE_URL=URL).returncode == 0


def _prepare(**variables: str) -> subprocess.CompletedProcess[bytes]:
    """What a build does before it runs its command; the first failure ends it."""
    phase = yaml.safe_load(BUILDSPEC.read_text())["phases"]["pre_build"]
    assert phase["on-failure"] == "ABORT"
    script = "\n".join(["set -e", *phase["commands"]])
    return subprocess.run(["/bin/sh", "-c", script], env=variables, check=False)


def _watched(read: Reading, namespace: str, dimension: str, value: str) -> set[str]:
    """The metrics of one thing that alarms watch."""
    return {
        metric["MetricName"]
        for alarm in read.all(ALARM)
        for metric in _metrics(alarm)
        if metric["Namespace"] == namespace
        and metric["Dimensions"] == [{"Name": dimension, "Value": value}]
    }


def _metrics(alarm: Thing) -> Iterator[dict[str, Any]]:
    if "MetricName" in alarm.properties:
        yield alarm.properties
    for query in alarm.get("Metrics", []):
        if "MetricStat" in query:
            yield query["MetricStat"]["Metric"]
