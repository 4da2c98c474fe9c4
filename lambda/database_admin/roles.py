"""The group roles and the logins that act as them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pg8000.native import Connection, identifier, literal  # type: ignore[import-untyped, unused-ignore]

from database_admin import privileges
from database_admin.credentials import scram_verifier
from database_admin.settings import ROLES

# Any number will do, as long as every rotation of this database uses the same.
LOCK = 7_205_759


@contextmanager
def exclusively(connection: Connection) -> Iterator[None]:
    """Run the block as one transaction and alone among the rotations of this database."""
    connection.run("BEGIN")
    connection.run(f"SELECT pg_advisory_xact_lock({LOCK})")
    yield
    # After an error the caller closes the connection, which rolls back.
    connection.run("COMMIT")


def bootstrap(connection: Connection, database: str, extensions: Iterable[str]) -> None:
    """Bring group roles, their rights and extensions to the described state; may be repeated."""
    for group in ROLES:
        if not _exists(connection, group):
            connection.run(f"CREATE ROLE {identifier(group)} NOLOGIN")
    # Since PostgreSQL 16 the creator of a role may hand it out but is not a member itself.
    connection.run("GRANT owner TO CURRENT_USER")
    privileges.grant(connection, database)
    # Last, as the master again and not as the owner, who could then drop them. PUBLIC may use what
    # they hold, and the groups have just got the way into the schema. One that exists stays as it
    # is: a newer version may need work on tables, which is a migration's business.
    for name in extensions:
        connection.run(f"CREATE EXTENSION IF NOT EXISTS {identifier(name)} SCHEMA public")


def set_login(connection: Connection, login: str, password: str, group: str) -> None:
    """Make the login if missing, give it the password and let it act as the group only."""
    name = identifier(login)
    if not _exists(connection, login):
        connection.run(f"CREATE ROLE {name} LOGIN")
    set_password(connection, login, password)
    connection.run(f"GRANT {identifier(group)} TO {name}")
    # What the login creates then belongs to the group, whichever colour was in use.
    connection.run(f"ALTER ROLE {name} SET role TO {literal(group)}")
    for other in ROLES:
        if other != group and _is_member(connection, login, other):
            connection.run(f"REVOKE {identifier(other)} FROM {name}")


def set_password(connection: Connection, login: str, password: str) -> None:
    """Give an existing role a new password, as far as a role may do that for itself too."""
    verifier = literal(scram_verifier(password))
    connection.run(f"ALTER ROLE {identifier(login)} PASSWORD {verifier}")


def _exists(connection: Connection, role: str) -> bool:
    return bool(connection.run("SELECT 1 FROM pg_roles WHERE rolname = :role", role=role))


def _is_member(connection: Connection, login: str, group: str) -> bool:
    query = "SELECT pg_has_role(:login, :group_role, 'MEMBER')"
    return bool(connection.run(query, login=login, group_role=group)[0][0])
