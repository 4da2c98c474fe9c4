"""The Slack notifier: `lambda/slack_notifier` with its dead-letter queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs

from stackyard.function import PythonFunction
from stackyard.iam import Statement
from stackyard.marks import acknowledge, belongs_to
from stackyard.node import Grant, Node, may_read
from stackyard.place import Block

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from stackyard.key import EnvironmentKey
    from stackyard.node import SecretValue


class Notifier(Block):
    """A function that turns alarms, events and direct calls into Slack messages."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        name: str | None,
        webhook: SecretValue,
        key: EnvironmentKey,
        log_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            retention_period=cdk.Duration.days(14),
            enforce_ssl=True,
        )
        belongs_to(self.dead_letters, node)
        acknowledge(
            self.dead_letters,
            "CT.SQS.PR.1",
            reason="It is itself the queue of dead letters, from which nothing is taken by itself",
        )
        use_key = Statement(
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[key.arn],
            conditions={
                "StringEquals": {"kms:ViaService": f"sqs.{self.place.region}.amazonaws.com"}
            },
        )
        acknowledge(
            self.dead_letters, "SQSRedrivePolicy", reason="It is itself the queue of dead letters"
        )
        self.function = PythonFunction(
            self,
            "Slack",
            package="slack_notifier",
            node=node,
            name=name,
            description="Tells Slack about alarms, events and what services report",
            environment={"WEBHOOK_SECRET_ARN": webhook.arn},
            statements=[*may_read(webhook), use_key],
            key=key,
            log_days=log_days,
            timeout=60,
            memory=256,
            dead_letters=self.dead_letters,
        )
        acknowledge(
            self.function.function,
            "LambdaInsideVPC",
            reason="It calls Slack and Secrets Manager and nothing in the VPC, where it would only"
            " gain a way to the databases",
        )

    @property
    def node_for_consumers(self) -> Node:
        """What links may ask of it: the name, and the right to invoke it."""
        invoke = Statement(actions=["lambda:InvokeFunction"], resources=[self.function.arn])
        return Node(
            values={"name": self.function.name},
            grant=lambda _access: Grant(statements=[invoke]),
        )

    def tell(self, construct_id: str, *, description: str, pattern: Mapping[str, object]) -> None:
        """Tell Slack about every event of this account that fits the pattern."""
        rule = events.CfnRule(
            self,
            construct_id,
            description=description,
            event_pattern=pattern,
            targets=[events.CfnRule.TargetProperty(id="Notifier", arn=self.function.arn)],
        )
        self.function.may_be_invoked_by(
            "events", f"{construct_id}Permission", source_arn=rule.attr_arn
        )
        acknowledge(
            rule,
            "EventBusDLQ",
            reason="EventBridge tries for a day to hand over an event, and what the function then"
            " fails at is kept in its queue of dead letters",
        )
