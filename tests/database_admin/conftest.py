"""Fixtures: one server per session, and per test a new database, master and secrets."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from botocore.client import BaseClient

from database_admin import store
from tests.database_admin.deployment import Deployment
from tests.database_admin.secrets_manager import SecretsManager
from tests.database_admin.server import MASTER_PASSWORD, Server, running_server
from tests.database_admin.sessions import Sessions


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Run one server for all tests."""
    with running_server() as running:
        yield running


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretsManager]:
    """Put an empty Secrets Manager behind every client."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    double = SecretsManager()

    def answer(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        return double.answer(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", answer)
    store.client.cache_clear()
    yield double
    store.client.cache_clear()


@pytest.fixture
def database(server: Server) -> Iterator[None]:
    """Hand over an empty database as RDS does: owned by a master that is no superuser."""
    server.create_master()
    yield
    server.clear()


@pytest.fixture
def deployment(
    server: Server, database: None, secrets: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> Deployment:
    """Make the secrets as CloudFormation does, and the function's environment."""
    deployment = Deployment(
        server,
        secrets,
        master=secrets.create("master", MASTER_PASSWORD),
        application=secrets.create("application", "random-1"),
        owner=secrets.create("owner", "random-2"),
        set_variable=monkeypatch.setenv,
    )
    deployment.deploy()
    return deployment


@pytest.fixture
def pgvector(server: Server) -> str:
    """Name the extension, where the server lets a master create it."""
    if not server.offers("vector"):
        pytest.skip("this server would let only a superuser create pgvector")
    return "vector"


@pytest.fixture
def sessions(deployment: Deployment) -> Iterator[Sessions]:
    """Log in as the first owner and the first application."""
    with ExitStack() as stack:
        yield Sessions(deployment, stack)
