"""What a file says of a bucket's objects: when they move and end, and which pages may ask."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.model.buckets import Bucket as BucketSpec
from stackyard.bucket import Bucket, LogBucket
from stackyard.key import EnvironmentKey
from tests.components.building import Made, Properties, made, spec, stack_in

UPLOADS = {"origins": ["https://app.example.com", "http://localhost:3000"], "methods": ["PUT"]}
OTHERS = {
    "origins": ["https://*.example.com"],
    "methods": ["GET", "HEAD", "POST", "DELETE"],
    "headers": ["content-type"],
    "exposed": [],
    "max_age": 0,
}
FIELDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "moving": {"glacier_after_days": 90},
    "ending": {"expire_after_days": 1},
    "both": {"glacier_after_days": 30, "expire_after_days": 365},
    "pages": {"cors": [UPLOADS, OTHERS]},
}


@pytest.fixture(scope="module")
def buckets(folder: Path) -> Made:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Buckets")
    logs = LogBucket(stack, "AccessLogs", of_balancer=False, of_buckets=True)
    for name, fields in FIELDS.items():
        found = spec(BucketSpec, kind="bucket", name=f"demo-{name}", **fields)
        Bucket(stack, name.title(), node=name, spec=found, key=key, logs=logs)
    return made(stack)


def bucket(buckets: Made, name: str) -> Properties:
    return buckets.only("AWS::S3::Bucket", BucketName=f"demo-{name}")


def logs_id(buckets: Made) -> str:
    """The logical id of the bucket of access logs."""
    found = buckets.whole("AWS::S3::Bucket").items()
    (name,) = (n for n, each in found if "BucketName" not in each["Properties"])
    return name


def rule(buckets: Made, name: str) -> dict[str, Any]:
    """The one lifecycle rule of a bucket."""
    (found,) = bucket(buckets, name)["LifecycleConfiguration"]["Rules"]
    assert found["Status"] == "Enabled"
    assert not {"Prefix", "TagFilters", "ObjectSizeGreaterThan"} & found.keys()
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("name", "glacier", "end"),
    [
        ("plain", None, None),
        ("moving", 90, None),
        ("ending", None, 1),
        ("both", 30, 365),
        ("pages", None, None),
    ],
)
def test_objects_move_and_end_when_the_file_says_and_never_by_themselves(
    buckets: Made, name: str, glacier: int | None, end: int | None
) -> None:
    found = rule(buckets, name)
    moves = [{"StorageClass": "GLACIER", "TransitionInDays": glacier}] if glacier else None
    assert found.get("Transitions") == moves
    assert found.get("ExpirationInDays") == end


@pytest.mark.parametrize("name", FIELDS)
def test_old_versions_and_broken_uploads_end_all_the_same(buckets: Made, name: str) -> None:
    found = rule(buckets, name)
    assert found["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    assert found["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert "NoncurrentVersionTransitions" not in found


def test_exactly_the_pages_of_the_file_may_call_from_a_browser(buckets: Made) -> None:
    assert bucket(buckets, "pages")["CorsConfiguration"] == {
        "CorsRules": [
            {
                "AllowedOrigins": ["https://app.example.com", "http://localhost:3000"],
                "AllowedMethods": ["PUT"],
                "AllowedHeaders": ["*"],
                # Without it a page can't put the parts of an upload together.
                "ExposedHeaders": ["ETag"],
                "MaxAge": 3600,
            },
            {
                "AllowedOrigins": ["https://*.example.com"],
                "AllowedMethods": ["GET", "HEAD", "POST", "DELETE"],
                "AllowedHeaders": ["content-type"],
                "ExposedHeaders": [],
                "MaxAge": 0,
            },
        ]
    }


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "pages"])
def test_without_a_word_no_page_may(buckets: Made, name: str) -> None:
    assert "CorsConfiguration" not in bucket(buckets, name)


def test_pages_open_a_bucket_to_nobody(buckets: Made) -> None:
    """CORS lets a browser ask; who may is still decided by a signature."""
    policies = [
        each["PolicyDocument"]["Statement"]
        for each in buckets.of("AWS::S3::BucketPolicy")
        if each["Bucket"] != f"<{logs_id(buckets)}>"
    ]
    assert len(policies) == len(FIELDS)
    assert {statement["Effect"] for policy in policies for statement in policy} == {"Deny"}
