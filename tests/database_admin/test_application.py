"""What the service can do in the database, and what it cannot."""

import pytest

from tests.database_admin.server import MASTER
from tests.database_admin.sessions import Sessions, refused

ROWS = (
    "INSERT INTO {} (name) VALUES ('a')",
    "UPDATE {} SET name = 'b'",
    "SELECT name FROM {}",
    "DELETE FROM {}",
)


def test_every_application_colour_uses_tables_of_every_owner_colour(sessions: Sessions) -> None:
    """Rows are read and written in tables made before and after any rotation."""
    applications = [sessions.application]
    tables: list[str] = []
    for owner in (sessions.owner, sessions.rotate(sessions.deployment.owner)):
        for schema in ("public", f"s{len(tables)}"):
            if schema != "public":
                owner.run(f"CREATE SCHEMA {schema}")
            tables.append(f"{schema}.t{len(tables)}")
            owner.run(f"CREATE TABLE {tables[-1]} (id serial PRIMARY KEY, name text)")
        applications.append(sessions.rotate(sessions.deployment.application))
    for application in applications:
        for table in tables:
            write, change, read, delete = (statement.format(table) for statement in ROWS)
            application.run(write)
            application.run(change)
            assert application.run(read) == [["b"]]
            application.run(delete)


def test_application_uses_new_tables_and_schemas_at_once(sessions: Sessions) -> None:
    """A migration needs no rotation to open to the service what it makes."""
    for owner in (sessions.owner, sessions.rotate(sessions.deployment.owner)):
        owner.run("CREATE SCHEMA stock")
        owner.run("CREATE TABLE stock.level (amount int)")
        sessions.application.run("INSERT INTO stock.level VALUES (1)")
        owner.run("DROP SCHEMA stock CASCADE")


def test_application_uses_sequences_and_functions(sessions: Sessions) -> None:
    """Both are covered by the default privileges, even where PUBLIC may not execute."""
    sessions.owner.run("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
    sessions.owner.run("CREATE SEQUENCE number")
    sessions.owner.run("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    assert sessions.application.run("SELECT nextval('number'), one()") == [[1, 1]]
    sessions.application.run("SELECT setval('number', 7)")
    assert sessions.application.run("SELECT last_value FROM number") == [[7]]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.mine (id int)",
        "CREATE TABLE public.mine AS SELECT 1 AS id",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE TABLE stock.mine (id int)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE item ADD COLUMN note text",
        "CREATE INDEX mine ON item (id)",
        "TRUNCATE item",
        "DROP TABLE item",
        "DROP SCHEMA stock CASCADE",
        "SET ROLE owner",
        f'SET ROLE "{MASTER}"',
        "SET SESSION AUTHORIZATION migrations_blue",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "GRANT owner TO app_blue",
        "ALTER ROLE migrations_blue PASSWORD 'x'",
        "ALTER ROLE app_green PASSWORD 'x'",
    ],
)
def test_application_is_refused_more_than_rows(sessions: Sessions, statement: str) -> None:
    """Neither as the group nor with its own login's name does it get any further."""
    sessions.owner.run("CREATE TABLE item (id int)")
    sessions.owner.run("CREATE SCHEMA stock")
    sessions.rotate(sessions.deployment.application)
    assert refused(sessions.application, statement)
    sessions.application.run("SET ROLE NONE")
    assert refused(sessions.application, statement)


def test_a_singletons_lock_has_one_holder_also_across_colours(sessions: Sessions) -> None:
    """What ECS can't promise, an advisory lock does; it ends with the session that held it."""
    take = "SELECT pg_try_advisory_lock(1)"
    assert sessions.application.run(take) == [[True]]
    successor = sessions.rotate(sessions.deployment.application)
    assert successor.run(take) == [[False]]
    sessions.application.run("SELECT pg_advisory_unlock(1)")
    assert successor.run(take) == [[True]]
