"""Roles: one service, one policy inside, exactly the given statements."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackyard.iam import ServiceRole, Statement
from tests.components.building import Made, made, stack_in


@pytest.fixture(scope="module")
def roles(folder: Path) -> Made:
    stack = stack_in(folder)
    ServiceRole(
        stack,
        "Free",
        service="lambda",
        node="web",
        statements=[
            Statement(actions=["sqs:SendMessage"], resources=["arn:one"]),
            Statement(
                actions=["s3:GetObject", "s3:PutObject"],
                resources=["arn:one", "arn:two"],
                conditions={"StringEquals": {"aws:SourceAccount": "1"}},
            ),
        ],
    )
    ServiceRole(
        stack,
        "Bound",
        service="build.apprunner",
        node="api",
        name="the-name",
        only_from={"aws:SourceAccount": "111111111111"},
        statements=[Statement(actions=["a:B"], resources=["*"])],
    )
    send = Statement(actions=["sqs:SendMessage"], resources=["arn:one"])
    there = {"StringEquals": {"aws:SourceAccount": "1"}}
    bound = Statement(actions=["sqs:SendMessage"], resources=["arn:one"], conditions=there)
    again = Statement(actions=("sqs:SendMessage",), resources=("arn:one",))
    asked = [send, bound, again, bound, send]
    ServiceRole(stack, "Twice", service="a", node="twice", name="twice", statements=asked)
    ServiceRole(stack, "Idle", service="a", node="idle", name="idle", statements=[])
    return made(stack)


def test_the_policy_is_part_of_the_role_and_says_what_it_was_given(roles: Made) -> None:
    (policy,) = roles.of("AWS::IAM::Role")[0]["Policies"]
    assert policy["PolicyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:one"},
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": ["arn:one", "arn:two"],
                "Condition": {"StringEquals": {"aws:SourceAccount": "1"}},
            },
        ],
    }


def test_what_several_links_ask_for_is_said_once_and_in_order(roles: Made) -> None:
    (policy,) = roles.only("AWS::IAM::Role", RoleName="twice")["Policies"]
    send = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:one"}
    bound = {**send, "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}
    assert policy["PolicyDocument"]["Statement"] == [send, bound]


def test_nothing_is_attached_to_a_role_from_elsewhere(roles: Made) -> None:
    assert {each["Type"] for each in roles.section("Resources").values()} == {"AWS::IAM::Role"}
    assert not [each for each in roles.of("AWS::IAM::Role") if "ManagedPolicyArns" in each]


def test_a_role_that_may_do_nothing_has_no_policy(roles: Made) -> None:
    """IAM refuses a policy without a statement."""
    assert "Policies" not in roles.only("AWS::IAM::Role", RoleName="idle")


def test_only_the_service_may_take_the_role(roles: Made) -> None:
    assert roles.of("AWS::IAM::Role")[0]["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"},
        }
    ]


def test_the_trust_can_be_limited_to_calls_on_behalf_of_the_account(roles: Made) -> None:
    bound = roles.only("AWS::IAM::Role", RoleName="the-name")
    (trust,) = bound["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "build.apprunner.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}


def test_a_role_has_the_name_that_it_is_given_or_none(roles: Made) -> None:
    assert [each.get("RoleName") for each in roles.of("AWS::IAM::Role")] == [
        None,
        "the-name",
        "twice",
        "idle",
    ]


def test_roles_name_their_nodes(roles: Made) -> None:
    found = [each["Metadata"] for each in roles.whole("AWS::IAM::Role").values()]
    assert found == [{"Stackyard::Node": name} for name in ("web", "api", "twice", "idle")]
