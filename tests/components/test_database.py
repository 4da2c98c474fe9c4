"""The database: what always holds, and each safeguard that a file may turn off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.model.postgres import Postgres
from stackyard.database import Database
from stackyard.key import EnvironmentKey
from stackyard.stack import EnvironmentStack
from tests.components.building import Made, Properties, made, placement_in, spec, stack_in

KIND = "AWS::RDS::DBInstance"
LEAST = {"kind": "postgres", "version": "17.11", "class": "t4g.small", "database": "shop"}
LOOSE = {
    "storage_gb": 30,
    "max_storage_gb": 90,
    "multi_az": {"off": True, "reason": "A trial system"},
    "backup_days": {"none": True, "reason": "Only made-up data"},
    "parameters": {"rds.force_ssl": "0", "log_statement": "ddl", "max_connections": "7"},
    "max_connections": 50,
    "master": {"username": "chief", "secret": "demo/master"},
    "certificate_authority": "rds-ca-ecc384-g1",
    "log_days": 30,
}


def database(stack: EnvironmentStack, name: str, *, protected: bool, **fields: Any) -> Database:
    """A database of the stack, under a key of its own."""
    key = EnvironmentKey(stack, f"{name}-key", description=name, logs=True)
    return Database(
        stack,
        name.title(),
        node=name,
        identifier=f"demo-{name}",
        spec=spec(Postgres, **LEAST, **fields),
        placement=placement_in(key),
        key=key,
        protected=protected,
    )


@pytest.fixture(scope="module")
def loose_and_template(folder: Path) -> tuple[Database, Made]:
    stack = stack_in(folder)
    database(stack, "strict", protected=True)
    loose = database(stack, "loose", protected=False, **LOOSE)
    return loose, made(stack)


@pytest.fixture(scope="module")
def template(loose_and_template: tuple[Database, Made]) -> Made:
    return loose_and_template[1]


@pytest.fixture(scope="module")
def strict(template: Made) -> Properties:
    return template.only(KIND, DBInstanceIdentifier="demo-strict")


@pytest.fixture(scope="module")
def loose(template: Made) -> Properties:
    return template.only(KIND, DBInstanceIdentifier="demo-loose")


def parameters(template: Made, instance: Properties) -> dict[str, str]:
    """What an instance's parameter group says."""
    group = template.whole("AWS::RDS::DBParameterGroup")[instance["DBParameterGroupName"][1:-1]]
    assert group["Properties"]["Family"] == "postgres17"
    found: dict[str, str] = group["Properties"]["Parameters"]
    return found


def test_without_a_word_everything_is_safe(strict: Properties) -> None:
    expected = {
        "MultiAZ": True,
        "BackupRetentionPeriod": 7,
        "DeletionProtection": True,
        "StorageEncrypted": True,
        "PubliclyAccessible": False,
        "AutoMinorVersionUpgrade": True,
        "CopyTagsToSnapshot": True,
        "DeleteAutomatedBackups": False,
        "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "StorageType": "gp3",
        "MasterUsername": "postgres_admin",
    }
    assert {key: strict[key] for key in expected} == expected
    assert strict["MaxAllocatedStorage"] == 100


def test_a_file_can_do_without_a_second_zone(loose: Properties) -> None:
    assert loose["MultiAZ"] is False


def test_a_file_can_do_without_backups(loose: Properties) -> None:
    assert loose["BackupRetentionPeriod"] == 0


def test_deletion_protection_follows_production(loose: Properties, strict: Properties) -> None:
    assert (loose["DeletionProtection"], strict["DeletionProtection"]) == (False, True)


def test_what_a_file_turns_off_is_accepted_with_the_files_reason(
    loose_and_template: tuple[Database, Made],
) -> None:
    accepted = " ".join(str(each.data) for each in loose_and_template[0].instance.node.metadata)
    for finding in ("RDS3", "RDS10", "RDS11", "RDS13"):
        assert f"AwsSolutions-{finding}" in accepted
    assert "A trial system" in accepted
    assert "Only made-up data" in accepted


def test_storage_grows_to_what_the_file_allows(loose: Properties) -> None:
    assert (loose["AllocatedStorage"], loose["MaxAllocatedStorage"]) == ("30", 90)


def test_no_file_turns_tls_off(template: Made, loose: Properties, strict: Properties) -> None:
    assert parameters(template, strict) == {"max_connections": "100", "rds.force_ssl": "1"}
    assert parameters(template, loose) == {
        "log_statement": "ddl",
        "max_connections": "50",
        "rds.force_ssl": "1",
    }


def test_the_certificate_authority_is_the_files(loose: Properties) -> None:
    assert loose["CACertificateIdentifier"] == "rds-ca-ecc384-g1"


def test_the_masters_password_is_generated_and_read_from_its_secret(
    template: Made, loose: Properties
) -> None:
    secret = template.name_of("AWS::SecretsManager::Secret", Name="demo/master")
    assert loose["MasterUsername"] == "chief"
    resolve = f"{{{{resolve:secretsmanager:<{secret}>:SecretString:::}}}}"
    assert loose["MasterUserPassword"] == resolve


def test_insights_are_on_and_under_the_key(template: Made, strict: Properties) -> None:
    key = template.name_of("AWS::KMS::Key", Description="strict")
    assert strict["DatabaseInsightsMode"] == "standard"
    assert strict["EnablePerformanceInsights"] is True
    assert strict["PerformanceInsightsKMSKeyId"] == f"<{key}.Arn>"
    assert strict["KmsKeyId"] == f"<{key}.Arn>"


@pytest.mark.parametrize(("name", "days"), [("strict", 90), ("loose", 30)])
def test_log_groups_with_key_and_end_are_there_before_the_instance(
    template: Made, name: str, days: int
) -> None:
    key = template.name_of("AWS::KMS::Key", Description=name)
    instance = template.whole(KIND)[template.name_of(KIND, DBInstanceIdentifier=f"demo-{name}")]
    for log in ("postgresql", "upgrade"):
        group = f"/aws/rds/instance/demo-{name}/{log}"
        logs = template.only("AWS::Logs::LogGroup", LogGroupName=group)
        assert (logs["RetentionInDays"], logs["KmsKeyId"]) == (days, f"<{key}.Arn>")
        log_id = template.name_of("AWS::Logs::LogGroup", LogGroupName=group)
        assert log_id in instance["DependsOn"]


def test_all_that_the_instance_stands_on_outlives_the_stack(template: Made) -> None:
    kinds = [KIND, "AWS::RDS::DBParameterGroup", "AWS::RDS::DBSubnetGroup"]
    for kind in (*kinds, "AWS::EC2::SecurityGroup", "AWS::Logs::LogGroup"):
        found = template.whole(kind).values()
        assert len(found) >= 2, kind
        assert {each["DeletionPolicy"] for each in found} == {"RetainExceptOnCreate"}, kind
        assert {each["UpdateReplacePolicy"] for each in found} == {"Retain"}, kind


def test_an_instance_is_in_its_own_closed_group_and_the_given_subnets(
    template: Made, strict: Properties
) -> None:
    group = template.name_of("AWS::EC2::SecurityGroup", GroupDescription="Database demo-strict")
    assert strict["VPCSecurityGroups"] == [f"<{group}.GroupId>"]
    assert "SecurityGroupIngress" not in template.whole("AWS::EC2::SecurityGroup")[group]
    subnets = template.whole("AWS::RDS::DBSubnetGroup")[strict["DBSubnetGroupName"][1:-1]]
    assert subnets["Properties"]["SubnetIds"] == ["subnet-1", "subnet-2"]
