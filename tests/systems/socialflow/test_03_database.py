"""3. Database layer: RDS for PostgreSQL."""

import json

import pytest

from tests.systems.parts import of_node
from tests.systems.reading import Reading, Thing

CLASSES = {"dev": "db.t3.small", "staging": "db.t3.medium", "prod": "db.r6g.xlarge"}
TWO_ZONES = {"dev": False, "staging": True, "prod": True}
BACKUP_DAYS = {"dev": 3, "staging": 7, "prod": 30}
PROTECTED = {"dev": False, "staging": False, "prod": True}
# "No detailed monitoring" in development; the interval that the document names elsewhere.
MONITORING = {"dev": None, "staging": 60, "prod": 60}


def test_the_database_is_postgresql_15(database: Thing) -> None:
    # Deviation: 15.4 is no longer sold; 15.19 is the same major version.
    assert (database["Engine"], database["EngineVersion"]) == ("postgres", "15.19")


def test_the_class_is_the_environments(database: Thing, stage: str) -> None:
    assert database["DBInstanceClass"] == CLASSES[stage]


def test_storage_is_gp3_and_grows_by_itself(database: Thing) -> None:
    assert database["StorageType"] == "gp3"
    assert database["MaxAllocatedStorage"] > int(database["AllocatedStorage"])


def test_there_are_two_zones_in_staging_and_production(database: Thing, stage: str) -> None:
    assert database["MultiAZ"] is TWO_ZONES[stage]


def test_backups_are_kept_as_long_as_the_environment_wants(database: Thing, stage: str) -> None:
    assert database["BackupRetentionPeriod"] == BACKUP_DAYS[stage]
    assert database["DeleteAutomatedBackups"] is False


def test_performance_insights_are_on(database: Thing, key: Thing) -> None:
    # Their console is Database Insights' by now; the standard mode costs nothing.
    assert database["EnablePerformanceInsights"] is True
    assert database["DatabaseInsightsMode"] == "standard"
    assert database["PerformanceInsightsKMSKeyId"] == key.att("Arn")


def test_enhanced_monitoring_looks_every_minute_outside_development(
    read: Reading, database: Thing, stage: str
) -> None:
    assert database.get("MonitoringInterval") == MONITORING[stage]
    if MONITORING[stage]:
        role = read.at(database["MonitoringRoleArn"])
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}


# Performance.


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("shared_preload_libraries", "pg_stat_statements"),
        ("pg_stat_statements.track", "all"),
        ("log_min_duration_statement", "1000"),
        ("rds.force_ssl", "1"),
    ],
)
def test_a_parameter_group_of_its_own_sets(
    read: Reading, database: Thing, parameter: str, value: str
) -> None:
    group = read.at(database["DBParameterGroupName"])
    assert group["Family"] == "postgres15"
    assert group["Parameters"][parameter] == value


def test_connections_are_limited_by_the_environments_size(
    read: Reading, database: Thing, stage: str
) -> None:
    limit = {"dev": "100", "staging": "200", "prod": "1000"}[stage]
    assert read.at(database["DBParameterGroupName"])["Parameters"]["max_connections"] == limit


def test_queries_can_be_analysed_from_the_first_day(read: Reading) -> None:
    admin = of_node(read, "AWS::Lambda::Function", "database-admin")
    extensions = json.loads(admin["Environment"]["Variables"]["EXTENSIONS"])
    assert extensions == ["pg_stat_statements"]


# Security.


def test_the_database_is_encrypted_with_the_environments_key(database: Thing, key: Thing) -> None:
    assert database["StorageEncrypted"] is True
    assert database["KmsKeyId"] == key.att("Arn")
    assert key["EnableKeyRotation"] is True


def test_the_database_is_not_reached_from_outside(database: Thing) -> None:
    assert database["PubliclyAccessible"] is False
    assert database["Port"] == "5432"


def test_minor_versions_are_installed_by_themselves(database: Thing) -> None:
    assert database["AutoMinorVersionUpgrade"] is True


def test_production_is_protected_from_deletion(database: Thing, stage: str) -> None:
    assert database["DeletionProtection"] is PROTECTED[stage]


# Monitoring.


@pytest.mark.parametrize("log", ["postgresql", "upgrade"])
def test_logs_are_exported_and_forgotten_within_a_month(
    read: Reading, database: Thing, stage: str, key: Thing, log: str
) -> None:
    assert database["EnableCloudwatchLogsExports"] == ["postgresql", "upgrade"]
    name = f"/aws/rds/instance/socialflow-{stage}-database/{log}"
    group = read.one("AWS::Logs::LogGroup", LogGroupName=name)
    assert group["RetentionInDays"] == 30
    assert group["KmsKeyId"] == key.att("Arn")
