"""How findings are accepted: what CDK is told, for how long, and where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sns as sns
from constructs import Construct

from config.errors import ConfigError
from config.model.compliance import Accepted
from stackyard.accepted import accept_from_file
from stackyard.marks import acknowledge, belongs_to, planned
from tests.components.building import stack_in

KEY = "aws:cdk:acknowledged-rules"
REASON = "It is safe for this reason"


def accepted(construct: Construct) -> dict[str, str]:
    """What a construct itself accepts."""
    return {
        finding: reason
        for entry in construct.node.metadata
        if entry.type == KEY
        for finding, reason in entry.data.items()
    }


@pytest.fixture
def topic(tmp_path: Path) -> sns.CfnTopic:
    found = sns.CfnTopic(stack_in(tmp_path), "Topic")
    belongs_to(found, "news")
    return found


def test_several_subjects_are_accepted_at_once_in_all_their_packs(topic: sns.CfnTopic) -> None:
    acknowledge(topic, "SNS3", "KMS5[a]", "LambdaInsideVPC", reason=REASON)
    assert accepted(topic) == {
        "AwsSolutions::AwsSolutions-SNS3": REASON,
        "AwsSolutions::AwsSolutions-KMS5[a]": REASON,
        "HIPAA.Security::HIPAA.Security-LambdaInsideVPC": REASON,
        "NIST.800.53.R5::NIST.800.53.R5-LambdaInsideVPC": REASON,
        "PCI.DSS.321::PCI.DSS.321-LambdaInsideVPC": REASON,
        "Control-Tower::CT.LAMBDA.PR.3": REASON,
        "checkov::CKV_AWS_117": REASON,
    }


def test_others_rules_are_accepted_by_their_whole_ids(topic: sns.CfnTopic) -> None:
    acknowledge(topic, "CT.SNS.PR.1", "topic-unencrypted", reason=REASON)
    assert accepted(topic) == {
        "Control-Tower::CT.SNS.PR.1": REASON,
        "Stackyard::topic-unencrypted": REASON,
    }


def test_a_day_stands_before_the_reason(topic: sns.CfnTopic) -> None:
    acknowledge(topic, "SNS3", until=date(2027, 6, 30), reason=REASON)
    planned(topic, "SNS2", until=date(2027, 6, 30), reason=REASON)
    assert accepted(topic) == {
        "AwsSolutions::AwsSolutions-SNS3": f"until 2027-06-30: {REASON}",
        "AwsSolutions::AwsSolutions-SNS2": f"planned until 2027-06-30: {REASON}",
    }


def test_a_file_accepts_on_all_resources_of_its_node_and_on_no_other(topic: sns.CfnTopic) -> None:
    stack = cdk.Stack.of(topic)
    second, other = sns.CfnTopic(stack, "Second"), sns.Topic(stack, "Other")
    belongs_to(second, "news")
    belongs_to(other, "other")
    until = {"until": date(2027, 6, 30), "planned": True}
    rules = [
        Accepted(rule="AwsSolutions-SNS3", node="news", reason=REASON),
        Accepted(rule="topic-unencrypted", node="news", reason=REASON, **until),
    ]
    accept_from_file(stack, rules)
    assert (
        accepted(topic)
        == accepted(second)
        == {
            "AwsSolutions::AwsSolutions-SNS3": f"for news: {REASON}",
            "Stackyard::topic-unencrypted": f"planned until 2027-06-30 for news: {REASON}",
        }
    )
    assert accepted(other) == accepted(stack) == {}


def test_a_node_without_resources_is_refused_with_those_that_have_some(
    topic: sns.CfnTopic,
) -> None:
    rules = [Accepted(rule="AwsSolutions-SNS3", node="new", reason=REASON)]
    with pytest.raises(ConfigError, match=r"no resource of node 'new'.*known: news"):
        accept_from_file(cdk.Stack.of(topic), rules)
