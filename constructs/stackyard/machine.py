"""Step Functions machines that call AWS and hold no code of ours, and what starts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_events as events
from aws_cdk import aws_stepfunctions as sfn

from stackyard.iam import ServiceRole, Statement
from stackyard.log_group import EncryptedLogGroup
from stackyard.marks import acknowledge, acknowledge_wildcard, belongs_to
from stackyard.place import Block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from stackyard.key import EnvironmentKey

# Creating a log delivery and writing traces take no resource.
# https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
DELIVER_LOGS_AND_TRACES = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
]


class Machine(Block):
    """A state machine with logs, traces and exactly the permissions it is given.

    `wildcards` says for each resource with a `*` why it is exact.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        definition: Mapping[str, object],
        substitutions: Mapping[str, str],
        statements: Sequence[Statement],
        key: EnvironmentKey,
        log_days: int,
        wildcards: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._node = node
        logs = EncryptedLogGroup(self, "Logs", key=key, days=log_days)
        deliver = Statement(actions=DELIVER_LOGS_AND_TRACES, resources=["*"])
        role = ServiceRole(
            self,
            "Role",
            service="states",
            node=node,
            only_from={"aws:SourceAccount": self.place.account},
            statements=[deliver, *statements],
        )
        acknowledge(
            role,
            "IAM5[Resource::*]",
            reason="Log delivery and X-Ray know no resources; all that the machine itself calls"
            " is named",
        )
        for resource, reason in (wildcards or {}).items():
            acknowledge_wildcard(role, resource, reason=reason)
        self.machine = sfn.CfnStateMachine(
            self,
            "Machine",
            role_arn=role.arn,
            state_machine_type="STANDARD",
            definition=definition,
            definition_substitutions=substitutions or None,
            tracing_configuration=sfn.CfnStateMachine.TracingConfigurationProperty(enabled=True),
            logging_configuration=sfn.CfnStateMachine.LoggingConfigurationProperty(
                level="ALL",
                include_execution_data=False,
                destinations=[
                    sfn.CfnStateMachine.LogDestinationProperty(
                        cloud_watch_logs_log_group=sfn.CfnStateMachine.CloudWatchLogsLogGroupProperty(
                            log_group_arn=logs.arn
                        )
                    )
                ],
            ),
        )

        belongs_to(self.machine, node)

    def start_on(self, *, description: str, pattern: Mapping[str, object]) -> Construct:
        """Start the machine at every event that fits; returns what does it."""
        starter = Block(self, "Start")
        role = ServiceRole(
            starter,
            "Role",
            service="events",
            node=self._node,
            statements=[Statement(actions=["states:StartExecution"], resources=[self.machine.ref])],
        )
        rule = events.CfnRule(
            starter,
            "Rule",
            description=description,
            event_pattern=pattern,
            targets=[
                events.CfnRule.TargetProperty(id="Machine", arn=self.machine.ref, role_arn=role.arn)
            ],
        )
        acknowledge(
            rule,
            "EventBusDLQ",
            reason="EventBridge tries for a day to start the machine, and anybody can start it by"
            " hand; a kept event would start it when the cause is long past",
        )
        return starter
