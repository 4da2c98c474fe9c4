"""What the two group roles may do: granting it, and checking it from the inside."""

from pg8000.native import Connection, identifier  # type: ignore[import-untyped, unused-ignore]

from database_admin.errors import RotationError

DATABASE_GRANTS = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC, application",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC, application",
    "GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {database} TO owner",
    "GRANT USAGE, CREATE ON SCHEMA public TO owner",
    "GRANT CONNECT ON DATABASE {database} TO application",
    "GRANT USAGE ON SCHEMA public TO application",
)

DEFAULT_PRIVILEGES = (
    "GRANT USAGE ON SCHEMAS TO application",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO application",
    "GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO application",
    "GRANT EXECUTE ON FUNCTIONS TO application",
)

# Only what is missing, object by object: nothing is written when nothing changed, and other
# owners' objects in the same schemas are left alone.
MISSING_GRANTS = """
SELECT format('GRANT USAGE ON SCHEMA %s TO application', oid::regnamespace)
  FROM pg_namespace
 WHERE nspowner = 'owner'::regrole AND NOT has_schema_privilege('application', oid, 'USAGE')
UNION ALL
SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE %s TO application', oid::regclass)
  FROM pg_class
 WHERE relowner = 'owner'::regrole AND relkind IN ('r', 'p', 'v', 'm', 'f')
   AND NOT (has_table_privilege('application', oid, 'SELECT')
            AND has_table_privilege('application', oid, 'INSERT')
            AND has_table_privilege('application', oid, 'UPDATE')
            AND has_table_privilege('application', oid, 'DELETE'))
UNION ALL
SELECT format('GRANT USAGE, SELECT, UPDATE ON SEQUENCE %s TO application', oid::regclass)
  FROM pg_class
 WHERE relowner = 'owner'::regrole AND relkind = 'S'
   AND NOT (has_sequence_privilege('application', oid, 'USAGE')
            AND has_sequence_privilege('application', oid, 'SELECT')
            AND has_sequence_privilege('application', oid, 'UPDATE'))
UNION ALL
SELECT format('GRANT EXECUTE ON ROUTINE %s TO application', oid::regprocedure)
  FROM pg_proc
 WHERE proowner = 'owner'::regrole AND NOT has_function_privilege('application', oid, 'EXECUTE')
"""

IDENTITY = "SELECT session_user::text, current_user::text"
RIGHTS = """
SELECT has_database_privilege(current_database(), 'CONNECT'),
       has_database_privilege(current_database(), 'CREATE'),
       has_database_privilege(current_database(), 'TEMPORARY'),
       has_schema_privilege('public', 'USAGE'),
       has_schema_privilege('public', 'CREATE')
"""
EXPECTED_RIGHTS = {
    "owner": [True, True, True, True, True],
    "application": [True, False, False, True, False],
}


def grant(connection: Connection, database: str) -> None:
    """Give the group roles their rights and everybody else none; may be repeated."""
    for statement in DATABASE_GRANTS:
        connection.run(statement.format(database=identifier(database)))
    # Only an object's owner may hand out rights on it and set defaults for the next ones.
    connection.run("SET LOCAL ROLE owner")
    for privilege in DEFAULT_PRIVILEGES:
        connection.run(f"ALTER DEFAULT PRIVILEGES {privilege}")
    for (statement,) in connection.run(MISSING_GRANTS):
        connection.run(statement)
    connection.run("RESET ROLE")


def check_identity(connection: Connection, login: str, role: str) -> None:
    """Fail unless the session belongs to the login and acts as the role."""
    found = connection.run(IDENTITY)[0]
    if found != [login, role]:
        raise RotationError(f"logged in as {found}, not as {[login, role]}")


def check_rights(connection: Connection, group: str) -> None:
    """Fail unless the session has exactly the group's rights on database and schema."""
    found = connection.run(RIGHTS)[0]
    if found != EXPECTED_RIGHTS[group]:
        raise RotationError(f"rights of {group} are {found}, not {EXPECTED_RIGHTS[group]}")
