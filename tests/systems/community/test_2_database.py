"""MVP architecture and backup configuration: RDS for PostgreSQL with pgvector."""

import json

import pytest

from tests.systems.parts import container_of, of_node, secrets_of, tiers
from tests.systems.reading import Reading, Thing


def test_the_database_is_postgresql(database: Thing) -> None:
    # The document gives no version and no class: these are ours.
    assert (database["Engine"], database["EngineVersion"]) == ("postgres", "17.11")
    assert database["DBInstanceClass"] == "db.t4g.medium"
    assert database["DBName"] == "community"


def test_pgvector_is_made_before_the_first_migration(read: Reading) -> None:
    admin = of_node(read, "AWS::Lambda::Function", "database-admin")
    assert json.loads(admin["Environment"]["Variables"]["EXTENSIONS"]) == ["vector"]
    (rule,) = [
        rule
        for rule in read.all("AWS::Events::Rule")
        if [target["Arn"] for target in rule["Targets"]] == [admin.att("Arn")]
    ]
    assert rule["EventPattern"]["source"] == ["aws.cloudformation"]
    assert json.loads(rule["Targets"][0]["Input"]) == {"Step": "bootstrap"}


def test_snapshots_are_kept_for_7_days_and_so_is_every_point_in_between(database: Thing) -> None:
    assert database["BackupRetentionPeriod"] == 7
    assert database["DeleteAutomatedBackups"] is False
    assert database["PreferredBackupWindow"]


def test_minor_versions_are_installed_by_themselves(database: Thing) -> None:
    assert database["AutoMinorVersionUpgrade"] is True


def test_storage_grows_by_itself(database: Thing) -> None:
    assert database["StorageType"] == "gp3"
    assert (database["AllocatedStorage"], database["MaxAllocatedStorage"]) == ("50", 200)


def test_the_database_survives_the_loss_of_a_zone(database: Thing) -> None:
    assert database["MultiAZ"] is True


def test_it_is_reached_from_inside_alone(read: Reading, database: Thing) -> None:
    assert database["PubliclyAccessible"] is False
    subnets = read.at(database["DBSubnetGroupName"])["SubnetIds"]
    assert tiers(read, subnets) == {"Isolated"}
    assert read.zones(subnets) == ["us-east-1a", "us-east-1b"]


def test_it_is_encrypted_at_rest_and_on_the_way(read: Reading, database: Thing, key: Thing) -> None:
    assert database["StorageEncrypted"] is True
    assert database["KmsKeyId"] == key.att("Arn")
    assert read.at(database["DBParameterGroupName"])["Parameters"]["rds.force_ssl"] == "1"


def test_only_production_is_protected_from_deletion(database: Thing, stage: str) -> None:
    assert database["DeletionProtection"] is (stage == "prod")


def test_query_performance_is_watched(database: Thing) -> None:
    assert database["EnablePerformanceInsights"] is True
    assert database["EnableCloudwatchLogsExports"] == ["postgresql", "upgrade"]


@pytest.mark.parametrize("service", ["app", "worker"])
def test_programs_are_given_rows_not_tables(read: Reading, service: str) -> None:
    url = read.at(secrets_of(container_of(read, service))["DATABASE_URL"])
    assert url["Description"].startswith("Connection string of login app ")


def test_migrations_run_as_the_owner(read: Reading) -> None:
    container = container_of(read, "migrate")
    assert container["Command"] == ["npx", "prisma", "migrate", "deploy"]
    url = read.at(secrets_of(container)["DATABASE_URL"])
    assert url["Description"].startswith("Connection string of login owner ")
