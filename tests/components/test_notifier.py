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


def queues(notifier: Made) -> tuple[str, str]:
    """The ids of the queue in which events wait, and of the one where they end."""
    (waiting,) = [
        name
        for name, each in notifier.whole("AWS::SQS::Queue").items()
        if "RedrivePolicy" in each["Properties"]
    ]
    (dead,) = set(notifier.whole("AWS::SQS::Queue")) - {waiting}
    return waiting, dead


def test_what_slack_does_not_take_waits_and_ends_under_the_key(notifier: Made) -> None:
    (key,) = notifier.whole("AWS::KMS::Key")
    for each in notifier.of("AWS::SQS::Queue"):
        assert each["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
        assert each["KmsMasterKeyId"] == f"<{key}.Arn>"
    policies = notifier.of("AWS::SQS::QueuePolicy")
    assert {each["Queues"][0] for each in policies} == {f"<{each}>" for each in queues(notifier)}
    for each in policies:
        (denied,) = each["PolicyDocument"]["Statement"]
        assert denied["Effect"] == "Deny"
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_lambda_gives_up_waits_for_a_day_of_retries(notifier: Made) -> None:
    waiting, dead = queues(notifier)
    function = notifier.only("AWS::Lambda::Function")
    assert function["DeadLetterConfig"]["TargetArn"] == f"<{waiting}.Arn>"
    found = notifier.whole("AWS::SQS::Queue")[waiting]["Properties"]
    assert found["DelaySeconds"] == 5 * 60
    assert found["VisibilityTimeout"] == 15 * 60 >= 6 * function["Timeout"]
    redrive = found["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == f"<{dead}.Arn>"
    assert redrive["maxReceiveCount"] * found["VisibilityTimeout"] == 24 * 60 * 60


def test_the_queue_hands_one_event_after_the_other_back_to_the_function(notifier: Made) -> None:
    waiting, _ = queues(notifier)
    (function,) = notifier.whole("AWS::Lambda::Function")
    assert notifier.only("AWS::Lambda::EventSourceMapping") == {
        "EventSourceArn": f"<{waiting}.Arn>",
        "FunctionName": f"<{function}.Arn>",
        "BatchSize": 1,
        "ScalingConfig": {"MaximumConcurrency": 2},
    }


def test_it_takes_from_the_queue_where_events_wait_and_from_no_other(notifier: Made) -> None:
    waiting, _ = queues(notifier)
    found = statements(notifier.only("AWS::IAM::Role"))
    may = {str(each["Action"]): each["Resource"] for each in found if "sqs:" in str(each["Action"])}
    taking = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    assert may == {str(taking): f"<{waiting}.Arn>", "sqs:SendMessage": f"<{waiting}.Arn>"}


def test_an_output_says_how_what_ended_is_delivered_after_all(notifier: Made) -> None:
    waiting, dead = queues(notifier)
    (said,) = [each["Value"] for each in notifier.section("Outputs").values()]
    assert said == (
        f"aws sqs start-message-move-task --region {REGION}"
        f" --source-arn <{dead}.Arn> --destination-arn <{waiting}.Arn>"
    )


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
