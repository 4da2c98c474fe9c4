"""Buckets: closed, encrypted, versioned; what readers and consumers may do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.model.buckets import Bucket as BucketSpec
from stackyard.bucket import Bucket, LogBucket
from stackyard.iam import ServiceRole
from stackyard.key import EnvironmentKey
from tests.assemblies import new_app
from tests.components.building import STACK, Made, made, spec, stack_in, statements

KIND = "AWS::S3::Bucket"
READ = "s3:GetObject"
WRITE = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
OBJECTS = {"read": READ, "write": WRITE, "read-write": [READ, *WRITE]}
BOTH = ["kms:Decrypt", "kms:GenerateDataKey"]
BY_KEY = {"read": "kms:Decrypt", "write": BOTH, "read-write": BOTH}
CIDRS = ["192.0.2.0/24", "2001:db8::/32"]
S3 = {"kind": "s3", "reason": "Readers without credentials"}
Templates = tuple[Made, Made]


@pytest.fixture(scope="module")
def templates(folder: Path) -> Templates:
    """The stack of the buckets, and one of consumers: a role for each bucket and access."""
    app = new_app(folder)
    stack, consumers = stack_in(folder, app=app), stack_in(folder, "demo-prod-web", app=app)
    key = EnvironmentKey(stack, "Key", description="Buckets")
    logs = LogBucket(stack, "AccessLogs", of_balancer=False, of_buckets=True)
    fields: dict[str, dict[str, Any]] = {
        "files": {"versioned": {"off": True, "reason": "Temporary files"}},
        "media": {"name": "demo-media", "encryption": S3, "expire_old_versions_after_days": 9},
    }
    for name, more in fields.items():
        bucket = Bucket(
            stack,
            name.title(),
            node=name,
            spec=spec(BucketSpec, kind="bucket", **more),
            key=key,
            logs=logs,
        )
        for access in OBJECTS:
            role = f"{name}-{access}"
            allowed = bucket.node_for_consumers.grant(access).statements
            ServiceRole(consumers, role, service="a", node="a", name=role, statements=allowed)
        if name == "media":
            bucket.open_to(reader="the-edge", cidrs=CIDRS)
    return made(stack), made(consumers)


@pytest.fixture(scope="module")
def buckets(templates: Templates) -> Made:
    return templates[0]


def bucket_id(buckets: Made, name: str) -> str:
    """The logical id of a bucket."""
    found = buckets.whole(KIND).items()
    (bucket,) = [n for n, each in found if each["Metadata"]["Stackyard::Node"] == name]
    return bucket


def bucket_of(buckets: Made, name: str) -> dict[str, Any]:
    """The properties of a bucket."""
    found: dict[str, Any] = buckets.whole(KIND)[bucket_id(buckets, name)]["Properties"]
    return found


def encryption(bucket: dict[str, Any]) -> dict[str, Any]:
    """How a bucket encrypts what is put into it."""
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    found: dict[str, Any] = rule
    return found


def policy(buckets: Made, name: str) -> list[dict[str, Any]]:
    """What a bucket's policy says."""
    bucket = f"<{bucket_id(buckets, name)}>"
    found: list[dict[str, Any]] = buckets.only("AWS::S3::BucketPolicy", Bucket=bucket)[
        "PolicyDocument"
    ]["Statement"]
    return found


def granted(templates: Templates, role: str) -> list[dict[str, Any]]:
    """What a consumer may do."""
    return statements(templates[1].only("AWS::IAM::Role", RoleName=role))


def test_a_bucket_is_under_the_key_unless_the_file_says_otherwise(buckets: Made) -> None:
    (key,) = buckets.whole("AWS::KMS::Key")
    assert encryption(bucket_of(buckets, "files")) == {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms",
            "KMSMasterKeyID": f"<{key}.Arn>",
        },
    }
    for name in ("media", "access-logs"):
        by_default = encryption(bucket_of(buckets, name))["ServerSideEncryptionByDefault"]
        assert by_default == {"SSEAlgorithm": "AES256"}


