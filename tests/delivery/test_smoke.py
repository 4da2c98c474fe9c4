"""The smoke test against a real backend with a real database and a real cache."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.database_admin.server import Server, running_server
from tests.delivery.conftest import ACCESS, Smoke
from tests.queue_depth.server import Server as Cache
from tests.rehearsal.backend.process import Backend, running_backend
from tests.rehearsal.servers.databases import OwnDatabase

OLD, NEW = (f"sha256:{letter * 64}" for letter in "ab")
DETAILS = "--details=/api/health"
ALL = (DETAILS, f"--version={NEW}", "--require=database", "--require=redis")
NO_DATABASE = {"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/n"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run one server for all tests of this file but those that stop theirs."""
    with running_server() as running:
        yield running


@contextmanager
def deployed(cache: Cache, server: Server, **environ: str) -> Iterator[Backend]:
    """Run the new version."""
    url = OwnDatabase(server, "postgres").url()
    given = {"DATABASE_URL": url, "REDIS_URL": cache.url(), "RELEASE": NEW}
    with running_backend(given | environ) as backend:
        yield backend


def test_service_that_is_well_passes(smoke: Smoke, server: Server, cache: Cache) -> None:
    with deployed(cache, server) as backend:
        lines = smoke.passes(backend.url, *ALL)
    assert lines == [
        f"{backend.url}/health: answers 200",
        f"{backend.url}/api/health: answers 200 with JSON",
        f"{backend.url}/health and {backend.url}/api/health: version is {NEW}",
        f"{backend.url}/api/health: database.connected is true",
        f"{backend.url}/api/health: redis.connected is true",
    ]


def test_older_version_fails(smoke: Smoke, server: Server, cache: Cache) -> None:
    with deployed(cache, server, RELEASE=OLD) as backend:
        lines = smoke.fails(backend.url, *ALL)
    assert lines == [
        f"{backend.url}/health: version is {OLD}, expected {NEW}: the old version still serves"
    ]


def test_stopped_database_fails(smoke: Smoke, cache: Cache) -> None:
    with ExitStack() as running:
        server = running.enter_context(running_server())
        with deployed(cache, server) as backend:
            smoke.passes(backend.url, *ALL)
            running.close()
            lines = smoke.fails(backend.url, *ALL)
    assert lines == [
        f"{backend.url}/api/health: answered 503 (status unavailable), expected 200 with JSON",
        f"{backend.url}/api/health: database.connected is false, expected true",
    ]


def test_stopped_redis_fails_where_the_service_denies_without(
    smoke: Smoke, server: Server, cache: Cache
) -> None:
    with deployed(cache, server, RATE_LIMITER_FAIL_CLOSED="true") as backend:
        cache.stop()
        lines = smoke.fails(backend.url, *ALL)
    assert lines == [
        f"{backend.url}/api/health: answered 503 (status unavailable), expected 200 with JSON",
        f"{backend.url}/api/health: redis.connected is false, expected true",
    ]


def test_stopped_redis_passes_where_the_service_does_without(
    smoke: Smoke, server: Server, cache: Cache
) -> None:
    with deployed(cache, server) as backend:
        cache.stop()
        smoke.passes(backend.url, DETAILS, f"--version={NEW}", "--require=database")


def test_service_that_recovers_in_time_passes(smoke: Smoke, server: Server, cache: Cache) -> None:
    with deployed(cache, server, RATE_LIMITER_FAIL_CLOSED="true") as backend:
        cache.stop()
        smoke.fails(backend.url, DETAILS, "--require=redis")
        cache.start()
        cache.set_user(access=ACCESS)
        smoke.passes(backend.url, DETAILS, "--require=redis")


def test_file_of_the_system_says_what_to_expect(smoke: Smoke, server: Server, cache: Cache) -> None:
    derived = ("--system=daadaar", "--environment=prod", "--service=backend")
    with deployed(cache, server) as backend:
        cache.stop()
        lines = smoke.passes(backend.url, *derived, f"--version={NEW}")
        assert lines[-1] == f"{backend.url}/api/health: database.connected is true"
        # What is said besides wins.
        smoke.fails(backend.url, *derived, "--require=redis")
    with running_backend(NO_DATABASE, "--cache=") as backend:
        smoke.fails(backend.url, *derived)
