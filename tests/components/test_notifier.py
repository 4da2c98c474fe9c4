"""The Slack notifier: its secret, what it could not deliver, who may tell it what."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackyard.key import EnvironmentKey
from stackyard.node import SecretValue
from stackyard.notifier import Notifier
from tests.components.building import REGION, Made, made, resolved, stack_in, statements

PATTERNS = {"Builds": {"source": ["aws.codebuild"]}, "Events": {"source": ["aws.rds"]}}


@pytest.fixture(scope="module")
def both(folder: Path) -> tuple[dict[str, str], Made]:
    """What consumers get, and the template."""
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Notifier", logs=True)
    notifier = Notifier(
        stack,
        "Notifier",
        node="notifier",
        name="demo-teller",
        webhook=SecretValue(arn="arn:webhook", key_arn=key.arn, region=REGION),
        key=key,
        log_days=14,
    )
    for name, pattern in PATTERNS.items():
        notifier.tell(name, description=name, pattern=pattern)
    node = notifier.node_for_consumers
    (invoke,) = node.grant(None).statements
    offered = {**node.values, "action": invoke.actions[0], "resource": invoke.resources[0]}
    return {name: resolved(stack, value) for name, value in offered.items()}, made(stack)


@pytest.fixture(scope="module")
def notifier(both: tuple[dict[str, str], Made]) -> Made:
    return both[1]


def test_consumers_learn_its_name_and_may_invoke_it(both: tuple[dict[str, str], Made]) -> None:
    offered, notifier = both
    (function,) = notifier.whole("AWS::Lambda::Function")
    assert offered == {
        "name": f"<{function}>",
        "action": "lambda:InvokeFunction",
        "resource": f"<{function}.Arn>",
    }


def test_it_knows_where_the_webhook_is_and_not_what_it_is(notifier: Made) -> None:
    function = notifier.only("AWS::Lambda::Function")
    assert function["FunctionName"] == "demo-teller"
    assert function["Environment"]["Variables"]["WEBHOOK_SECRET_ARN"] == "arn:webhook"
    assert "hooks.slack.com" not in str(notifier.template)


def test_it_reads_one_secret_and_no_other(notifier: Made) -> None:
    found = statements(notifier.only("AWS::IAM::Role"))
    read = [each for each in found if "secretsmanager" in str(each["Action"])]
    assert [(each["Action"], each["Resource"]) for each in read] == [
        ("secretsmanager:GetSecretValue", "arn:webhook")
    ]


def test_it_uses_the_key_only_by_way_of_the_services_that_need_it(notifier: Made) -> None:
    found = statements(notifier.only("AWS::IAM::Role"))
    ways = {
        each["Condition"]["StringEquals"]["kms:ViaService"]
        for each in found
        if "kms:" in str(each["Action"])
    }
    assert ways == {
        f"{name}.{REGION}.amazonaws.com" for name in ("lambda", "secretsmanager", "sqs")
    }


def test_what_slack_does_not_take_is_kept_for_two_weeks_under_the_key(notifier: Made) -> None:
    (key,) = notifier.whole("AWS::KMS::Key")
    (queue,) = notifier.whole("AWS::SQS::Queue")
    found = notifier.only("AWS::SQS::Queue")
    assert found["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    assert found["KmsMasterKeyId"] == f"<{key}.Arn>"
    assert notifier.only("AWS::Lambda::Function")["DeadLetterConfig"]["TargetArn"] == (
        f"<{queue}.Arn>"
    )
    (denied,) = notifier.only("AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]
    assert denied["Effect"] == "Deny"
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_each_rule_tells_it_of_its_events_and_may_call_it(notifier: Made) -> None:
    (function,) = notifier.whole("AWS::Lambda::Function")
    rules = notifier.whole("AWS::Events::Rule")
    patterns = {
        e["Properties"]["Description"]: e["Properties"]["EventPattern"] for e in rules.values()
    }
    assert patterns == PATTERNS
    for each in notifier.of("AWS::Events::Rule"):
        assert [target["Arn"] for target in each["Targets"]] == [f"<{function}.Arn>"]
    permissions = notifier.of("AWS::Lambda::Permission")
    callers = sorted((each["Principal"], each["SourceArn"]) for each in permissions)
    assert callers == sorted(("events.amazonaws.com", f"<{name}.Arn>") for name in rules)
