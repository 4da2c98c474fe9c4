"""Persistence: database, cache, object storage."""

import json

from tests.systems.daadaar_fargate.conftest import secrets_of, variables_of
from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing
from tests.systems.ways import Way, ways_out

ZONES = ["us-east-1a", "us-east-1c"]
SECRET = "AWS::SecretsManager::Secret"

# Database: RDS (PostgreSQL), daily backups, point-in-time recovery.


def test_the_database_is_postgresql(database: Thing) -> None:
    assert database["Engine"] == "postgres"


def test_backups_are_made_daily_and_allow_recovery_to_a_point_in_time(database: Thing) -> None:
    # RDS does both wherever the retention is not 0.
    assert database["BackupRetentionPeriod"] == 7
    assert database["DeleteAutomatedBackups"] is False


def test_the_database_survives_the_loss_of_a_zone(read: Reading, database: Thing) -> None:
    assert database["MultiAZ"] is True
    assert read.zones(read.at(database["DBSubnetGroupName"])["SubnetIds"]) == ZONES


def test_the_database_is_private_encrypted_and_protected(
    read: Reading, database: Thing, key: Thing
) -> None:
    assert database["PubliclyAccessible"] is False
    assert database["DeletionProtection"] is True
    assert database["KmsKeyId"] == key.att("Arn")
    assert read.at(database["DBParameterGroupName"])["Parameters"]["rds.force_ssl"] == "1"


def test_the_api_gets_the_applications_connection_string(read: Reading, api: Thing) -> None:
    login = read.at(secrets_of(read, api)["DATABASE_URL"])
    assert login["Description"].startswith("Connection string of login app ")
    (function,) = [f for f in read.all("AWS::Lambda::Function") if f.node == "database-admin"]
    told = json.loads(function["Environment"]["Variables"]["CREDENTIALS"])[login.ref]
    assert told["role"] == "application"
    assert (told["format"], told["query"]) == ("url", "sslmode=require")


def test_the_frontend_knows_nothing_of_the_database(read: Reading, web: Thing) -> None:
    assert "DATABASE_URL" not in secrets_of(read, web)


# Caching: Upstash Redis, outside.


def test_there_is_no_cache_at_aws(read: Reading) -> None:
    assert [thing for thing in read.things if thing.kind.startswith("AWS::ElastiCache::")] == []


def test_the_address_of_upstash_is_a_secret_that_the_team_brings(read: Reading, api: Thing) -> None:
    secret = read.at(secrets_of(read, api)["REDIS_URL"])
    assert secret.node == "redis-url"
    assert not secret.properties.keys() & {"SecretString", "GenerateSecretString"}
    role = read.at(read.at(api["TaskDefinition"])["ExecutionRoleArn"])
    assert secret.ref in resources_for(role, "secretsmanager:GetSecretValue")


def test_only_the_api_reaches_upstash(read: Reading) -> None:
    assert {way for way in ways_out(read) if way.by == "tcp/6379"} == {
        Way("api", "internet", "tcp/6379")
    }


# Object storage: S3.


def test_the_bucket_has_the_documents_name(read: Reading, media: Thing) -> None:
    named = [bucket for bucket in read.all("AWS::S3::Bucket") if bucket.get("BucketName")]
    assert [bucket["BucketName"] for bucket in named] == ["daadaar-media-frkia"]
    assert media.node == "media"


def test_media_keep_versions_and_are_encrypted(media: Thing) -> None:
    assert media["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = media["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    # S3's own key: Cloudflare reads without credentials and could not use the environment's.
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_only_the_api_reads_and_writes_media(
    read: Reading, api: Thing, web: Thing, media: Thing
) -> None:
    assert variables_of(read, api)["S3_BUCKET"] == media.ref
    roles = [read.at(read.at(service["TaskDefinition"])["TaskRoleArn"]) for service in (api, web)]
    objects = [resources_for(role, "s3:PutObject") for role in roles]
    assert objects == [["arn:aws:s3:::daadaar-media-frkia/*"], []]


def test_every_secret_is_encrypted_with_the_environments_key(read: Reading, key: Thing) -> None:
    assert [secret for secret in read.all(SECRET) if secret["KmsKeyId"] != key.att("Arn")] == []
