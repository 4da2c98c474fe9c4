"""What migrations can do in the database, and what they cannot."""

from tests.database_admin.server import DATABASE, MASTER
from tests.database_admin.sessions import Sessions, refused


def test_owner_manages_tables_and_schemas(sessions: Sessions) -> None:
    """Migrations create, alter, index and drop."""
    for statement in (
        "CREATE TABLE item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)",
        "ALTER TABLE item ADD COLUMN note text",
        "CREATE INDEX item_name ON item (name)",
        "CREATE TEMPORARY TABLE scratch (id int)",
        "CREATE SCHEMA stock",
        "CREATE TABLE stock.level (id int)",
        "DROP TABLE stock.level",
        "DROP SCHEMA stock",
        "DROP TABLE item",
    ):
        sessions.owner.run(statement)


def test_what_an_owner_login_creates_belongs_to_the_group(sessions: Sessions) -> None:
    """Ownership does not depend on the colour."""
    sessions.owner.run("CREATE TABLE item (id int)")
    [[owner]] = sessions.owner.run("SELECT tableowner FROM pg_tables WHERE tablename = 'item'")
    assert owner == "owner"


def test_table_of_one_owner_colour_is_altered_and_dropped_by_the_other(sessions: Sessions) -> None:
    """Migrations go on after a rotation."""
    sessions.owner.run("CREATE TABLE item (id int)")
    green = sessions.rotate(sessions.deployment.owner)
    assert green.run("SELECT session_user::text, current_user::text") == [
        ["migrations_green", "owner"]
    ]
    green.run("ALTER TABLE item ADD COLUMN note text")
    sessions.owner.run("ALTER TABLE item ADD COLUMN other text")
    green.run("DROP TABLE item")


def test_owner_cannot_reach_roles_or_other_databases_rights(sessions: Sessions) -> None:
    """Migrations need no roles, and must not become the master."""
    assert refused(sessions.owner, "CREATE ROLE mine")
    assert refused(sessions.owner, f'SET ROLE "{MASTER}"')
    assert refused(sessions.owner, f'DROP DATABASE "{DATABASE}"')
