"""An end to log groups that a service makes itself and never empties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_scheduler as scheduler

from stackyard.iam import ServiceRole, Statement
from stackyard.marks import acknowledge_wildcard
from stackyard.place import Block

if TYPE_CHECKING:
    from constructs import Construct


class LogRetention(Block):
    """Sets a log group's retention once a day.

    The group exists as soon as its service does, so no template can create it, and a custom
    resource would be one more thing to fail in a deploy; a schedule can be late but not wrong.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, node: str, log_group: str, days: int
    ) -> None:
        super().__init__(scope, construct_id)
        place = self.place
        arn = place.arn("logs", f"log-group:{log_group}")
        role = ServiceRole(
            self,
            "Role",
            service="scheduler",
            node=node,
            only_from={"aws:SourceAccount": place.account},
            # PutRetentionPolicy is authorised on the group with its streams.
            statements=[
                Statement(actions=["logs:PutRetentionPolicy"], resources=[arn, f"{arn}:*"])
            ],
        )
        acknowledge_wildcard(
            role,
            f"{arn}:*",
            reason="The streams of the one log group, which the action is authorised on",
        )
        retention = {"LogGroupName": log_group, "RetentionInDays": days}
        scheduler.CfnSchedule(
            self,
            "Daily",
            description=f"Keeps a log of {node} for {days} days",
            schedule_expression="rate(1 day)",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(
                mode="FLEXIBLE", maximum_window_in_minutes=60
            ),
            target=scheduler.CfnSchedule.TargetProperty(
                arn="arn:aws:scheduler:::aws-sdk:cloudwatchlogs:putRetentionPolicy",
                role_arn=role.arn,
                input=cdk.Stack.of(self).to_json_string(retention),
            ),
        )
