"""Enhanced Monitoring and Database Insights: what a file asks for, and nothing by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stackyard.key import EnvironmentKey
from tests.components.building import Made, Properties, made, placement_in, stack_in, statements
from tests.components.stores import database_in, pointed_at

KIND, ROLE = "AWS::RDS::DBInstance", "AWS::IAM::Role"
FIELDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "watched": {"monitoring_seconds": 15, "insights": "advanced"},
}


@pytest.fixture(scope="module")
def databases(folder: Path) -> Made:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Databases", logs=True)
    placement = placement_in(stack)
    for name, fields in FIELDS.items():
        database_in(stack, name, placement=placement, key=key, **fields)
    return made(stack)


def instance(databases: Made, name: str) -> Properties:
    return databases.only(KIND, DBInstanceIdentifier=f"demo-{name}")


def role(databases: Made) -> Properties:
    return pointed_at(databases, instance(databases, "watched")["MonitoringRoleArn"])


def test_without_a_word_nothing_is_monitored_and_no_role_is_made(databases: Made) -> None:
    assert not {"MonitoringInterval", "MonitoringRoleArn"} & instance(databases, "plain").keys()
    assert len(databases.whole(ROLE)) == 1


def test_monitoring_is_as_often_as_the_file_says(databases: Made) -> None:
    watched = instance(databases, "watched")
    assert watched["MonitoringInterval"] == 15
    (name,) = databases.whole(ROLE)
    assert watched["MonitoringRoleArn"] == f"<{name}.Arn>"


def test_only_this_accounts_monitoring_may_take_the_role(databases: Made) -> None:
    assert role(databases)["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "monitoring.rds.amazonaws.com"},
            "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
        }
    ]


def test_the_role_may_write_to_the_one_group_that_rds_makes(databases: Made) -> None:
    """With `:*`, without which IAM would refuse even making the group."""
    (statement,) = statements(role(databases))
    group = "arn:aws:logs:us-east-1:111111111111:log-group:RDSOSMetrics:*"
    assert statement["Resource"] == group
    assert sorted(statement["Action"]) == [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:GetLogEvents",
        "logs:PutLogEvents",
        "logs:PutRetentionPolicy",
    ]


def test_the_role_names_its_node(databases: Made) -> None:
    (found,) = databases.whole(ROLE).values()
    assert found["Metadata"]["Stackyard::Node"] == "watched"


@pytest.mark.parametrize(
    ("name", "mode", "days"),
    # 7 days are free; RDS refuses advanced insights with anything but 465 days.
    [("plain", "standard", 7), ("watched", "advanced", 465)],
)
def test_insights_are_kept_as_long_as_their_mode_is_sold(
    databases: Made, name: str, mode: str, days: int
) -> None:
    (key,) = databases.whole("AWS::KMS::Key")
    found = instance(databases, name)
    assert found["EnablePerformanceInsights"] is True
    assert found["DatabaseInsightsMode"] == mode
    assert found.get("PerformanceInsightsRetentionPeriod", 7) == days
    assert found["PerformanceInsightsKMSKeyId"] == f"<{key}.Arn>"
