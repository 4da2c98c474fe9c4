"""The customer-managed key that encrypts what an environment keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from stackyard.marks import acknowledge, keep
from stackyard.place import place_of

if TYPE_CHECKING:
    from constructs import Construct


class EnvironmentKey(kms.Key):
    """A rotated key that IAM decides about.

    Its policy names no principal of another stack, which is what keeps stacks free of cycles.
    `logs` lets the account's log groups use it, `alarms` lets alarms publish to topics under it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        logs: bool = False,
        alarms: bool = False,
    ) -> None:
        place = place_of(scope)
        statements = [_allow({"AWS": f"arn:aws:iam::{place.account}:root"}, "kms:*")]
        if logs:
            groups = {"kms:EncryptionContext:aws:logs:arn": place.arn("logs", "log-group:*")}
            statements.append(
                _allow(
                    {"Service": f"logs.{place.region}.amazonaws.com"},
                    *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*"),
                    "kms:ReEncrypt*",
                    when={"ArnLike": groups},
                )
            )
        if alarms:
            statements.append(
                _allow(
                    {"Service": "cloudwatch.amazonaws.com"},
                    *("kms:Decrypt", "kms:GenerateDataKey*"),
                    when={"StringEquals": {"aws:SourceAccount": place.account}},
                )
            )
        policy = {"Version": "2012-10-17", "Statement": statements}
        super().__init__(
            scope,
            construct_id,
            description=description,
            enable_key_rotation=True,
            policy=iam.PolicyDocument.from_json(policy),
        )
        self.arn = self.key_arn
        keep(self)
        acknowledge(
            self,
            "CT.KMS.PR.3",
            reason="The account's own policies say who may do what, and none of them lets anybody"
            " make grants; a condition here would bind the account's administrators",
        )


def _allow(
    principal: dict[str, Any], *actions: str, when: dict[str, Any] | None = None
) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions),
        "Resource": "*",
    }
    return {**statement, "Condition": when} if when else statement
