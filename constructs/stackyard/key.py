"""The customer-managed key that encrypts what an environment keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from stackyard.marks import keep

if TYPE_CHECKING:
    from constructs import Construct

READ_AND_WRITE = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]


class EnvironmentKey(kms.Key):
    """A rotated key that IAM decides about, and that log groups of the account may use.

    Its policy names no principal of another stack, which is what keeps stacks free of cycles.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, description: str, alarms: bool = False
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description=description,
            enable_key_rotation=True,
        )
        stack = cdk.Stack.of(self)
        log_groups = f"arn:aws:logs:{stack.region}:{stack.account}:log-group:*"
        self._allow(
            f"logs.{stack.region}.amazonaws.com",
            [*READ_AND_WRITE, "kms:DescribeKey"],
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        )
        if alarms:
            # An alarm or a rule that publishes to an encrypted topic needs the key itself.
            for service in ("cloudwatch.amazonaws.com", "events.amazonaws.com"):
                self._allow(
                    service,
                    ["kms:Decrypt", "kms:GenerateDataKey*"],
                    {"StringEquals": {"aws:SourceAccount": stack.account}},
                )
        keep(self)

    def _allow(self, service: str, actions: list[str], conditions: dict[str, object]) -> None:
        self.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(service)],
                actions=actions,
                resources=["*"],
                conditions=conditions,
            )
        )
