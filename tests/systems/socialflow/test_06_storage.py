"""6. Storage layer: three buckets."""

import pytest

from tests.systems.parts import BLOCKED, of_node, rule_of, service_of, statements_about, task_of
from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing

BUCKETS = ("videos", "uploads", "static")
KEPT = {"dev": None, "staging": {"Status": "Enabled"}, "prod": {"Status": "Enabled"}}


@pytest.fixture(params=BUCKETS)
def bucket(request: pytest.FixtureRequest, read: Reading) -> Thing:
    return of_node(read, "AWS::S3::Bucket", request.param)


def test_there_are_the_documents_buckets_and_one_for_access_logs(read: Reading) -> None:
    assert {b.node for b in read.all("AWS::S3::Bucket")} == {*BUCKETS, "access-logs"}


# Videos.


def test_videos_keep_their_versions_outside_development(videos: Thing, stage: str) -> None:
    assert videos.get("VersioningConfiguration") == KEPT[stage]


def test_videos_move_to_glacier_and_go_after_two_years(videos: Thing) -> None:
    rule = rule_of(videos)
    assert rule["Status"] == "Enabled"
    assert rule["Transitions"] == [{"StorageClass": "GLACIER", "TransitionInDays": 90}]
    assert rule["ExpirationInDays"] == 730


def test_videos_take_uploads_from_the_site(videos: Thing, stage: str) -> None:
    (rule,) = videos["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["PUT", "POST", "GET"]
    # The document names no origins: these are ours.
    ours = {"prod": ["https://socialflow.com", "https://www.socialflow.com"]}
    assert rule["AllowedOrigins"] == ours.get(stage, [f"https://{stage}.socialflow.com"])


# Uploads.


def test_uploads_are_gone_after_a_week(uploads: Thing) -> None:
    rule = rule_of(uploads)
    assert rule["Status"] == "Enabled"
    assert rule["ExpirationInDays"] == 7
    # A version would outlive the week that the document gives an upload.
    assert "VersioningConfiguration" not in uploads.properties


# Static assets.


def test_static_files_keep_their_versions_outside_development(static: Thing, stage: str) -> None:
    assert static.get("VersioningConfiguration") == KEPT[stage]


def test_static_files_stay(static: Thing) -> None:
    assert "ExpirationInDays" not in rule_of(static)
    assert "Transitions" not in rule_of(static)


# All of them.


def test_public_access_is_blocked_to_every_bucket(read: Reading) -> None:
    buckets = read.all("AWS::S3::Bucket")
    blocked = [bucket["PublicAccessBlockConfiguration"] for bucket in buckets]
    assert blocked == [BLOCKED] * (len(BUCKETS) + 1)


def test_it_is_encrypted_with_the_environments_key(bucket: Thing, key: Thing) -> None:
    # Deviation: AES-256 under a key of our own instead of S3's.
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {
        "KMSMasterKeyID": key.att("Arn"),
        "SSEAlgorithm": "aws:kms",
    }


def test_its_policy_opens_it_to_nobody(read: Reading, bucket: Thing) -> None:
    # Deviation: no access identity of CloudFront yet, since there is no CloudFront.
    statements = statements_about(read, bucket)
    assert {statement["Effect"] for statement in statements} == {"Deny"}
    assert {"Bool": {"aws:SecureTransport": "false"}} in [s["Condition"] for s in statements]


@pytest.mark.parametrize("service", ["app", "worker", "beat"])
def test_a_program_reads_and_writes_objects_by_its_role(
    read: Reading, bucket: Thing, service: str
) -> None:
    assert service_of(read, service)["TaskDefinition"] == task_of(read, service).ref
    role = read.at(task_of(read, service)["TaskRoleArn"])
    for action in ("s3:GetObject", "s3:PutObject"):
        assert f"{bucket.att('Arn')}/*" in resources_for(role, action)


def test_no_other_bucket_holds_objects_of_programs(read: Reading) -> None:
    role = read.at(task_of(read, "app")["TaskRoleArn"])
    assert len(resources_for(role, "s3:PutObject")) == len(BUCKETS)


def test_unfinished_uploads_cost_nothing_for_long(bucket: Thing) -> None:
    assert rule_of(bucket)["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


def test_access_is_logged(read: Reading, bucket: Thing) -> None:
    assert read.at(bucket["LoggingConfiguration"]["DestinationBucketName"]).node == "access-logs"
