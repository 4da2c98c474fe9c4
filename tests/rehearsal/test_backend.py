"""The reference backend does what is asked of a team's container."""

import json
import uuid
from collections.abc import Iterator

import pytest

from tests.database_admin.server import Server, running_server
from tests.queue_depth.server import PASSWORD, USER
from tests.queue_depth.server import Server as Cache
from tests.rehearsal.backend.process import SECONDS, migrated, running_backend, start
from tests.rehearsal.servers.databases import OwnDatabase, own_database

VERSION = "sha256:" + "a" * 64
NOWHERE = "postgresql://user:s3cret@127.0.0.1:1/name"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run one server for all tests of this file."""
    with running_server() as running:
        yield running


@pytest.fixture
def database(server: Server) -> Iterator[OwnDatabase]:
    """Make a database with the backend's tables."""
    with own_database(server) as database:
        assert migrated({"DATABASE_URL": database.url()})[0] == 0
        yield database


@pytest.fixture
def cache() -> Iterator[Cache]:
    """Run a cache that the test may stop."""
    cache = Cache()
    cache.start()
    cache.set_user(access="on ~* &* +@all -@admin -@dangerous +info")
    yield cache
    cache.stop()


@pytest.fixture
def environ(database: OwnDatabase, cache: Cache) -> dict[str, str]:
    """Set the variables as a task definition does."""
    return {"DATABASE_URL": database.url(), "REDIS_URL": cache.url(), "RELEASE": VERSION}


def test_health_answers_without_asking_anything() -> None:
    environ = {"DB": NOWHERE, "CACHE": "redis://127.0.0.1:1", "IMAGE_DIGEST": VERSION}
    options = ("--database=DB", "--cache=CACHE", "--release=IMAGE_DIGEST")
    with running_backend(environ, *options) as backend:
        assert backend.ask("/health") == (200, {"status": "ok", "version": VERSION})


def test_details_are_those_that_are_documented(environ: dict[str, str]) -> None:
    with running_backend(environ) as backend:
        status, document = backend.ask("/api/health")
        written = [json.loads(line) for line in backend.end().splitlines()]
    assert status == 200
    assert 0 <= document["redis"].pop("latencyMs") < 1000
    assert document == {
        "status": "ok",
        "version": VERSION,
        "database": {"connected": True},
        "redis": {"connected": True},
        "rateLimiter": {"redisUnavailableCount": 0, "usingInMemoryFallback": False},
    }
    # The alarms read the log.
    assert written[0]["redis"]["connected"] is True
    assert written[0]["redis"]["latencyMs"] >= 0


def test_report_is_kept_in_the_database(environ: dict[str, str], database: OwnDatabase) -> None:
    text = "Grüße: 'quoted', :named, %s; DROP TABLE reports"
    with running_backend(environ) as backend:
        status, report = backend.ask("/api/reports", text)
        assert status == 201
        assert backend.ask(f"/api/reports/{report['id']}") == (200, report)
        assert backend.ask("/api/reports") == (200, {"count": 1})
        assert backend.ask(f"/api/reports/{uuid.uuid4()}")[0] == 404
    assert database.run("SELECT text FROM reports") == [[text]]


def test_lost_connections_are_made_anew(environ: dict[str, str], database: OwnDatabase) -> None:
    with running_backend(environ) as backend:
        assert backend.ask("/api/reports", "before")[0] == 201
        database.end_other_sessions()
        assert backend.ask("/api/reports", "after")[0] == 201
        database.end_other_sessions()
        assert backend.ask("/api/health")[0] == 200
        assert backend.ask("/api/reports") == (200, {"count": 2})


def test_database_that_is_away_makes_the_backend_unavailable(environ: dict[str, str]) -> None:
    with running_backend(environ | {"DATABASE_URL": NOWHERE}) as backend:
        status, document = backend.ask("/api/health")
        assert (status, document["status"]) == (503, "unavailable")
        assert document["database"] == {"connected": False}
        assert backend.ask("/api/reports", "lost")[0] == 503
        assert backend.ask("/health")[0] == 200
        written = backend.end()
    assert "Connection refused" in written
    assert "s3cret" not in written