def test_versions_are_kept_unless_the_file_turns_them_off(buckets: Made) -> None:
    assert bucket_of(buckets, "media")["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "VersioningConfiguration" not in bucket_of(buckets, "files")


@pytest.mark.parametrize(("name", "days"), [("media", 9), ("files", 90)])
def test_old_versions_and_broken_uploads_have_an_end(buckets: Made, name: str, days: int) -> None:
    (rule,) = bucket_of(buckets, name)["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": days}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert rule["Status"] == "Enabled"
    assert "ExpirationInDays" not in rule


@pytest.mark.parametrize("name", ["media", "files", "access-logs"])
def test_every_bucket_is_closed_and_takes_nothing_without_modern_tls(
    buckets: Made, name: str
) -> None:
    blocked = bucket_of(buckets, name)["PublicAccessBlockConfiguration"]
    assert [*blocked.values()] == [True] * 4
    rule = bucket_of(buckets, name)["OwnershipControls"]["Rules"]
    assert rule == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    denied = [each for each in policy(buckets, name) if each["Effect"] == "Deny"]
    arn = f"<{bucket_id(buckets, name)}.Arn>"
    for each in denied:
        assert (each["Action"], each["Principal"]) == ("s3:*", {"AWS": "*"})
        assert each["Resource"] == [arn, f"{arn}/*"] or each["Resource"] == f"{arn}/*"
    assert sorted((each["Condition"] for each in denied), key=str) == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": 1.2}},
    ]


@pytest.mark.parametrize("name", ["media", "files"])
def test_who_reaches_a_bucket_is_written_down_for_a_year(buckets: Made, name: str) -> None:
    logs = bucket_id(buckets, "access-logs")
    assert bucket_of(buckets, name)["LoggingConfiguration"] == {
        "DestinationBucketName": f"<{logs}>",
        "LogFilePrefix": f"{name}/",
    }
    (rule,) = bucket_of(buckets, "access-logs")["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == 365


def test_readers_by_address_may_get_objects_and_nothing_else(buckets: Made) -> None:
    public = [p for p in policy(buckets, "media") if p["Effect"] == "Allow"]
    assert public == [
        {
            "Sid": "ReadByTheEdge",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "s3:GetObject",
            "Resource": f"<{bucket_id(buckets, 'media')}.Arn>/*",
            "Condition": {"IpAddress": {"aws:SourceIp": CIDRS}},
        }
    ]
    assert not [each for each in policy(buckets, "files") if each["Effect"] == "Allow"]


@pytest.mark.parametrize("access", OBJECTS)
def test_an_access_to_a_bucket_without_a_key_is_to_its_objects_and_its_list(
    templates: Templates, access: str
) -> None:
    arn = "arn:aws:s3:::demo-media"
    found = [(each["Action"], each["Resource"]) for each in granted(templates, f"media-{access}")]
    assert found == [(OBJECTS[access], f"{arn}/*"), ("s3:ListBucket", arn)]


@pytest.mark.parametrize("access", OBJECTS)
def test_an_access_to_a_bucket_under_the_key_brings_the_key_by_way_of_s3(
    templates: Templates, access: str
) -> None:
    objects, listing, key = granted(templates, f"files-{access}")
    assert (objects["Action"], listing["Action"]) == (OBJECTS[access], "s3:ListBucket")
    assert key["Action"] == BY_KEY[access]
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}


def test_a_bucket_without_a_name_has_an_output_that_its_consumers_read(
    templates: Templates,
) -> None:
    buckets = templates[0]
    assert "BucketName" not in bucket_of(buckets, "files")
    assert buckets.section("Outputs")["FilesArn"]["Value"] == f"<{bucket_id(buckets, 'files')}.Arn>"
    objects, listing, _ = granted(templates, "files-read")
    assert objects["Resource"] == f"<{STACK}/FilesArn>/*"
    assert listing["Resource"] == f"<{STACK}/FilesArn>"
    assert "MediaArn" not in buckets.section("Outputs")


def test_buckets_outlive_their_stack(buckets: Made) -> None:
    for each in buckets.whole(KIND).values():
        assert each["DeletionPolicy"] == "RetainExceptOnCreate"
        assert each["UpdateReplacePolicy"] == "Retain"
