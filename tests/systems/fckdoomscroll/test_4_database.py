"""Database: the instance, its storage, backups, parameters, users, and the connection string."""

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.systems.reading import Reading, Thing, texts


@pytest.fixture
def credentials(read: Reading) -> dict[str, dict[str, Any]]:
    """What the function that makes the logins is told, by the secret's reference."""
    (function,) = [f for f in read.all("AWS::Lambda::Function") if f.node == "database-admin"]
    told = json.loads(function["Environment"]["Variables"]["CREDENTIALS"])
    return {str(secret): dict(each) for secret, each in told.items()}


def test_the_instance_has_the_documents_id(prod: Reading, dev: Reading) -> None:
    ids = [read.one("AWS::RDS::DBInstance")["DBInstanceIdentifier"] for read in (prod, dev)]
    assert ids == ["fckdoomscroll-db", "fckdoomscroll-dev-database"]


def test_the_engine_is_postgresql_16(read: Reading, database: Thing) -> None:
    assert database["Engine"] == "postgres"
    # Deviation: pinned to a minor version; RDS takes newer ones by itself.
    assert database["EngineVersion"] == "16.15"
    assert database["AutoMinorVersionUpgrade"] is True
    assert read.at(database["DBParameterGroupName"])["Family"] == "postgres16"


def test_the_class_is_micro_at_first_and_small_in_production(prod: Reading, dev: Reading) -> None:
    assert dev.one("AWS::RDS::DBInstance")["DBInstanceClass"] == "db.t4g.micro"
    assert prod.one("AWS::RDS::DBInstance")["DBInstanceClass"] == "db.t4g.small"


# Configuration: zones, storage, backup.


def test_production_has_a_standby(prod: Reading, dev: Reading) -> None:
    assert prod.one("AWS::RDS::DBInstance")["MultiAZ"] is True
    # Deviation: one zone, within the document's budget for development.
    assert dev.one("AWS::RDS::DBInstance")["MultiAZ"] is False


def test_storage_is_20_gb_of_gp3_that_grows_to_100(database: Thing) -> None:
    assert database["StorageType"] == "gp3"
    assert database["AllocatedStorage"] == "20"
    assert database["MaxAllocatedStorage"] == 100


def test_iops_and_throughput_are_the_baseline(database: Thing) -> None:
    # 3000 and 125 MB/s: RDS gives them below 400 GB and refuses to be told.
    assert not database.properties.keys() & {"Iops", "StorageThroughput"}


def test_backups_stay_for_a_week(database: Thing) -> None:
    assert database["BackupRetentionPeriod"] == 7
    assert database["DeleteAutomatedBackups"] is False


def test_backup_and_maintenance_have_the_documents_windows(database: Thing) -> None:
    assert database["PreferredBackupWindow"] == "03:00-04:00"
    assert database["PreferredMaintenanceWindow"] == "sun:04:00-sun:05:00"


# Configuration: encryption.


def test_storage_is_encrypted(database: Thing, key: Thing) -> None:
    assert database["StorageEncrypted"] is True
    # Deviation: the environment's own key, where the document has AWS's.
    assert database["KmsKeyId"] == key.att("Arn")


def test_connections_are_encrypted(read: Reading, database: Thing) -> None:
    assert read.at(database["DBParameterGroupName"])["Parameters"]["rds.force_ssl"] == "1"


def test_production_is_protected_from_deletion(prod: Reading, dev: Reading) -> None:
    assert prod.one("AWS::RDS::DBInstance")["DeletionProtection"] is True
    # Deviation: in development only the stack's end can't take it along.
    assert dev.one("AWS::RDS::DBInstance")["DeletionProtection"] is False
    assert dev.one("AWS::RDS::DBInstance").deletion == "RetainExceptOnCreate"


def test_the_database_is_not_reached_from_the_internet(database: Thing) -> None:
    assert database["PubliclyAccessible"] is False


# Configuration: database and user.


def test_the_database_has_the_documents_name_and_port(database: Thing) -> None:
    assert database["DBName"] == "fckdoomscroll"
    assert database["Port"] == "5432"


def test_the_master_is_fckadmin_with_a_generated_password(read: Reading, database: Thing) -> None:
    assert database["MasterUsername"] == "fckadmin"
    reference = database["MasterUserPassword"].removeprefix("{{resolve:secretsmanager:")
    master = read.at(reference.removesuffix(":SecretString:::}}"))
    assert master["GenerateSecretString"]["PasswordLength"] >= 20


def test_programs_log_in_as_somebody_else(
    read: Reading, login: Thing, credentials: dict[str, dict[str, Any]]
) -> None:
    # Deviation: the document has one user; nobody but the rotation knows the master's password.
    roles = {(each["role"], each["login"]) for each in credentials.values()}
    assert roles == {("application", "app"), ("owner", "owner")}
    assert credentials[login.ref]["role"] == "application"
    tasks = [*texts([task.properties for task in read.all("AWS::ECS::TaskDefinition")])]
    assert [text for text in tasks if "fckadmin" in text or "Master" in text] == []


# Parameter and option groups.


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("max_connections", "100"),
        ("log_statement", "ddl"),
        ("log_min_duration_statement", "1000"),
    ],
)
def test_parameter_is_the_documents(
    read: Reading, database: Thing, parameter: str, value: str
) -> None:
    assert read.at(database["DBParameterGroupName"])["Parameters"][parameter] == value


def test_there_is_no_option_group(read: Reading, database: Thing) -> None:
    assert database.get("OptionGroupName") is None
    assert read.all("AWS::RDS::OptionGroup") == []


# Connection pooling.


def test_the_connection_string_has_the_documents_parameters(
    login: Thing, credentials: dict[str, dict[str, Any]]
) -> None:
    assert parse_qsl(credentials[login.ref]["query"]) == [
        ("schema", "public"),
        ("sslmode", "require"),
        ("pool_size", "5"),
        ("statement_cache_size", "25"),
    ]


def test_the_connection_string_leads_to_the_instance(
    database: Thing, login: Thing, credentials: dict[str, dict[str, Any]]
) -> None:
    assert credentials[login.ref]["host"] == database.att("Endpoint.Address")


def test_the_pools_of_all_tasks_fit_into_the_connections(
    read: Reading, database: Thing, login: Thing, credentials: dict[str, dict[str, Any]]
) -> None:
    pool = int(dict(parse_qsl(credentials[login.ref]["query"]))["pool_size"])
    tasks = read.one("AWS::ApplicationAutoScaling::ScalableTarget")["MaxCapacity"]
    limit = read.at(database["DBParameterGroupName"])["Parameters"]["max_connections"]
    assert pool * tasks < int(limit)
