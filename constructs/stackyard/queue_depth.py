"""`lambda/queue_depth` for one Valkey: how long its queues are, once a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_

from stackyard.edges import NodeGroup
from stackyard.function import PythonFunction
from stackyard.marks import acknowledge
from stackyard.node import may_read
from stackyard.place import Block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from stackyard.edges import Way
    from stackyard.key import EnvironmentKey
    from stackyard.node import SecretValue
    from stackyard.placement import Placement

MEASURED_AGAIN = (
    "A measurement is worth nothing a minute later, when the next one is made; an alarm rings at"
    " errors and where none arrives"
)


class QueueDepth(Block):
    """Publishes what scaling by queues follows; its errors ring an alarm."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        store: str,
        url: SecretValue,
        queues: Mapping[str, Sequence[str]],
        namespace: str,
        out: tuple[Way, ...],
        placement: Placement,
        key: EnvironmentKey,
        log_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        group = NodeGroup(
            self,
            "Group",
            node=node,
            vpc_id=placement.vpc_id,
            description=f"Measures the queues of {store}",
            out=out,
        )
        self.function = PythonFunction(
            self,
            "Depth",
            package="queue_depth",
            node=node,
            description=f"Measures the queues of {store}",
            environment={
                "URL_SECRET_ARN": url.arn,
                "NAMESPACE": namespace,
                "QUEUES": cdk.Stack.of(self).to_json_string(
                    {service: list(keys) for service, keys in queues.items()}
                ),
            },
            statements=may_read(url),
            key=key,
            log_days=log_days,
            timeout=45,
            memory=256,
            placement=placement,
            group_id=group.group_id,
        )
        # The next minute's measurement is the retry; more would only ring more often.
        invocations = lambda_.CfnEventInvokeConfig(
            self,
            "Invocations",
            function_name=self.function.name,
            qualifier="$LATEST",
            maximum_retry_attempts=0,
            maximum_event_age_in_seconds=60,
        )
        rule = events.CfnRule(
            self,
            "EveryMinute",
            description=f"Measures the queues of {store}",
            schedule_expression="rate(1 minute)",
            targets=[{"id": "Depth", "arn": self.function.arn}],
        )
        for place, finding in {
            self.function.function: "LambdaDLQ",
            invocations: "LambdaAsyncFailureDestination",
            rule: "EventBusDLQ",
        }.items():
            acknowledge(place, finding, reason=MEASURED_AGAIN)
        self.function.may_be_invoked_by("events", "EventsPermission", source_arn=rule.attr_arn)
