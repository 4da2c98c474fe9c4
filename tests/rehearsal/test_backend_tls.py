"""The reference backend encrypts as its addresses ask for, and checks what they ask to check."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pg8000.native import Connection, DatabaseError

from tests.database_admin.certificates import Authority
from tests.database_admin.server import HOST, running_server
from tests.queue_depth.server import Server as Cache
from tests.queue_depth.tls import tls_in_front_of as tls_in_front_of_cache
from tests.rehearsal.backend.process import migrated, running_backend
from tests.rehearsal.servers.databases import OwnDatabase, own_database
from tests.rehearsal.servers.postgres_tls import tls_in_front_of

# A password as another tool may have made it up.
LOGIN, LOGIN_PASSWORD = "a login", "p@ss/w:rd?#%25+é"


@pytest.fixture(scope="module")
def database() -> Iterator[OwnDatabase]:
    """Run a server with one database for all tests of this file."""
    with running_server() as running, own_database(running) as database:
        yield database


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Make an authority that nobody trusts yet."""
    return Authority(tmp_path)


def connected(url: str, **environ: str) -> bool:
    """Say whether the backend reaches the database."""
    with running_backend({"DATABASE_URL": url, **environ}, "--cache=") as backend:
        return bool(backend.ask("/api/health")[1]["database"]["connected"])


@pytest.mark.parametrize(
    "query", ["sslmode=require", "sslmode=no-verify&schema=public", "sslmode=prefer"]
)
def test_any_certificate_will_do_unless_it_is_to_be_checked(
    database: OwnDatabase, authority: Authority, query: str
) -> None:
    with tls_in_front_of(database.server.port, authority.issue(HOST)) as port:
        assert connected(database.url(query, port))


def test_certificate_is_checked_against_the_file_that_is_named(
    database: OwnDatabase, authority: Authority
) -> None:
    verify = f"sslmode=verify-full&sslrootcert={authority.root}"
    with tls_in_front_of(database.server.port, authority.issue(HOST)) as port:
        assert connected(database.url(verify, port))
        assert not connected(database.url("sslmode=verify-full", port))
        trusted = {"SSL_CERT_FILE": str(authority.root)}
        assert connected(database.url("sslmode=verify-full", port), **trusted)


def test_certificate_of_another_host_is_refused(
    database: OwnDatabase, authority: Authority
) -> None:
    file = f"sslrootcert={authority.root}"
    with tls_in_front_of(database.server.port, authority.issue("127.0.0.2")) as port:
        assert not connected(database.url(f"sslmode=verify-full&{file}", port))
        assert connected(database.url(f"sslmode=verify-ca&{file}", port))


@pytest.mark.parametrize("query", ["", "sslmode=disable"])
def test_server_refuses_who_comes_without_tls(
    database: OwnDatabase, authority: Authority, query: str
) -> None:
    with tls_in_front_of(database.server.port, authority.issue(HOST)) as port:
        assert not connected(database.url(query, port))
        with pytest.raises(DatabaseError) as caught:
            Connection("me", HOST, "mine", port, "password", ssl_context=False)
    assert caught.value.args[0]["C"] == "28000"
    assert caught.value.args[0]["M"] == (
        'no pg_hba.conf entry for host "127.0.0.1", user "me", database "mine", no encryption'
    )


def test_server_without_tls_is_refused_where_it_is_required(database: OwnDatabase) -> None:
    assert not connected(database.url("sslmode=require"))


def test_migrations_run_over_tls_with_a_password_full_of_signs(
    database: OwnDatabase, authority: Authority
) -> None:
    name, password = f'"{LOGIN}"', LOGIN_PASSWORD
    database.run(f"CREATE ROLE {name} LOGIN SUPERUSER PASSWORD '{password}'")
    login = OwnDatabase(database.server, database.name, LOGIN, password)
    with tls_in_front_of(database.server.port, authority.issue(HOST)) as port:
        url = login.url("sslmode=require&connection_limit=5", port, "postgres")
        assert migrated({"DATABASE_URL": url})[0] == 0
    database.run(f"REASSIGN OWNED BY {name} TO CURRENT_USER; DROP ROLE {name}")


def test_redis_is_reached_over_tls_with_a_trusted_certificate_only(authority: Authority) -> None:
    cache = Cache()
    cache.start()
    cache.set_user(access="on ~* +@all")
    environ = {"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/n"}
    try:
        with tls_in_front_of_cache(cache.port, authority.issue(HOST)) as port:
            environ["REDIS_URL"] = cache.url(scheme="rediss", port=port)
            with running_backend(environ) as backend:
                assert not backend.ask("/api/health")[1]["redis"]["connected"]
            environ["REDIS_URL"] = cache.url(port=port)
            environ |= {"REDIS_TLS": "true", "SSL_CERT_FILE": str(authority.root)}
            with running_backend(environ) as backend:
                assert backend.ask("/api/health")[1]["redis"]["connected"]
    finally:
        cache.stop()


def test_no_mode_is_made_up(database: OwnDatabase) -> None:
    status, written = migrated({"DATABASE_URL": database.url("sslmode=required")})
    assert (status, written) == (1, "migrate: DATABASE_URL has an sslmode that does not exist\n")
