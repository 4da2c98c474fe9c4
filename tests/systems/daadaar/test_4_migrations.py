"""Database operations: the CodeBuild project, and its secrets."""

import json
import re

from tests.assemblies import ROOT
from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing, texts

BUILDSPEC = ROOT.parent / "infrastructure" / "aws" / "codebuild-migrations.buildspec.yml"
RESOLVED = re.compile(r"\{\{resolve:secretsmanager:<[\w.]+>:SecretString:::\}\}")
WITH_PASSWORD = re.compile(r"\w+://[^\s:/@]*:[^\s/@]+@")


# Project configuration.


def test_the_project_has_the_documents_name_and_is_the_only_one(
    read: Reading, migrations: Thing
) -> None:
    assert read.all("AWS::CodeBuild::Project") == [migrations]


def test_builds_run_in_the_vpc(read: Reading, migrations: Thing) -> None:
    inside = migrations["VpcConfig"]
    assert inside["VpcId"] == read.one("AWS::EC2::VPC").ref
    assert read.zones(inside["Subnets"]) == ["us-east-1a", "us-east-1c", "us-east-1d"]


def test_builds_do_what_the_buildspec_in_the_repository_says(
    read: Reading, migrations: Thing
) -> None:
    bucket, _, published = migrations["Source"]["BuildSpec"].partition("/")
    (file,) = [
        asset["source"]["path"]
        for asset in json.loads((read.folder / "daadaar-prod-pipelines.assets.json").read_text())[
            "files"
        ].values()
        for place in asset["destinations"].values()
        if (f"arn:aws:s3:::{place['bucketName']}", place["objectKey"]) == (bucket, published)
    ]
    assert (read.folder / file).read_bytes() == BUILDSPEC.read_bytes()


def test_builds_have_the_documents_machine(migrations: Thing) -> None:
    environment = migrations["Environment"]
    assert environment["ComputeType"] == "BUILD_GENERAL1_SMALL"
    # x86, where small means 3 GB and 2 vCPUs.
    assert environment["Type"] == "LINUX_CONTAINER"


def test_the_service_role_has_the_documents_name(read: Reading, migrations: Thing) -> None:
    role = read.at(migrations["ServiceRole"])
    assert role["RoleName"] == "daadaar-codebuild-migrations-role"
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "codebuild.amazonaws.com"}


def test_builds_write_a_log(read: Reading, migrations: Thing) -> None:
    log = migrations["LogsConfig"]["CloudWatchLogs"]
    assert log["Status"] == "ENABLED"
    group = read.at(log["GroupName"])
    role = read.at(migrations["ServiceRole"])
    assert resources_for(role, "logs:PutLogEvents") == [group.att("Arn")]


# Secrets management.


def test_the_connection_string_has_its_name_and_the_backend_reads_it(
    read: Reading, secrets: dict[str, str]
) -> None:
    url = read.one("AWS::SecretsManager::Secret", Name="daadaar/prod/database-url")
    assert secrets["DATABASE_URL"] == url.ref


def test_the_database_password_has_its_name_and_is_the_databases(
    read: Reading, database: Thing
) -> None:
    password = read.one("AWS::SecretsManager::Secret", Name="daadaar/prod/db-password")
    assert database["MasterUserPassword"] == _resolve(password)


def test_no_other_secret_has_a_name_of_its_own(read: Reading) -> None:
    named = [s["Name"] for s in read.all("AWS::SecretsManager::Secret") if s.get("Name")]
    assert sorted(named) == ["daadaar/prod/database-url", "daadaar/prod/db-password"]


def test_every_secret_is_encrypted_with_the_environments_key(read: Reading, key: Thing) -> None:
    secrets = read.all("AWS::SecretsManager::Secret")
    assert [secret for secret in secrets if secret["KmsKeyId"] != key.att("Arn")] == []


def test_database_credentials_are_rotated(read: Reading, database: Thing) -> None:
    (admin,) = [f for f in read.all("AWS::Lambda::Function") if f.node == "database-admin"]
    schedules = read.all("AWS::SecretsManager::RotationSchedule")
    assert {schedule["RotationLambdaARN"] for schedule in schedules} == {admin.att("Arn")}
    rotated = {schedule["SecretId"] for schedule in schedules}
    secrets = read.all("AWS::SecretsManager::Secret")
    assert rotated == {
        secret.ref for secret in secrets if (secret.node or "").startswith(f"{database.node}/")
    }


def test_no_secret_is_written_into_a_template(read: Reading) -> None:
    for secret in read.all("AWS::SecretsManager::Secret"):
        generated = secret.get("GenerateSecretString", {})
        assert not generated.keys() & {"SecretStringTemplate", "GenerateStringKey"}
        if "SecretString" in secret.properties:
            assert RESOLVED.search(secret["SecretString"]), secret
    written = [text for thing in read.things for text in texts(thing.properties)]
    assert [t for t in written if WITH_PASSWORD.search(RESOLVED.sub("", t))] == []


def test_passwords_are_references_wherever_one_is_asked_for(read: Reading, database: Thing) -> None:
    users = read.all("AWS::ElastiCache::User")
    passwords = [database["MasterUserPassword"], *(p for user in users for p in user["Passwords"])]
    assert len(passwords) == 1 + len(users)
    assert [text for text in passwords if not RESOLVED.fullmatch(text)] == []


def test_secrets_are_resolved_where_aws_keeps_them_secret_and_nowhere_else(
    read: Reading,
) -> None:
    holders = {
        thing.kind
        for thing in read.things
        for text in texts(thing.properties)
        if "{{resolve:" in text
    }
    assert holders == {
        "AWS::ElastiCache::User",
        "AWS::RDS::DBInstance",
        "AWS::SecretsManager::Secret",
    }


# What a build gets.


def test_builds_get_the_owners_connection_string_from_secrets_manager(
    read: Reading, migrations: Thing
) -> None:
    description = "Connection string of login owner to daadaar-prod"
    owner = read.one("AWS::SecretsManager::Secret", Description=description)
    variables = {v["Name"]: v for v in migrations["Environment"]["EnvironmentVariables"]}
    assert variables["DATABASE_URL"]["Type"] == "SECRETS_MANAGER"
    assert variables["DATABASE_URL"]["Value"] == owner.ref
    role = read.at(migrations["ServiceRole"])
    assert resources_for(role, "secretsmanager:GetSecretValue") == [owner.ref]


def _resolve(secret: Thing) -> str:
    return f"{{{{resolve:secretsmanager:{secret.ref}:SecretString:::}}}}"
