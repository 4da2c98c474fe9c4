"""An end to log groups that a service makes itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stackyard.log_retention import LogRetention
from tests.components.building import ACCOUNT, REGION, Made, made, stack_in, statements

GROUP = "/aws/apprunner/web/0123/application"


@pytest.fixture(scope="module")
def retention(folder: Path) -> Made:
    stack = stack_in(folder)
    LogRetention(stack, "Retention", node="web", log_group=GROUP, days=30)
    return made(stack)


def test_the_days_are_set_again_every_day(retention: Made) -> None:
    schedule = retention.only("AWS::Scheduler::Schedule")
    assert schedule["ScheduleExpression"] == "rate(1 day)"
    target = schedule["Target"]
    assert target["Arn"] == "arn:aws:scheduler:::aws-sdk:cloudwatchlogs:putRetentionPolicy"
    assert json.loads(target["Input"]) == {"LogGroupName": GROUP, "RetentionInDays": 30}


def test_the_schedule_may_set_the_days_of_this_group_and_nothing_else(retention: Made) -> None:
    role = retention.only("AWS::IAM::Role")
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"
    assert statements(role) == [
        {"Effect": "Allow", "Action": "logs:PutRetentionPolicy", "Resource": [arn, f"{arn}:*"]}
    ]
    (name,) = retention.whole("AWS::IAM::Role")
    assert retention.only("AWS::Scheduler::Schedule")["Target"]["RoleArn"] == f"<{name}.Arn>"


def test_only_this_accounts_scheduler_takes_the_role(retention: Made) -> None:
    (trust,) = retention.only("AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_nothing_of_it_is_a_custom_resource(retention: Made) -> None:
    kinds = {each["Type"] for each in retention.section("Resources").values()}
    assert kinds == {"AWS::IAM::Role", "AWS::Scheduler::Schedule"}
