"""What every stack of an environment has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from stackyard.place import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct


class EnvironmentStack(cdk.Stack):
    """A stack with an explicit name, account and region, which needs no look-up."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stack_name: str,
        description: str,
        account: str,
        region: str,
        zones: Sequence[str] = (),
        protected: bool,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=stack_name,
            description=description,
            env=cdk.Environment(account=account, region=region),
            termination_protection=protected,
            analytics_reporting=False,
        )
        self.place = Place(account=account, region=region)
        if zones:
            # ec2.Vpc asks for the account's zones even when it is given some: this answers it.
            question = f"availability-zones:account={account}:region={region}"
            self.node.set_context(question, list(zones))
