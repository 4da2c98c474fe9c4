"""Secrets management, and the roles of the tasks."""

import json
from typing import Any

import pytest

from database_admin.credentials import ConnectionUrl
from tests.systems.policies import listed, resources_for, statements
from tests.systems.reading import Reading, Thing

SECRET = "AWS::SecretsManager::Secret"


@pytest.fixture
def secrets(container: dict[str, Any]) -> dict[str, str]:
    return {pair["Name"]: pair["ValueFrom"] for pair in container["Secrets"]}


def test_production_has_exactly_the_documents_names(prod: Reading, dev: Reading) -> None:
    named = [secret["Name"] for secret in prod.all(SECRET) if secret.get("Name")]
    assert sorted(named) == [
        "fckdoomscroll/cognito",
        "fckdoomscroll/database",
        "fckdoomscroll/jwt",
    ]
    assert [secret for secret in dev.all(SECRET) if secret.get("Name")] == []


# fckdoomscroll/database.


def test_the_databases_secret_is_the_applications_login(prod: Reading, login: Thing) -> None:
    assert login.node == "database/app"
    assert prod.one(SECRET, Name="fckdoomscroll/database")["Description"].startswith(
        "Connection string of login app "
    )


def test_the_databases_secret_holds_the_documents_fields(read: Reading, login: Thing) -> None:
    (function,) = [f for f in read.all("AWS::Lambda::Function") if f.node == "database-admin"]
    told = json.loads(function["Environment"]["Variables"]["CREDENTIALS"])[login.ref]
    url = ConnectionUrl.parse("postgresql://app_blue:p@db.example.com:5432/fckdoomscroll")
    assert url
    fields = json.loads(url.text(told["format"]))
    # Deviation: fckadmin is the master, whom no program knows.
    assert fields["username"] == "app_blue"
    assert (fields["port"], fields["dbname"]) == (5432, "fckdoomscroll")
    documented = {"username", "password", "host", "port", "dbname"}
    assert fields.keys() - documented == {"engine", "url"}


def test_the_container_gets_the_connection_string_and_not_the_json_around_it(
    login: Thing, secrets: dict[str, str]
) -> None:
    assert secrets["DATABASE_URL"] == f"{login.ref}:url::"


def test_the_databases_secrets_are_rotated(read: Reading) -> None:
    rotated = {each["SecretId"] for each in read.all("AWS::SecretsManager::RotationSchedule")}
    assert rotated == {
        secret.ref for secret in read.all(SECRET) if (secret.node or "").startswith("database/")
    }


# fckdoomscroll/cognito.


@pytest.mark.parametrize("field", ["user_pool_id", "client_id", "client_secret"])
def test_the_container_gets_the_field_of_cognitos_secret(
    read: Reading, secrets: dict[str, str], field: str
) -> None:
    (cognito,) = [secret for secret in read.all(SECRET) if secret.node == "cognito"]
    assert secrets[f"COGNITO_{field.upper()}"] == f"{cognito.ref}:{field}::"


def test_cognitos_secret_is_brought_by_the_team(read: Reading) -> None:
    (cognito,) = [secret for secret in read.all(SECRET) if secret.node == "cognito"]
    assert not cognito.properties.keys() & {"SecretString", "GenerateSecretString"}
    brought = {"Key": "stackyard:brought", "Value": "user_pool_id client_id client_secret"}
    assert brought in cognito["Tags"]


# fckdoomscroll/jwt.


def test_the_session_secret_is_generated_and_long_enough(
    read: Reading, secrets: dict[str, str]
) -> None:
    (jwt,) = [secret for secret in read.all(SECRET) if secret.node == "jwt"]
    assert jwt["GenerateSecretString"]["GenerateStringKey"] == "session_secret"
    assert jwt["GenerateSecretString"]["PasswordLength"] >= 32
    assert secrets["SESSION_SECRET"] == f"{jwt.ref}:session_secret::"


def test_every_secret_is_encrypted_with_the_environments_key(read: Reading, key: Thing) -> None:
    assert [secret for secret in read.all(SECRET) if secret["KmsKeyId"] != key.att("Arn")] == []


# IAM role for ECS tasks.


@pytest.mark.parametrize("role", ["ExecutionRoleArn", "TaskRoleArn"])
def test_only_tasks_of_this_account_take_the_role(read: Reading, task: Thing, role: str) -> None:
    (trust,) = read.at(task[role])["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}


def test_the_secrets_that_the_container_gets_are_read_for_it_and_no_others(
    read: Reading, task: Thing
) -> None:
    # Deviation: the document lets the program itself read fckdoomscroll/*.
    start = read.at(task["ExecutionRoleArn"])
    given = {secret.ref for secret in read.all(SECRET) if secret.node in ("cognito", "jwt")}
    (login,) = [s for s in read.all(SECRET) if "login app " in s["Description"]]
    assert {*resources_for(start, "secretsmanager:GetSecretValue")} == {*given, login.ref}


def test_the_program_itself_reads_no_secret(read: Reading, task: Thing) -> None:
    assert resources_for(read.at(task["TaskRoleArn"]), "secretsmanager:GetSecretValue") == []


@pytest.mark.parametrize("action", ["logs:CreateLogStream", "logs:PutLogEvents"])
def test_the_log_is_written_to_its_own_group_only(
    read: Reading, task: Thing, container: dict[str, Any], action: str
) -> None:
    group = read.at(container["LogConfiguration"]["Options"]["awslogs-group"])
    assert resources_for(read.at(task["ExecutionRoleArn"]), action) == [group.att("Arn")]


def test_the_program_may_use_its_bucket_and_nothing_else(read: Reading, task: Thing) -> None:
    # SES follows later.
    actions = {
        action.split(":")[0]
        for statement in statements(read.at(task["TaskRoleArn"]))
        for action in listed(statement["Action"])
    }
    assert actions == {"s3", "kms"}


def test_names_of_roles_are_left_to_aws(read: Reading) -> None:
    # Deviation: `fckdoomscroll-task-role` would stand in the way of a replacement.
    assert [role for role in read.all("AWS::IAM::Role") if role.get("RoleName")] == []
