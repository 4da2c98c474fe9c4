"""Monitoring and observability: Sentry and PostHog outside, CloudWatch inside."""

import pytest

from tests.systems.daadaar_fargate.conftest import container_of, secrets_of
from tests.systems.reading import Reading, Thing
from tests.systems.ways import Way, ways_out

ALARM = "AWS::CloudWatch::Alarm"

# Sentry and PostHog: across frontend and backend.


@pytest.mark.parametrize(
    ("variable", "node"), [("SENTRY_DSN", "sentry-dsn"), ("POSTHOG_KEY", "posthog-key")]
)
def test_frontend_and_backend_get_the_key_of_the_outside_service(
    read: Reading, service: Thing, variable: str, node: str
) -> None:
    secret = read.at(secrets_of(read, service)[variable])
    assert secret.node == node
    assert not secret.properties.keys() & {"SecretString", "GenerateSecretString"}


def test_frontend_and_backend_reach_it(read: Reading, service: Thing) -> None:
    assert Way(service["ServiceName"], "internet", "tcp/443") in ways_out(read)


# CloudWatch: logging.


def test_the_service_logs_to_a_group_that_is_encrypted_and_ends(
    read: Reading, service: Thing, key: Thing
) -> None:
    log = container_of(read, service)["LogConfiguration"]
    assert log["LogDriver"] == "awslogs"
    group = read.at(log["Options"]["awslogs-group"])
    assert group["RetentionInDays"] == 90
    assert group["KmsKeyId"] == key.att("Arn")


def test_traffic_in_the_vpc_is_logged(read: Reading) -> None:
    log = read.one("AWS::EC2::FlowLog")
    assert (log["ResourceId"], log["TrafficType"]) == (read.one("AWS::EC2::VPC").ref, "ALL")


# CloudWatch: alerting.


@pytest.mark.parametrize("what", ["cpu", "memory", "running", "errors", "latency", "down"])
def test_the_service_is_watched(read: Reading, service: Thing, what: str) -> None:
    assert read.one(ALARM, AlarmName=f"daadaar-fargate-prod-{service['ServiceName']}-{what}")


@pytest.mark.parametrize("what", ["cpu", "connections", "storage", "memory", "latency"])
def test_the_database_is_watched(read: Reading, what: str) -> None:
    assert read.one(ALARM, AlarmName=f"daadaar-fargate-prod-database-{what}")


def test_somebody_hears_of_every_alarm_and_of_its_end(read: Reading) -> None:
    topics = {topic.ref for topic in read.all("AWS::SNS::Topic")}
    told = {subscription["TopicArn"] for subscription in read.all("AWS::SNS::Subscription")}
    assert told == topics
    for alarm in read.all(ALARM):
        assert alarm["AlarmActions"] == alarm["OKActions"]
        assert {*alarm["AlarmActions"]} < topics
