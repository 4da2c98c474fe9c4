"""Environments: staging is production but for names and protection; secrets."""

import re
from collections import Counter
from typing import Any

import pytest

from tests.systems.parts import container_of, of_node, secrets_of
from tests.systems.reading import Reading, Thing, reading_of

SECRET = "AWS::SecretsManager::Secret"
SERVICES = ("app", "worker")
ADDRESSES = ("staging.community.example.com", "community.example.com")
# What only production has: protection, and the dearer view of its containers.
OF_PRODUCTION = ("DeletionProtection", "deletion_protection.enabled", "containerInsights")
# The id of a rule and its order in the listener come from its host.
PRIORITY = "Priority"
ROUTE = re.compile(r"TargetsRoute[0-9A-Za-z]+")


# Staging: identical to production, with its own database and services.


def test_staging_has_the_same_resources_as_production() -> None:
    kinds = [_kinds(reading_of("community", stage)) for stage in ("staging", "prod")]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize("stack", ["network", "data", "notify", "compute", "observability"])
def test_staging_is_production_but_for_names_and_protection(stack: str) -> None:
    staging, production = (
        _without_names(reading_of("community", stage).templates[stack]["Resources"], stage)
        for stage in ("staging", "prod")
    )
    assert staging == production


def test_each_environment_has_a_database_of_its_own() -> None:
    databases = [
        reading_of("community", stage).one("AWS::RDS::DBInstance") for stage in ("staging", "prod")
    ]
    assert [database["DBInstanceIdentifier"] for database in databases] == [
        "community-staging-database",
        "community-prod-database",
    ]
    assert [database["DeletionProtection"] for database in databases] == [False, True]


# Secrets: API keys and database credentials in Secrets Manager.


@pytest.mark.parametrize("service", SERVICES)
def test_programs_read_their_keys_from_secrets(read: Reading, service: str) -> None:
    secrets = secrets_of(container_of(read, service))
    assert {name: read.at(arn).node for name, arn in secrets.items()} == {
        "DATABASE_URL": "database/app",
        "REDIS_URL": "jobs/app",
        "SESSION_SECRET": "session",
        "AI_API_KEY": "ai",
    }


@pytest.mark.parametrize("node", ["ai", "datadog"])
def test_keys_of_others_are_brought_and_in_no_template(read: Reading, node: str) -> None:
    secret = of_node(read, SECRET, node)
    assert not secret.properties.keys() & {"SecretString", "GenerateSecretString"}


def test_all_secrets_are_encrypted_with_the_environments_key(read: Reading, key: Thing) -> None:
    assert {secret["KmsKeyId"] for secret in read.all(SECRET)} == {key.att("Arn")}


def test_passwords_of_the_database_are_rotated(read: Reading) -> None:
    schedules = read.all("AWS::SecretsManager::RotationSchedule")
    rotated = {read.at(schedule["SecretId"]).node for schedule in schedules}
    assert rotated == {"database/master", "database/app", "database/owner"}
    assert len(schedules) == 3


def _kinds(reading: Reading) -> Counter[tuple[str, str, str]]:
    return Counter((t.stack, ROUTE.sub("<route>", t.name), t.kind) for t in reading.things)


def _without_names(value: Any, stage: str) -> Any:
    """A template's part without the environment's name and address, and without protection."""
    if isinstance(value, dict):
        if value.get("Key", value.get("Name")) in OF_PRODUCTION:
            return {}
        return {
            ROUTE.sub("<route>", key): _without_names(each, stage)
            for key, each in value.items()
            if key not in (*OF_PRODUCTION, PRIORITY)
        }
    if isinstance(value, list):
        return [_without_names(each, stage) for each in value]
    if not isinstance(value, str):
        return value
    for address in ADDRESSES:
        value = value.replace(address, "<address>")
    return re.sub(rf"\b{stage}\b", "<stage>", ROUTE.sub("<route>", value))
