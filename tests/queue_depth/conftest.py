"""Fixtures: one server per session, cleared for every test, and the function that asks it."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.client import BaseClient

from queue_depth import secret
from queue_depth.handler import connection
from tests.database_admin.secrets_manager import SecretsManager
from tests.queue_depth.function import Function
from tests.queue_depth.server import HOST, Server


@pytest.fixture(scope="session")
def running() -> Iterator[Server]:
    """Run one server for all tests."""
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(running: Server) -> Server:
    """Hand over an empty server."""
    running.clear()
    return running


@pytest.fixture
def own_server() -> Iterator[Server]:
    """Run a server that the test may stop."""
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Listen without ever answering, nor even accepting."""
    with socket.create_server((HOST, 0)) as listener:
        # A client that has no limit of its own must fail its test, not block it.
        end = threading.Timer(5, listener.close)
        end.start()
        yield listener.getsockname()[1]
        end.cancel()


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
    secret.client.cache_clear()
    yield double
    secret.client.cache_clear()


@pytest.fixture
def function(
    server: Server,
    secrets: SecretsManager,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Function]:
    """Deploy the function anew, with the server's address in its secret."""
    function = Function(secrets, secrets.create("url", server.url()), capsys)
    for name, value in function.environment.items():
        monkeypatch.setenv(name, value)
    connection.forget()
    yield function
    connection.forget()
