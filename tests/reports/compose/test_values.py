"""What variables, stores and comments say where the systems of this repository say nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.model.environment import Environment
from reports.compose.file import compose
from tests.assemblies import environment_of, synthesize
from tests.reports.compose.everything import TEXT
from tests.reports.compose.files import File, deployed_variables, file_of
from tests.reports.compose.test_schema import wrong


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return environment_of(TEXT, tmp_path_factory.mktemp("everything"))


@pytest.fixture(scope="module")
def file(environment: Environment) -> File:
    return file_of(environment)


def test_it_is_what_the_specification_allows(file: File) -> None:
    assert wrong(file) == []


def test_its_variables_are_called_as_on_aws(
    environment: Environment, file: File, tmp_path: Path
) -> None:
    for name, variables in deployed_variables(synthesize(environment, outdir=tmp_path)).items():
        assert variables <= set(file["services"][name].get("environment", {})), name


@pytest.mark.parametrize(
    ("program", "variable", "value"),
    [
        ("web", "DATABASE_HOST", "database"),
        ("web", "DATABASE_PORT", "5432"),
        ("web", "DATABASE_NAME", "shop"),
        # What an address says of TLS is gone, the rest is written as on AWS.
        (
            *("web", "DATABASE_URL"),
            "postgresql://app_blue:local@database:5432/shop?sslmode=disable&options=-c%20a%3Db%20c",
        ),
        ("migrate", "DATABASE_URL", "postgresql://owner_blue:local@database:5432/shop"),
        ("pool", "DATABASE_URL", "postgresql://app_proxy_blue:local@database-proxy:5432/shop"),
        ("web", "CACHE", "redis://app:local@cache:6379/0?health_check_interval=30"),
        ("web", "CACHE_USER", "app"),
        ("web", "CACHE_PASSWORD", "local"),
        ("web", "STOCK_URL", "http://stock:9000"),
        ("web", "STOCK_HOST", "stock"),
        ("web", "STOCK_PORT", "9000"),
        ("web", "CARDS_HOST", "api.stripe.com"),
        ("web", "CARDS_PORT", "443"),
        ("stock", "MAIL_HOST", "relay"),
        ("stock", "MAIL_PORT", "2525"),
        ("web", "REPORTS", "demo-prod-reports"),
        ("web", "AWS_REGION", "eu-central-1"),
        ("web", "AWS_ACCESS_KEY_ID", "web"),
        ("web.guard", "AWS_ACCESS_KEY_ID", "web"),
        ("web", "SIGNING", ("local" * 13)[:64]),
        ("web", "CACHE_SSL", "0"),
        ("web", "NO_TLS_HERE", "maybe"),
        ("web", "PRICE", "5$ or ${SO}"),
    ],
)
def test_a_variable_holds(program: str, variable: str, value: str, file: File) -> None:
    assert file["services"][program]["environment"][variable] == value


def test_one_name_for_two_secrets_asks_for_both(environment: Environment) -> None:
    text = compose(environment)
    assert "API_KEY: ${CARDS_API_KEY:-}" in text
    assert "API_KEY: ${WALLET_API_KEY:-}" in text
    assert "#   CARDS_API_KEY=…   Key of Stripe\n" in text


def test_a_database_leaves_out_what_its_image_has_not(environment: Environment, file: File) -> None:
    database = file["services"]["database"]
    assert database["image"] == "postgres:18"
    assert database["volumes"] == ["database:/var/lib/postgresql"]
    given = dict(option.split("=", 1) for option in database["command"][2::2])
    assert given == {
        "log_statement": "ddl",
        "max_connections": "100",
        "shared_preload_libraries": "pg_stat_statements",
    }
    script = file["configs"]["database-roles"]["content"]
    assert '"pg_trgm"' in script
    assert "postgis" not in script
    text = compose(environment)
    assert "# Not in this image, and so not here: postgis.\n" in text
    assert "# RDS's own parameters, not set here: rds.logical_replication, work_mem.\n" in text


def test_replica_and_proxy_lead_to_the_same_server(file: File) -> None:
    aliases = file["services"]["database"]["networks"]["default"]["aliases"]
    assert aliases == ["database-replica", "database-proxy"]


def test_a_cache_is_told_what_every_valkey_knows(file: File) -> None:
    assert file["services"]["cache"]["image"] == "valkey/valkey:9"
    settings = file["configs"]["cache-settings"]["content"].splitlines()
    assert 'notify-keyspace-events ""' in settings
    assert not [line for line in settings if "reserved-memory" in line]


def test_programs_may_do_in_buckets_what_their_links_say(file: File) -> None:
    users = json.loads(file["configs"]["s3-users"]["content"])["identities"]
    actions = {user["name"]: set(user["actions"]) for user in users}
    # Its sidecar reads: both are one task, with one role.
    assert actions["web"] == {f"{a}:demo-prod-reports" for a in ("Read", "Write", "List")}
    assert set(actions) == {"setup", "web"}


def test_health_is_checked_where_a_container_can_do_it(file: File) -> None:
    services = file["services"]
    assert services["stock"]["healthcheck"]["test"] == ["CMD", "sh", "-c", "test $HOME"]
    assert services["stock"]["healthcheck"]["interval"] == "7s"
    assert services["web"]["depends_on"]["stock"] == {"condition": "service_healthy"}
    # 401 is healthy to the balancer, and a failure to every client.
    assert "healthcheck" not in services["web"]


def test_sidecars_share_the_network_of_their_program(file: File) -> None:
    services = file["services"]
    assert services["web.guard"]["network_mode"] == "service:web"
    assert "profiles" not in services["web.guard"]
    assert services["migrate.log"]["profiles"] == ["tasks"]


def test_a_port_that_is_taken_moves_on(file: File) -> None:
    assert file["services"]["web"]["ports"] == ["127.0.0.1:5432:5432"]
    assert file["services"]["database"]["ports"] == ["127.0.0.1:5433:5432"]


def test_comments_say_what_is_not_as_on_aws(environment: Environment) -> None:
    text = compose(environment)
    assert "# On AWS: https://shop.example.com/api\n" in text
    assert "# On AWS by schedule: rate(1 day), UTC.\n" in text
    assert "sslmode=verify-full&sslrootcert=/ca.pem" in text
    assert max(map(len, (line for line in text.splitlines() if "#" in line[:3]))) <= 100
