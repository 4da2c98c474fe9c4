"""Topics: encrypted, for this account's alarms, with whom they tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stackyard.function import PythonFunction
from stackyard.key import EnvironmentKey
from stackyard.topics import TierTopic
from tests.components.building import ACCOUNT, Made, made, stack_in


@pytest.fixture(scope="module")
def topics(folder: Path) -> Made:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Topics", alarms=True)
    topic = TierTopic(stack, "CriticalTopic", key=key, display_name="demo-prod critical")
    topic.tell_people(("a@example.com", "b@example.com"))
    function = PythonFunction(
        stack,
        "Teller",
        package="slack_notifier",
        node="notifier",
        description="Tells",
        environment={},
        statements=[],
        key=key,
        log_days=14,
        timeout=60,
        memory=256,
    )
    topic.tell_function(function, "CriticalPermission")
    return made(stack)


@pytest.fixture(scope="module")
def topic(topics: Made) -> str:
    """A reference to the topic."""
    (name,) = topics.whole("AWS::SNS::Topic")
    return f"<{name}>"


@pytest.fixture(scope="module")
def policy(topics: Made, topic: str) -> list[dict[str, Any]]:
    found = topics.only("AWS::SNS::TopicPolicy")
    assert found["Topics"] == [topic]
    statements: list[dict[str, Any]] = found["PolicyDocument"]["Statement"]
    return statements


def test_a_topic_is_under_the_key(topics: Made) -> None:
    (key,) = topics.whole("AWS::KMS::Key")
    found = topics.only("AWS::SNS::Topic")
    assert found["KmsMasterKeyId"] in (f"<{key}.Arn>", f"<{key}>")
    assert found["DisplayName"] == "demo-prod critical"


def test_only_this_accounts_alarms_may_publish(policy: list[dict[str, Any]], topic: str) -> None:
    assert [each for each in policy if each["Effect"] == "Allow"] == [
        {
            "Sid": "OnlyThisAccountsAlarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        }
    ]


def test_nobody_publishes_without_tls(policy: list[dict[str, Any]], topic: str) -> None:
    (denied,) = [each for each in policy if each["Effect"] == "Deny"]
    assert (denied["Action"], denied["Principal"]) == ("sns:Publish", "*")
    assert denied["Resource"] == topic
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_each_address_is_subscribed_once(topics: Made, topic: str) -> None:
    found = [each for each in topics.of("AWS::SNS::Subscription") if each["Protocol"] == "email"]
    assert [each["Endpoint"] for each in found] == ["a@example.com", "b@example.com"]
    assert {each["TopicArn"] for each in found} == {topic}


def test_a_function_is_subscribed_and_may_be_called_by_this_topic_only(
    topics: Made, topic: str
) -> None:
    (function,) = topics.whole("AWS::Lambda::Function")
    subscription = topics.only("AWS::SNS::Subscription", Protocol="lambda")
    assert (subscription["Endpoint"], subscription["TopicArn"]) == (f"<{function}.Arn>", topic)
    permission = topics.only("AWS::Lambda::Permission")
    assert (permission["Principal"], permission["SourceArn"]) == ("sns.amazonaws.com", topic)
    assert permission["FunctionName"] == f"<{function}.Arn>"
