"""The Slack notifier: `lambda/slack_notifier`, and the queues of what Slack did not take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
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

DAYS_KEPT = 14
# When after Lambda's own retries the first redelivery comes, and how long after it the next.
FIRST_MINUTES, NEXT_MINUTES = 5, 15
# A day of them: an outage of Slack takes hours, a new webhook until somebody comes to work.
TIMES = 96
# What a flood leaves of Slack's limit of a message per second; AWS takes no less than two.
AT_ONCE = 2


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
        self.dead_letters = self._dead_letters(node, key)
        self.waiting = self._waiting(node, key)
        self.function = PythonFunction(
            self,
            "Slack",
            package="slack_notifier",
            node=node,
            name=name,
            description="Tells Slack about alarms, events and what services report",
            environment={"WEBHOOK_SECRET_ARN": webhook.arn},
            statements=[*may_read(webhook), *self._may_take(key)],
            key=key,
            log_days=log_days,
            timeout=60,
            memory=256,
            dead_letters=self.waiting,
        )
        acknowledge(
            self.function.function,
            "LambdaInsideVPC",
            reason="It calls Slack and Secrets Manager and nothing in the VPC, where it would only"
            " gain a way to the databases",
        )
        self._redeliver()

    def _dead_letters(self, node: str, key: EnvironmentKey) -> sqs.Queue:
        queue = self._queue("DeadLetters", node, key)
        acknowledge(
            queue,
            "CT.SQS.PR.1",
            reason="It is itself the queue of dead letters, from which nothing is taken by itself",
        )
        acknowledge(queue, "SQSRedrivePolicy", reason="It is itself the queue of dead letters")
        return queue

    def _waiting(self, node: str, key: EnvironmentKey) -> sqs.Queue:
        return self._queue(
            "Waiting",
            node,
            key,
            delivery_delay=cdk.Duration.minutes(FIRST_MINUTES),
            visibility_timeout=cdk.Duration.minutes(NEXT_MINUTES),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=TIMES),
        )

    def _queue(self, construct_id: str, node: str, key: EnvironmentKey, **more: Any) -> sqs.Queue:
        """A queue of events, which may hold whatever somebody told Slack."""
        queue = sqs.Queue(
            self,
            construct_id,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            retention_period=cdk.Duration.days(DAYS_KEPT),
            enforce_ssl=True,
            **more,
        )
        belongs_to(queue, node)
        return queue

    def _may_take(self, key: EnvironmentKey) -> list[Statement]:
        """What Lambda does with the function's role where it puts events aside and takes them."""
        via = f"sqs.{self.place.region}.amazonaws.com"
        return [
            Statement(
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[key.arn],
                conditions={"StringEquals": {"kms:ViaService": via}},
            ),
            Statement(
                actions=["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
                resources=[self.waiting.queue_arn],
            ),
        ]

    def _redeliver(self) -> None:
        """Give the function what waits, one event at a time: what fails alone is kept alone."""
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Redelivery",
            event_source_arn=self.waiting.queue_arn,
            function_name=self.function.arn,
            batch_size=1,
            scaling_config=lambda_.CfnEventSourceMapping.ScalingConfigProperty(
                maximum_concurrency=AT_ONCE
            ),
        )
        acknowledge(
            mapping,
            "LambdaEventSourceMappingDestination",
            reason="Lambda takes a destination for streams; a queue moves on itself what failed",
        )
        cdk.CfnOutput(
            self,
            "Redeliver",
            description="Lets all that Slack did not take within a day be delivered after all",
            value=f"aws sqs start-message-move-task --region {self.place.region}"
            f" --source-arn {self.dead_letters.queue_arn}"
            f" --destination-arn {self.waiting.queue_arn}",
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
            " fails at waits in its own queue",
        )
