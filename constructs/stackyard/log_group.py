"""Log groups: encrypted, with an end to what they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_logs as logs

from stackyard.marks import keep

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct

# CDK knows the numbers that CloudWatch Logs accepts by name only.
RETENTION = {
    1: "ONE_DAY", 3: "THREE_DAYS", 5: "FIVE_DAYS", 7: "ONE_WEEK", 14: "TWO_WEEKS", 30: "ONE_MONTH",
    60: "TWO_MONTHS", 90: "THREE_MONTHS", 120: "FOUR_MONTHS", 150: "FIVE_MONTHS",
    180: "SIX_MONTHS", 365: "ONE_YEAR", 400: "THIRTEEN_MONTHS", 545: "EIGHTEEN_MONTHS",
    731: "TWO_YEARS", 1096: "THREE_YEARS", 1827: "FIVE_YEARS", 2192: "SIX_YEARS",
    2557: "SEVEN_YEARS", 2922: "EIGHT_YEARS", 3288: "NINE_YEARS", 3653: "TEN_YEARS",
}  # fmt: skip


def encrypted_log_group(
    scope: Construct, construct_id: str, *, key: kms.IKey, days: int, name: str | None = None
) -> logs.LogGroup:
    """A log group under the environment's key that forgets after `days`.

    It outlives its stack: after an accident the log is what one wants most.
    """
    group = logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        encryption_key=key,
        retention=logs.RetentionDays[RETENTION[days]],
    )
    keep(group)
    return group
