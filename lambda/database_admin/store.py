"""The few operations on Secrets Manager that a rotation needs."""

from functools import cache
from typing import Any

import boto3  # type: ignore[import-untyped, unused-ignore]
from botocore.config import Config  # type: ignore[import-untyped, unused-ignore]

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"


@cache
def client() -> Any:
    """Create the client once, at first use."""
    timeouts = Config(
        connect_timeout=5, read_timeout=10, retries={"mode": "standard", "max_attempts": 3}
    )
    return boto3.client("secretsmanager", config=timeouts)


def stages(arn: str) -> dict[str, list[str]]:
    """Return the staging labels of every version that has one."""
    described: dict[str, Any] = client().describe_secret(SecretId=arn)
    versions: dict[str, list[str]] = described.get("VersionIdsToStages", {})
    return versions


def value(arn: str, **version: str) -> str | None:
    """Return one version's value; None if there is no such version or it is still empty."""
    try:
        found: dict[str, str] = client().get_secret_value(SecretId=arn, **version)
    except client().exceptions.ResourceNotFoundException:
        return None
    return found["SecretString"]


def unlabelled(arn: str) -> list[str]:
    """Return the ids of versions that lost their labels but are still kept."""
    # One page holds all that the service keeps.
    found = client().list_secret_version_ids(SecretId=arn, IncludeDeprecated=True, MaxResults=100)
    return [each["VersionId"] for each in found["Versions"] if not each.get("VersionStages")]


def put_pending(arn: str, token: str, secret: str) -> None:
    """Fill the version of this rotation."""
    client().put_secret_value(
        SecretId=arn, ClientRequestToken=token, SecretString=secret, VersionStages=[PENDING]
    )


def put_current(arn: str, token: str, secret: str) -> None:
    """Write a secret that has no rotation of its own; again with the same token it does nothing."""
    client().put_secret_value(
        SecretId=arn, ClientRequestToken=token, SecretString=secret, VersionStages=[CURRENT]
    )


def make_current(arn: str, token: str, former: str | None) -> None:
    """Move AWSCURRENT; Secrets Manager moves AWSPREVIOUS along with it."""
    leaving = {"RemoveFromVersionId": former} if former else {}
    client().update_secret_version_stage(
        SecretId=arn, VersionStage=CURRENT, MoveToVersionId=token, **leaving
    )
