"""The function that measures queues: once a minute, with one secret, by declared edges only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config.graph import Edge
from queue_depth.metrics import DIMENSION, METRIC
from queue_depth.settings import Settings
from stackyard import metrics_of_fargate
from stackyard.edges import ways
from stackyard.function import NETWORK_INTERFACES
from stackyard.key import EnvironmentKey
from stackyard.node import SecretValue
from stackyard.queue_depth import QueueDepth
from tests.components.building import (
    REGION,
    Made,
    Properties,
    made,
    placement_in,
    stack_in,
    statements,
)
from tests.components.stores import GROUP, described
from tests.systems.policies import listed

QUEUES = {"worker": ("celery",), "digest": ("bull:digest:wait", "bull:digest:prioritized")}
EDGES = (Edge("broker-depth", "broker", (6379,)), Edge("broker-depth", "endpoint:sm", (443,)))
URL = SecretValue(arn="arn:url", key_arn="arn:data-key", region=REGION)
SAYS = "Measures the queues of broker"


class Depth(NamedTuple):
    made: Made
    function: Properties
    reference: str
    variables: dict[str, str]
    allowed: list[dict[str, Any]]


@pytest.fixture(scope="module")
def depth(folder: Path) -> Depth:
    stack = stack_in(folder)
    groups = {"broker": "sg-broker", "endpoint:sm": "sg-endpoint"}
    QueueDepth(
        stack,
        "BrokerDepth",
        node="broker-depth",
        store="broker",
        url=URL,
        queues=QUEUES,
        namespace="demo-prod/queues",
        out=ways(EDGES, group_ids=groups, region=REGION),
        placement=placement_in(stack),
        key=EnvironmentKey(stack, "Key", description="Logs", logs=True),
        log_days=30,
    )
    template = made(stack)
    (name,) = template.whole("AWS::Lambda::Function")
    function = template.only("AWS::Lambda::Function")
    (role,) = template.of("AWS::IAM::Role")
    variables = function["Environment"]["Variables"]
    return Depth(template, function, f"<{name}>", variables, statements(role))


def test_it_is_told_which_keys_make_up_whose_queue(depth: Depth) -> None:
    told = {name: value for name, value in depth.variables.items() if "POWERTOOLS" not in name}
    assert told == {
        "URL_SECRET_ARN": "arn:url",
        "NAMESPACE": "demo-prod/queues",
        "QUEUES": json.dumps(QUEUES, separators=(",", ":")),
    }


def test_the_function_understands_what_it_is_told(depth: Depth) -> None:
    settings = Settings.from_environment(depth.variables)
    assert settings == Settings("arn:url", "demo-prod/queues", QUEUES)
    # Nothing in a template may make it speak plain text.
    assert settings.scheme == "rediss"


def test_what_it_publishes_is_what_alarms_and_scaling_look_for(depth: Depth) -> None:
    (metric,) = metrics_of_fargate.of_queue(depth.variables["NAMESPACE"], "worker")["queue"].metrics
    assert (metric.namespace, metric.name) == ("demo-prod/queues", METRIC)
    assert metric.dimensions == {DIMENSION: "worker"}


def test_it_may_read_exactly_one_secret_and_its_key_for_that_only(depth: Depth) -> None:
    read = [each for each in depth.allowed if "secretsmanager" in str(each["Action"])]
    assert read == [
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "arn:url",
        }
    ]
    (decrypt,) = [each for each in depth.allowed if each["Resource"] == "arn:data-key"]
    assert decrypt["Action"] == "kms:Decrypt"
    assert decrypt["Condition"]["StringEquals"] == {
        "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
        "kms:EncryptionContext:SecretARN": "arn:url",
    }


def test_beyond_that_it_may_only_log_and_have_network_interfaces(depth: Depth) -> None:
    actions = {action for each in depth.allowed for action in listed(each["Action"])}
    assert actions == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "kms:Decrypt",
        "secretsmanager:GetSecretValue",
        *NETWORK_INTERFACES,
    }
    everywhere = [each["Action"] for each in depth.allowed if each["Resource"] == "*"]
    assert everywhere == [NETWORK_INTERFACES]


def test_it_is_invoked_once_a_minute_by_one_rule_and_nobody_else(depth: Depth) -> None:
    rule = depth.made.only("AWS::Events::Rule")
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert rule.get("State", "ENABLED") == "ENABLED"
    (target,) = rule["Targets"]
    function = depth.reference.replace(">", ".Arn>")
    assert target["Arn"] == function
    (name,) = depth.made.whole("AWS::Events::Rule")
    assert depth.made.only("AWS::Lambda::Permission") == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": function,
        "Principal": "events.amazonaws.com",
        "SourceArn": f"<{name}.Arn>",
    }


def test_what_failed_is_not_tried_again_and_never_late(depth: Depth) -> None:
    assert depth.made.only("AWS::Lambda::EventInvokeConfig") == {
        "FunctionName": depth.reference,
        "Qualifier": "$LATEST",
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
    }


def test_it_is_done_before_the_next_measurement_begins(depth: Depth) -> None:
    assert depth.function["Timeout"] < 60


def test_it_runs_in_the_network_in_a_group_of_its_own(depth: Depth) -> None:
    group = described(depth.made, GROUP, SAYS, by="GroupDescription")
    assert depth.function["VpcConfig"] == {
        "SubnetIds": ["subnet-1", "subnet-2"],
        "SecurityGroupIds": [group.replace(">", ".GroupId>")],
    }


def test_it_reaches_its_cache_and_secrets_manager_and_nothing_reaches_it(depth: Depth) -> None:
    group = depth.made.only(GROUP)
    out = [(r["DestinationSecurityGroupId"], r["ToPort"]) for r in group["SecurityGroupEgress"]]
    assert out == [("sg-broker", 6379), ("sg-endpoint", 443)]
    assert "SecurityGroupIngress" not in group
    source = described(depth.made, GROUP, SAYS, by="GroupDescription").replace(">", ".GroupId>")
    opened = depth.made.of("AWS::EC2::SecurityGroupIngress")
    assert [(r["GroupId"], r["FromPort"], r["ToPort"]) for r in opened] == [
        ("sg-broker", 6379, 6379),
        ("sg-endpoint", 443, 443),
    ]
    assert {r["SourceSecurityGroupId"] for r in opened} == {source}


def test_its_handler_is_the_packages_and_its_log_has_an_end(depth: Depth) -> None:
    assert depth.function["Handler"] == "queue_depth.handler.handle"
    assert depth.function["Description"] == SAYS
    assert depth.made.only("AWS::Logs::LogGroup")["RetentionInDays"] == 30
