"""Redis: variables, connection, persistence, availability."""

import pytest

from tests.systems.policies import listed, resources_for, statements
from tests.systems.reading import Reading, Thing

# Environment variables.


def test_the_connection_string_is_a_secret(read: Reading, secrets: dict[str, str]) -> None:
    assert read.at(secrets["REDIS_URL"]) is _url(read)


def test_the_password_is_a_secret_too(read: Reading, secrets: dict[str, str]) -> None:
    assert read.at(secrets["REDIS_PASSWORD"]) is _password(read)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("REDIS_TLS", "true"), ("REDIS_DB", "0"), ("RATE_LIMITER_FAIL_CLOSED", "false")],
)
def test_the_optional_variables_are_set(
    variables: dict[str, str], variable: str, value: str
) -> None:
    assert variables[variable] == value


@pytest.mark.parametrize("variable", ["REDIS_URL", "REDIS_PASSWORD", "DATABASE_URL"])
def test_secrets_are_no_plain_variables(variables: dict[str, str], variable: str) -> None:
    assert variable not in variables


def test_the_backend_may_read_what_its_variables_name_and_no_more(
    backend_role: Thing, secrets: dict[str, str]
) -> None:
    named = {value.split(":")[0] for value in secrets.values()}
    assert resources_for(backend_role, "secretsmanager:GetSecretValue") == sorted(named)


def test_the_backend_may_decrypt_these_secrets_and_nothing_else(
    backend_role: Thing, secrets: dict[str, str], key: Thing
) -> None:
    decrypting = [s for s in statements(backend_role) if s["Action"] == "kms:Decrypt"]
    assert {s["Resource"] for s in decrypting} == {key.att("Arn")}
    context = "kms:EncryptionContext:SecretARN"
    decrypted = [s["Condition"]["StringEquals"][context] for s in decrypting]
    named = {value.split(":")[0] for value in secrets.values()}
    assert {arn for arns in decrypted for arn in listed(arns)} == named


# Connection settings.


def test_the_connection_string_has_tls_user_password_port_and_database(
    read: Reading, cache: Thing
) -> None:
    password = f"{{{{resolve:secretsmanager:{_password(read).ref}:SecretString:::}}}}"
    host = cache.att("Endpoint.Address")
    assert _url(read)["SecretString"] == f"rediss://app:{password}@{host}:6379/0"


def test_the_user_of_the_connection_string_has_that_password(read: Reading, cache: Thing) -> None:
    users = read.at(cache["UserGroupId"])["UserIds"]
    user = read.one("AWS::ElastiCache::User", UserName="app")
    assert user.ref in users
    assert user["AccessString"].startswith("on ")
    assert user["Passwords"] == [
        f"{{{{resolve:secretsmanager:{_password(read).ref}:SecretString:::}}}}"
    ]


def test_nobody_is_let_in_without_a_password(read: Reading, cache: Thing) -> None:
    default = read.one("AWS::ElastiCache::User", UserName="default")
    assert default.ref in read.at(cache["UserGroupId"])["UserIds"]
    assert default["AccessString"] == "off -@all"
    users = read.all("AWS::ElastiCache::User")
    assert {user.ref for user in users} == {*read.at(cache["UserGroupId"])["UserIds"]}
    assert [user for user in users if user.get("NoPasswordRequired")] == []


# Persistence and backup.


def test_the_cache_is_backed_up_by_itself(cache: Thing) -> None:
    assert cache["SnapshotRetentionLimit"] >= 1
    assert cache["DailySnapshotTime"]


# High availability: serverless, in more than one zone.


def test_the_cache_is_in_more_than_one_zone(read: Reading, cache: Thing) -> None:
    assert len({*read.zones(cache["SubnetIds"])}) > 1


# Production deployment.


def test_the_service_starts_after_its_ways_to_the_stores(read: Reading, backend: Thing) -> None:
    waits = read.templates[backend.stack]["Resources"][backend.name]["DependsOn"]
    ways = {
        rule.name
        for rule in read.all("AWS::EC2::SecurityGroupIngress")
        if rule.stack == backend.stack
    }
    assert ways
    assert ways <= {*waits}


def test_a_rotated_connection_string_deploys_the_service_again(
    read: Reading, backend: Thing, secrets: dict[str, str]
) -> None:
    (rule,) = [
        rule
        for rule in read.all("AWS::Events::Rule")
        if rule["EventPattern"].get("resources") == [secrets["DATABASE_URL"]]
    ]
    assert rule["EventPattern"]["source"] == ["aws.secretsmanager"]
    machine = read.at(rule["Targets"][0]["Arn"])
    assert machine["DefinitionSubstitutions"] == {"BackendArn": backend.att("ServiceArn")}
    assert "apprunner:startDeployment" in str(machine["Definition"])


def _secret_of_cache(read: Reading, description: str) -> Thing:
    (secret,) = [
        secret
        for secret in read.all("AWS::SecretsManager::Secret", Description=description)
        if secret.node == "cache/app"
    ]
    return secret


def _url(read: Reading) -> Thing:
    return _secret_of_cache(read, "Complete address of cache daadaar-redis")


def _password(read: Reading) -> Thing:
    return _secret_of_cache(read, "Password of the user of cache daadaar-redis")
