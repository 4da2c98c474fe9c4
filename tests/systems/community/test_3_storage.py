"""MVP architecture and backup configuration: object storage."""

import pytest

from tests.systems.parts import (
    BLOCKED,
    container_of,
    rule_of,
    statements_about,
    task_of,
    variables_of,
)
from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing

SERVICES = ("app", "worker")


# Amazon S3: user-uploaded assets.


def test_uploads_are_safe_from_deletion_and_overwriting(uploads: Thing) -> None:
    assert uploads["VersioningConfiguration"] == {"Status": "Enabled"}


def test_uploads_stay(uploads: Thing) -> None:
    assert not rule_of(uploads).keys() & {"ExpirationInDays", "Transitions"}


def test_uploads_are_private_and_encrypted(read: Reading, uploads: Thing, key: Thing) -> None:
    assert uploads["PublicAccessBlockConfiguration"] == BLOCKED
    (rule,) = uploads["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "KMSMasterKeyID": key.att("Arn"),
        "SSEAlgorithm": "aws:kms",
    }
    assert {s["Effect"] for s in statements_about(read, uploads)} == {"Deny"}


def test_a_browser_may_put_and_get_them(uploads: Thing) -> None:
    (rule,) = uploads["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["PUT", "GET"]


@pytest.mark.parametrize("service", SERVICES)
def test_programs_read_and_write_them_by_their_role(
    read: Reading, uploads: Thing, service: str
) -> None:
    assert variables_of(container_of(read, service))["S3_BUCKET"] == uploads.ref
    role = read.at(task_of(read, service)["TaskRoleArn"])
    for action in ("s3:GetObject", "s3:PutObject"):
        assert resources_for(role, action) == [f"{uploads.att('Arn')}/*"]
