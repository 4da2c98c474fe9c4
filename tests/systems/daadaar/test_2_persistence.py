"""Persistence: database, cache, object storage."""

import pytest

from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing
from tests.systems.ways import GROUP

ZONES = ["us-east-1a", "us-east-1c", "us-east-1d"]


# Database.


def test_the_database_is_postgresql(database: Thing) -> None:
    assert database["Engine"] == "postgres"


def test_the_databases_address_begins_as_the_document_says(database: Thing) -> None:
    assert database["DBInstanceIdentifier"] == "daadaar-prod"
    assert database["Port"] == "5432"


def test_the_database_is_not_publicly_accessible(database: Thing) -> None:
    assert database["PubliclyAccessible"] is False


def test_the_database_is_in_private_subnets(read: Reading, database: Thing) -> None:
    subnets = read.at(database["DBSubnetGroupName"])["SubnetIds"]
    assert read.zones(subnets) == ZONES
    assert [read.at(subnet)["MapPublicIpOnLaunch"] for subnet in subnets] == [False] * len(ZONES)


def test_the_database_is_encrypted_with_the_environments_key(database: Thing, key: Thing) -> None:
    assert database["StorageEncrypted"] is True
    assert database["KmsKeyId"] == key.att("Arn")
    assert database["PerformanceInsightsKMSKeyId"] == key.att("Arn")


def test_the_database_takes_encrypted_connections_only(read: Reading, database: Thing) -> None:
    parameters = read.at(database["DBParameterGroupName"])["Parameters"]
    assert parameters["rds.force_ssl"] == "1"


def test_the_database_is_backed_up_for_a_week(database: Thing) -> None:
    # Deviation: the document says 0 days, which is no safe state to deploy.
    assert database["BackupRetentionPeriod"] == 7
    assert database["DeleteAutomatedBackups"] is False
    assert database["DeletionProtection"] is True


def test_the_database_survives_the_loss_of_a_zone(database: Thing) -> None:
    assert database["MultiAZ"] is True


@pytest.mark.parametrize("log", ["postgresql", "upgrade"])
def test_the_databases_logs_are_encrypted_and_forgotten_in_time(
    read: Reading, database: Thing, key: Thing, log: str
) -> None:
    assert log in database["EnableCloudwatchLogsExports"]
    name = f"/aws/rds/instance/daadaar-prod/{log}"
    group = read.one("AWS::Logs::LogGroup", LogGroupName=name)
    assert group["KmsKeyId"] == key.att("Arn")
    assert group["RetentionInDays"] == 90


# Caching.


def test_the_cache_is_serverless(read: Reading, cache: Thing) -> None:
    # Deviation: Valkey, which speaks Redis's protocol, for ElastiCache's Redis.
    assert cache["Engine"] == "valkey"
    others = ("AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::CacheCluster")
    assert read.all(*others) == []


def test_the_caches_address_begins_as_the_document_says(cache: Thing) -> None:
    assert cache["ServerlessCacheName"] == "daadaar-redis"


def test_the_cache_is_encrypted_with_the_environments_key(cache: Thing, key: Thing) -> None:
    assert cache["KmsKeyId"] == key.att("Arn")


def test_the_cache_is_in_private_subnets_of_all_zones_and_a_group_of_its_own(
    read: Reading, cache: Thing
) -> None:
    assert read.zones(cache["SubnetIds"]) == ZONES
    (group,) = [group for group in read.all(GROUP) if group.node == "cache"]
    assert cache["SecurityGroupIds"] == [group.att("GroupId")]


# Object storage.


def test_the_bucket_has_the_documents_name(read: Reading, media: Thing) -> None:
    named = [bucket for bucket in read.all("AWS::S3::Bucket") if bucket.get("BucketName")]
    assert named == [media]


def test_the_bucket_is_encrypted_and_keeps_versions(media: Thing) -> None:
    (rule,) = media["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    # S3's own key: Cloudflare reads without credentials and could not use the environment's.
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert media["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_backend_reads_and_writes_media_in_this_bucket_only(
    backend_role: Thing, variables: dict[str, str], media: Thing
) -> None:
    assert variables["S3_BUCKET"] == media.ref
    objects = [f"arn:aws:s3:::{media['BucketName']}/*"]
    assert resources_for(backend_role, "s3:GetObject") == objects
    assert resources_for(backend_role, "s3:PutObject") == objects
