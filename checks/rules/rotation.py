"""Secrets over time: how often they change, and whether whatever changes them may."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.rules.durability import is_copy
from checks.rules.grants import grants
from checks.rules.rule import Fault, rule
from checks.rules.secrets import SECRET
from checks.rules.values import is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
MANAGER = f"{DOCS}/secretsmanager/latest/userguide"
LONGEST_DAYS, SHORTEST_HOURS = 90, 4
RATE = re.compile(r"rate\((\d+(?:\.\d+)?) (hour|day)s?\)")
# Sources of a database that bring its master user along.
RESTORED = (
    "DBSnapshotIdentifier",
    "SnapshotIdentifier",
    "SourceDBClusterIdentifier",
    "ReplicationSourceIdentifier",
)
ROTATES = (
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
)


@rule(
    "secrets-rotation",
    "SecretsManager::RotationSchedule",
    title=f"secrets are rotated every {LONGEST_DAYS} days or sooner",
    why="one that leaked works until it is changed",
    source=f"{DOCS}/securityhub/latest/userguide/secretsmanager-controls.html#secretsmanager-4",
)
def rotation(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A schedule, by rate or by days; what cron says is left to people."""
    said = resource.get("RotationRules.ScheduleExpression")
    days = number(resource.get("RotationRules.AutomaticallyAfterDays"))
    match = RATE.fullmatch(said.strip()) if isinstance(said, str) else None
    if match:
        days = float(match[1]) / (24 if match[2] == "hour" else 1)
    if said is None and resource.get("RotationRules.AutomaticallyAfterDays") is None:
        yield Fault(
            message="nothing says when it is rotated",
            remedy="set RotationRules.ScheduleExpression to rate(30 days)",
            property="RotationRules",
        )
    elif days is not None and not SHORTEST_HOURS / 24 <= days <= LONGEST_DAYS:
        yield Fault(
            message=f"it is rotated every {days:g} days",
            remedy=f"rotate it every 4 hours to {LONGEST_DAYS} days",
            property="RotationRules",
        )
    elif isinstance(said, str) and "<" not in said and not said.startswith(("rate(", "cron(")):
        yield Fault(
            message=f"{said} is no schedule",
            remedy="write rate(30 days) or a cron expression",
            property="RotationRules.ScheduleExpression",
        )


@rule(
    "secrets-rotation-function",
    "SecretsManager::RotationSchedule",
    title="whatever rotates a secret may read and write it",
    why="each rotation fails, and the secret is never changed",
    source=f"{MANAGER}/rotating-secrets-required-permissions-function.html",
)
def rotation_function(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The function's role has all four actions."""
    found = grants(scene.estate)
    function = scene.estate.at(resource.get("RotationLambdaARN"))
    secret = scene.estate.at(resource.get("SecretId"))
    if not resource.get("RotationLambdaARN") and not resource.get("HostedRotationLambda"):
        yield Fault(
            message="nothing rotates it",
            remedy="set RotationLambdaARN",
            property="RotationLambdaARN",
        )
    role = found.role(function.get("Role")) if function else None
    if not role or not secret or secret.kind != SECRET:
        return
    missing = [action for action in ROTATES if not found.may(role, action, secret)]
    if missing:
        yield Fault(
            message=f"{role.logical_id} lacks {', '.join(missing)} on {secret.logical_id}",
            remedy="allow it to the function's role",
            property="RotationLambdaARN",
        )


@rule(
    "secrets-master-user",
    "RDS::DBInstance",
    "RDS::DBCluster",
    title="the password of a master user is generated and rotated",
    why="people know a password that they made, and one that never changes ends up in notes",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
)
def master_user(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """RDS manages it, or it is a secret with a rotation schedule."""
    if is_copy(resource) or any(resource.get(name) for name in RESTORED):
        return
    said = resource.get("MasterUserPassword")
    if is_true(resource.get("ManageMasterUserPassword")):
        return
    if said is None:
        yield Fault(
            message="its master user has no password",
            remedy="set ManageMasterUserPassword to true, or name a generated secret",
            property="MasterUserPassword",
        )
    for secret in scene.estate.named(said):
        if secret.kind != SECRET:
            continue
        if not isinstance(secret.get("GenerateSecretString"), dict):
            yield Fault(
                message=f"{secret.logical_id} is not generated",
                remedy="set GenerateSecretString",
                property="MasterUserPassword",
            )
        elif not scene.estate.users_of(secret, "AWS::SecretsManager::RotationSchedule"):
            yield Fault(
                message=f"nothing rotates {secret.logical_id}",
                remedy="give it a RotationSchedule",
                property="MasterUserPassword",
            )
