"""Log groups: encrypted, with an end to what they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_logs as logs

from stackyard.marks import acknowledge, keep

if TYPE_CHECKING:
    from constructs import Construct

    from stackyard.key import EnvironmentKey


YEAR = 365


class EncryptedLogGroup(logs.CfnLogGroup):
    """A log group under the environment's key that forgets after `days`.

    It outlives its stack: after an accident the log is what one wants most.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: EnvironmentKey,
        days: int,
        name: str | None = None,
    ) -> None:
        super().__init__(
            scope, construct_id, log_group_name=name, kms_key_id=key.arn, retention_in_days=days
        )
        # The ARN ends in `:*`, which stands for the group's streams.
        self.arn = self.attr_arn
        self.name = self.ref
        keep(self)
        if days < YEAR:
            acknowledge(
                self,
                "CT.CLOUDWATCH.PR.2",
                reason="The file says for how many days its logs are of use; what was logged can't"
                " tell about people for longer than that",
            )
