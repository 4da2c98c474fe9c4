"""A rotated connection string reaches the program: the services that use it deploy again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stackyard.iam import Statement
from stackyard.machine import Machine
from stackyard.place import Block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from stackyard.app_runner import AppRunnerService
    from stackyard.key import EnvironmentKey
    from stackyard.release import Release

# A service that is being deployed at that moment refuses: half an hour of patience.
RETRY = {
    "ErrorEquals": ["States.TaskFailed"],
    "IntervalSeconds": 60,
    "MaxAttempts": 7,
    "BackoffRate": 1.5,
    "MaxDelaySeconds": 600,
}


class RedeployOnRotation(Block):
    """Starts a deployment of a service whenever a secret that it reads gets a new value.

    Secrets Manager sends "Secret Label Updated" by itself, without CloudTrail.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        service: AppRunnerService,
        release: Release,
        secret_arns: Sequence[str],
        key: EnvironmentKey,
        log_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.machine = Machine(
            self,
            "Machine",
            node=node,
            definition={
                "Comment": "Deploys the service again, so that it reads its secrets anew",
                "StartAt": "Deploy",
                "States": {
                    "Deploy": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::aws-sdk:apprunner:startDeployment",
                        "Parameters": {"ServiceArn": "${ServiceArn}"},
                        "Retry": [RETRY],
                        "End": True,
                    }
                },
            },
            substitutions={"ServiceArn": service.arn},
            statements=[Statement(actions=["apprunner:StartDeployment"], resources=[service.arn])],
            key=key,
            log_days=log_days,
        )
        starter = self.machine.start_on(
            description=f"A secret of {node} was rotated",
            pattern={
                "source": ["aws.secretsmanager"],
                "detail-type": ["Secret Label Updated"],
                "resources": list(secret_arns),
                "detail": {"labelUpdated": ["AWSCURRENT"]},
            },
        )
        release.only_when_released(starter)
