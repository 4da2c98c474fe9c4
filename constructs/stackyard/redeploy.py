"""A rotated connection string reaches the program: the services that use it deploy again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stackyard.machine import Machine
from stackyard.place import Block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from stackyard.iam import Statement
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


@dataclass(frozen=True, kw_only=True)
class Redeployable:
    """A service, and the call that makes it start anew.

    `absent` are the errors that say there is no such service, because nothing was released yet:
    then there is nothing to do. `substitutions` fill the parameters.
    """

    node: str
    resource: str
    parameters: Mapping[str, Any]
    statement: Statement
    release: Release
    absent: tuple[str, ...]
    substitutions: Mapping[str, str] = field(default_factory=dict)


class RedeployOnRotation(Block):
    """Deploys services again, side by side, whenever a connection string gets a new value.

    Secrets Manager sends "Secret Label Updated" by itself, without CloudTrail.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        services: Sequence[Redeployable],
        secret_arns: Sequence[str],
        key: EnvironmentKey,
        log_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        substitutions: dict[str, str] = {}
        for service in services:
            substitutions |= service.substitutions
        self.machine = Machine(
            self,
            "Machine",
            node=node,
            definition=_definition(node, services),
            substitutions=substitutions,
            statements=[service.statement for service in services],
            key=key,
            log_days=log_days,
        )
        self.starter = self.machine.start_on(
            description=f"A connection string of {node} was rotated",
            pattern={
                "source": ["aws.secretsmanager"],
                "detail-type": ["Secret Label Updated"],
                "resources": list(secret_arns),
                "detail": {"labelUpdated": ["AWSCURRENT"]},
            },
        )
        releases = {id(service.release): service.release for service in services}
        if len(releases) == 1:
            (release,) = releases.values()
            release.only_when_released(self.starter)


def _definition(node: str, services: Sequence[Redeployable]) -> dict[str, Any]:
    branches = [
        {"StartAt": f"Deploy {service.node}", "States": _states(service)} for service in services
    ]
    any_failed = {"Variable": "$.failed[0]", "IsPresent": True, "Next": "Failed"}
    return {
        "Comment": "Deploys services again, so that they read their secrets anew",
        "StartAt": "Deploy",
        "States": {
            "Deploy": {
                "Type": "Parallel",
                "Branches": branches,
                "ResultSelector": {"failed.$": "$[?(@.failed == true)]"},
                "Next": "Judge",
            },
            "Judge": {"Type": "Choice", "Choices": [any_failed], "Default": "Done"},
            "Failed": {
                "Type": "Fail",
                "Error": "NotDeployed",
                "Cause": f"A service still has the former secret of {node}",
            },
            "Done": {"Type": "Succeed"},
        },
    }


def _states(service: Redeployable) -> dict[str, Any]:
    """One branch. It never fails itself, because that would end the others before their time."""
    start, nothing, failed = (f"{word} {service.node}" for word in ("Deploy", "No", "Failed"))
    absent = list(service.absent)
    return {
        start: {
            "Type": "Task",
            "Resource": service.resource,
            "Parameters": dict(service.parameters),
            # Only that it was asked for matters; the answer may be larger than a state can hold.
            "ResultSelector": {"asked": True},
            "Retry": [{"ErrorEquals": absent, "MaxAttempts": 0}, RETRY],
            "Catch": [
                {"ErrorEquals": absent, "Next": nothing},
                {"ErrorEquals": ["States.ALL"], "Next": failed},
            ],
            "End": True,
        },
        nothing: {"Type": "Succeed"},
        failed: {"Type": "Pass", "Result": {"failed": True}, "End": True},
    }
