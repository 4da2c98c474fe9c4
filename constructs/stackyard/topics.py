"""A topic for each tier of alarms, which only this account's alarms may publish to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns

from stackyard.marks import acknowledge
from stackyard.place import place_of

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from stackyard.function import PythonFunction


class TierTopic(sns.Topic):
    """An encrypted topic that takes nothing over an unencrypted connection."""

    def __init__(
        self, scope: Construct, construct_id: str, *, key: kms.IKey, display_name: str
    ) -> None:
        super().__init__(
            scope, construct_id, master_key=key, enforce_ssl=True, display_name=display_name
        )
        self.arn = self.topic_arn
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OnlyThisAccountsAlarms",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.arn],
                conditions={"StringEquals": {"aws:SourceAccount": place_of(self).account}},
            )
        )

    def tell_function(self, function: PythonFunction, construct_id: str) -> None:
        """Subscribe a function.

        Not by LambdaSubscription: its permission's id carries the full path of the topic.
        """
        function.may_be_invoked_by("sns", construct_id, source_arn=self.arn)
        subscription = sns.CfnSubscription(
            self, "Function", topic_arn=self.arn, endpoint=function.arn, protocol="lambda"
        )
        acknowledge(
            subscription,
            "SNSRedrivePolicy",
            reason="SNS tries a function for weeks, and what the function fails at waits in its"
            " own queue",
        )

    def tell_people(self, addresses: tuple[str, ...]) -> None:
        """Subscribe e-mail addresses; each has to confirm before anything reaches it."""
        for number, address in enumerate(addresses, start=1):
            subscription = sns.CfnSubscription(
                self, f"Email{number}", topic_arn=self.arn, endpoint=address, protocol="email"
            )
            acknowledge(
                subscription,
                "SNSRedrivePolicy",
                reason="SNS tries a mail server for hours; nobody would look for a mail that was"
                " not delivered in a queue, and the alarm's state stays visible",
            )
