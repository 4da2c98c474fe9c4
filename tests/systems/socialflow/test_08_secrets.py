"""8. Secrets management."""

import pytest

from tests.systems.parts import container_of, of_node, secrets_of, task_of, variables_of
from tests.systems.policies import resources_for
from tests.systems.reading import Reading, Thing

SECRET = "AWS::SecretsManager::Secret"
PROGRAMS = ("app", "worker", "beat")
WANTED = {
    "SECRET_KEY": "secret-key",
    "JWT_SECRET": "jwt-secret",
    "STRIPE_SECRET_KEY": "stripe",
    "SMTP_USERNAME": "smtp",
    "SMTP_PASSWORD": "smtp",
    "DATABASE_URL": "database/app",
    "REDIS_URL": "cache/app",
    "CELERY_BROKER_URL": "broker/app",
}


@pytest.mark.parametrize("service", PROGRAMS)
def test_programs_read_exactly_the_documents_secrets(read: Reading, service: str) -> None:
    # Deviation: no keys of AWS and of service accounts; roles stand in for both.
    secrets = secrets_of(container_of(read, service))
    nodes = {name: read.at(value.split(":")[0]).node for name, value in secrets.items()}
    assert nodes == WANTED


@pytest.mark.parametrize("service", PROGRAMS)
def test_no_secret_is_a_plain_variable(read: Reading, service: str) -> None:
    variables = variables_of(container_of(read, service))
    assert variables.keys() == {
        "LOG_LEVEL",
        "RELEASE",
        "SMTP_HOST",
        "SMTP_PORT",
        "STATIC_BUCKET",
        "UPLOADS_BUCKET",
        "VIDEOS_BUCKET",
    }


@pytest.mark.parametrize("node", ["secret-key", "jwt-secret"])
def test_secrets_of_the_application_are_made_up(read: Reading, node: str) -> None:
    made = of_node(read, SECRET, node)["GenerateSecretString"]
    assert made["PasswordLength"] == 50


@pytest.mark.parametrize("node", ["stripe", "smtp"])
def test_keys_of_others_are_brought_and_in_no_template(read: Reading, node: str) -> None:
    secret = of_node(read, SECRET, node)
    assert not secret.properties.keys() & {"SecretString", "GenerateSecretString"}


def test_mail_has_a_user_and_a_password(read: Reading) -> None:
    smtp = of_node(read, SECRET, "smtp")
    secrets = secrets_of(container_of(read, "app"))
    assert secrets["SMTP_USERNAME"] == f"{smtp.ref}:username::"
    assert secrets["SMTP_PASSWORD"] == f"{smtp.ref}:password::"


def test_the_master_password_is_a_secret(read: Reading, database: Thing) -> None:
    master = _secret(read, "Password of the master user of {}-database")
    reference = f"{{{{resolve:secretsmanager:{master.ref}:SecretString:::}}}}"
    assert database["MasterUserPassword"] == reference


@pytest.mark.parametrize("store", ["cache", "broker"])
def test_the_password_of_redis_is_a_secret(read: Reading, store: str) -> None:
    password = _secret(read, f"Password of the user of cache {{}}-{store}")
    address = _secret(read, f"Complete address of cache {{}}-{store}")
    assert f":{{{{resolve:secretsmanager:{password.ref}:" in address["SecretString"]


@pytest.mark.parametrize(
    "description",
    [
        "Password of the master user of {}-database",
        "Connection string of login app to {}-database",
        "Connection string of login owner to {}-database",
    ],
)
def test_passwords_of_the_database_are_rotated(read: Reading, description: str) -> None:
    secret = _secret(read, description)
    schedule = read.one("AWS::SecretsManager::RotationSchedule", SecretId=secret.ref)
    assert schedule["RotationRules"] == {"ScheduleExpression": "rate(30 days)"}
    assert read.at(schedule["RotationLambdaARN"]).node == "database-admin"


def test_all_are_encrypted_with_the_environments_key(read: Reading, key: Thing) -> None:
    secrets = read.all(SECRET)
    assert {secret["KmsKeyId"] for secret in secrets} == {key.att("Arn")}


@pytest.mark.parametrize("service", PROGRAMS)
def test_a_program_is_given_its_own_secrets_and_no_others(read: Reading, service: str) -> None:
    named = {arn.split(":")[0] for arn in secrets_of(container_of(read, service)).values()}
    starting = read.at(task_of(read, service)["ExecutionRoleArn"])
    assert resources_for(starting, "secretsmanager:GetSecretValue") == sorted(named)


def test_nobody_has_long_lived_keys(read: Reading) -> None:
    assert read.all("AWS::IAM::AccessKey", "AWS::IAM::User") == []


def _secret(read: Reading, description: str) -> Thing:
    return read.one(SECRET, Description=description.format(read.environment.name))
