"""The first rotation of a secret: at once, and when all is there that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.estate import listed
from checks.rules.ecs import is_off
from checks.rules.order import early, missed_by, openings
from checks.rules.rule import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
FUNCTION = "AWS::Lambda::Function"


@rule(
    "deployments-after-database",
    "SecretsManager::RotationSchedule",
    title="the first rotation waits for what it needs: database, permission, open ports",
    why="Secrets Manager rotates as soon as the schedule is there, and a first rotation that fails"
    " leaves a secret that nobody can use",
    source=f"{DOCS}/secretsmanager/latest/userguide/rotating-secrets.html",
)
def after_database(schedule: Resource, scene: Scene) -> Iterator[Fault]:
    """All that the rotating function uses, and that CloudFormation may make later."""
    estate = scene.estate
    function = estate.at(schedule.get("RotationLambdaARN"))
    secret = next(estate.named(schedule.get("SecretId")), None)
    needed: list[Resource] = []
    if secret:
        needed += estate.users_of(secret, "AWS::SecretsManager::SecretTargetAttachment")
    if function and function.kind == FUNCTION:
        permissions = estate.users_of(function, "AWS::Lambda::Permission")
        needed += [e for e in permissions if "secretsmanager" in str(e.get("Principal"))]
        groups = {
            g for g in map(estate.at, listed(function.get("VpcConfig.SecurityGroupIds"))) if g
        }
        needed += openings(estate, groups, set())
    users = (
        [e for e in estate.users_of(secret) if e.kind.startswith("AWS::RDS::")] if secret else []
    )
    missed = missed_by(estate, schedule, [*needed, *users])
    yield from early(missed, "rotates before what it needs is there")


@rule(
    "deployments-rotate-now",
    "SecretsManager::RotationSchedule",
    title="a secret is rotated as soon as its schedule is made or changed",
    why="the function runs for the first time weeks later, when nobody looks; until then the secret"
    " is what a template made up",
    source=f"{DOCS}/AWSCloudFormation/latest/TemplateReference/"
    "aws-resource-secretsmanager-rotationschedule.html",
)
def rotate_now(schedule: Resource, _: Scene) -> Iterator[Fault]:
    """What is not said is at once."""
    if is_off(schedule.get("RotateImmediatelyOnUpdate"), unsaid=False):
        yield Fault(
            message="is not rotated before its first date",
            remedy="set RotateImmediatelyOnUpdate to true",
            property="RotateImmediatelyOnUpdate",
        )
