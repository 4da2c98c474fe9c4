"""The roles of a local database, made in a real one by the script of the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pg8000.native import Connection, DatabaseError, identifier

from database_admin.credentials import ConnectionUrl
from database_admin.privileges import check_identity, check_rights
from tests.assemblies import environment_of
from tests.database_admin.server import HOST, OTHER_ROLES, Server, running_server
from tests.database_admin.sessions import refused
from tests.reports.compose.everything import TEXT
from tests.reports.compose.files import File, file_of, made

# One whose extension the tests' own server has, and one without any.
ENVIRONMENTS = (("community", "prod"), ("fckdoomscroll", "prod"))
# What PostgreSQL answers to a write where only reading is possible.
READ_ONLY = "25006"
Urls = dict[str, ConnectionUrl]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server for the tests of this file: the script makes roles of a whole server."""
    with running_server() as running:
        yield running


@contextmanager
def started(server: Server, file: File) -> Iterator[Urls]:
    """A database after its first start, and the addresses that programs are given."""
    found = {
        name: ConnectionUrl.parse(service["environment"]["DATABASE_URL"])
        for name, service in file["services"].items()
        if "DATABASE_URL" in service.get("environment", {})
    }
    urls = {name: url for name, url in found.items() if url}
    assert set(urls) == set(found)
    database = file["services"]["database"]["environment"]["POSTGRES_DB"]
    with server.connect() as connection:
        connection.run(f"CREATE DATABASE {identifier(database)}")
    with server.connect(database) as connection:
        # All statements at once, as psql is given the file.
        connection.execute_simple(file["configs"]["database-roles"]["content"])
    yield urls
    with server.connect() as connection:
        connection.run(f"DROP DATABASE {identifier(database)} WITH (FORCE)")
        for (role,) in connection.run(OTHER_ROLES):
            connection.run(f"DROP ROLE {identifier(role)}")


@pytest.fixture(params=ENVIRONMENTS, ids="/".join)
def urls(server: Server, request: pytest.FixtureRequest) -> Iterator[Urls]:
    with started(server, made(*request.param)) as found:
        yield found


def session(server: Server, url: ConnectionUrl) -> Connection:
    return Connection(
        url.user, HOST, url.database, server.port, url.password, ssl_context=False, timeout=20
    )


def test_logins_have_the_rights_that_they_have_on_aws(server: Server, urls: Urls) -> None:
    for program, role in (("app", "application"), ("migrate", "owner")):
        with session(server, urls[program]) as connection:
            check_identity(connection, urls[program].user, role)
            check_rights(connection, role)


def test_a_migration_with_the_wrong_login_fails_here_too(server: Server, urls: Urls) -> None:
    with session(server, urls["app"]) as application:
        assert refused(application, "CREATE TABLE item (id serial, name text)")
    with session(server, urls["migrate"]) as owner:
        owner.run("CREATE TABLE item (id serial, name text)")
    with session(server, urls["app"]) as application:
        application.run("INSERT INTO item (name) VALUES ('a')")
        application.run("UPDATE item SET name = 'b'")
        assert application.run("SELECT name FROM item") == [["b"]]
        application.run("DELETE FROM item")
        for statement in ("ALTER TABLE item ADD COLUMN more text", "DROP TABLE item"):
            assert refused(application, statement)


def test_extensions_are_there_for_migrations(server: Server) -> None:
    file = made("community", "prod")
    assert file["services"]["database"]["image"] == "pgvector/pgvector:pg17"
    with started(server, file) as urls, session(server, urls["migrate"]) as owner:
        owner.run("CREATE TABLE item (embedding vector(3))")


def test_who_goes_to_a_replica_can_only_read(server: Server, tmp_path: Path) -> None:
    # The tests' own server has none of the extensions that come with PostgreSQL.
    text = TEXT.replace("extensions: [pg_trgm, postgis]", "extensions: []")
    with started(server, file_of(environment_of(text, tmp_path))) as urls:
        with session(server, urls["migrate"]) as owner:
            owner.run("CREATE TABLE item (name text)")
        with session(server, urls["pool"]) as application:
            application.run("INSERT INTO item VALUES ('a')")
        with session(server, urls["stock"]) as reader:
            assert reader.run("SELECT name FROM item") == [["a"]]
            with pytest.raises(DatabaseError) as error:
                reader.run("DELETE FROM item")
            assert error.value.args[0]["C"] == READ_ONLY