def test_limits_hold_per_instance_while_redis_is_away(
    environ: dict[str, str], cache: Cache
) -> None:
    with running_backend(environ | {"RATE_LIMITER_MAX": "2"}) as backend:
        cache.stop()
        codes = [backend.ask("/api/reports", "text")[0] for _ in range(3)]
        status, document = backend.ask("/api/health")
        cache.start()
        cache.set_user(access="on ~* &* +@all -@admin -@dangerous +info")
        again = backend.ask("/api/health")[1]
    assert codes == [201, 201, 429]
    assert (status, document["status"]) == (200, "degraded")
    assert document["redis"] == {"connected": False, "latencyMs": None}
    assert document["rateLimiter"] == {"redisUnavailableCount": 3, "usingInMemoryFallback": True}
    assert (again["status"], again["redis"]["connected"]) == ("ok", True)
    assert again["rateLimiter"] == {"redisUnavailableCount": 3, "usingInMemoryFallback": False}


def test_fail_closed_denies_while_redis_is_away(
    environ: dict[str, str], cache: Cache, database: OwnDatabase
) -> None:
    with running_backend(environ | {"RATE_LIMITER_FAIL_CLOSED": "true"}) as backend:
        assert backend.ask("/api/reports", "before")[0] == 201
        cache.stop()
        assert backend.ask("/api/reports", "denied")[0] == 503
        status, document = backend.ask("/api/health")
    assert (status, document["status"]) == (503, "unavailable")
    assert document["rateLimiter"] == {"redisUnavailableCount": 1, "usingInMemoryFallback": False}
    assert database.run("SELECT text FROM reports") == [["before"]]


def test_limits_are_shared_through_redis(environ: dict[str, str]) -> None:
    environ["RATE_LIMITER_MAX"] = "2"
    with running_backend(environ) as one, running_backend(environ) as other:
        codes = [each.ask("/api/reports", "text")[0] for each in (one, other, one, other)]
    assert codes == [201, 201, 429, 429]


def test_password_of_redis_may_stand_beside_its_url(environ: dict[str, str], cache: Cache) -> None:
    url = f"redis://{USER}@127.0.0.1:{cache.port}"
    with running_backend(environ | {"REDIS_URL": url, "REDIS_PASSWORD": PASSWORD}) as backend:
        assert backend.ask("/api/health")[1]["redis"]["connected"]
    with running_backend(environ | {"REDIS_URL": url, "REDIS_PASSWORD": "another"}) as backend:
        assert not backend.ask("/api/health")[1]["redis"]["connected"]
        assert "another" not in backend.end()


def test_system_without_redis_does_without(environ: dict[str, str]) -> None:
    del environ["REDIS_URL"]
    with running_backend(environ, "--cache=") as backend:
        assert backend.ask("/api/health")[1]["status"] == "ok"
        assert backend.ask("/api/reports", "text")[0] == 201


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"text": 1}', b'{"text": "\\u0000"}', b'{"text": "\\ud800"}']
)
def test_unusable_reports_are_refused(environ: dict[str, str], body: bytes) -> None:
    del environ["REDIS_URL"]
    environ["DATABASE_URL"] = NOWHERE
    with running_backend(environ, "--cache=") as backend:
        assert backend.post(body)[0] == 400


def test_end_is_clean(environ: dict[str, str]) -> None:
    with running_backend(environ) as backend:
        assert backend.ask("/api/health")[0] == 200
        assert json.loads(backend.end().splitlines()[-1])["message"] == "ended"
        assert backend.process.returncode == 0


@pytest.mark.parametrize("missing", ["DATABASE_URL", "REDIS_URL"])
def test_missing_variable_is_told_at_the_start(missing: str) -> None:
    environ = {"DATABASE_URL": NOWHERE, "REDIS_URL": "redis://127.0.0.1:1"}
    del environ[missing]
    with start("backend", environ) as process:
        written, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert json.loads(written)["message"] == f"{missing} is not set"
