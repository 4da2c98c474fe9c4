"""Roles and rights are brought to the same state by every rotation."""

import pytest

from database_admin.errors import RotationError
from tests.database_admin.deployment import STEPS, Deployment
from tests.database_admin.server import DATABASE, MASTER
from tests.database_admin.sessions import Sessions, refused


def test_objects_from_before_the_bootstrap_are_covered(sessions: Sessions) -> None:
    """Whatever lacks the application's rights gets them with the next rotation."""
    for statement in (
        "ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM application",
        "ALTER DEFAULT PRIVILEGES REVOKE ALL ON SEQUENCES FROM application",
        "ALTER DEFAULT PRIVILEGES REVOKE ALL ON SCHEMAS FROM application",
        "ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM application, PUBLIC",
        'CREATE SCHEMA "Old Stock"',
        'CREATE TABLE "Old Stock"."Some Items" (id serial, name text)',
        "CREATE TABLE parted (id int) PARTITION BY RANGE (id)",
        'CREATE VIEW "Old Stock".names AS SELECT name FROM "Old Stock"."Some Items"',
        "CREATE FUNCTION \"Old Stock\".f(text, int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE PROCEDURE p() LANGUAGE sql AS 'SELECT 1'",
    ):
        sessions.owner.run(statement)
    write = """INSERT INTO "Old Stock"."Some Items" (name) VALUES ('a')"""
    assert refused(sessions.application, write)
    application = sessions.rotate(sessions.deployment.application)
    application.run(write)
    application.run("CALL p()")
    application.run("SELECT * FROM parted")
    assert application.run("""SELECT "Old Stock".f(name, 1) FROM "Old Stock".names""") == [[1]]


def test_tables_of_other_owners_stay_out_of_reach(sessions: Sessions) -> None:
    """Only what the owner has is opened to the application, and it breaks no rotation."""
    master = sessions.deployment.secrets.value(sessions.deployment.master)
    with sessions.deployment.session(master) as connection:
        connection.run("CREATE TABLE public.hidden (id int)")
    application = sessions.rotate(sessions.deployment.application)
    assert refused(application, "SELECT * FROM public.hidden")


def test_rotation_does_not_wait_for_a_running_migration(sessions: Sessions) -> None:
    """A migration may hold locks on tables, and make new ones, for a long time."""
    sessions.owner.run("CREATE TABLE item (id int)")
    sessions.owner.run("BEGIN")
    sessions.owner.run("LOCK TABLE item IN ACCESS EXCLUSIVE MODE")
    sessions.owner.run("CREATE TABLE other (id int)")
    sessions.rotate(sessions.deployment.owner)
    application = sessions.rotate(sessions.deployment.application)
    sessions.owner.run("COMMIT")
    assert application.run("SELECT * FROM item, other") == []


def test_public_has_no_rights_on_database_and_schema(sessions: Sessions) -> None:
    """A role without a group cannot even connect."""
    with sessions.deployment.server.connect(DATABASE) as superuser:
        superuser.run("CREATE ROLE stranger")
        assert superuser.run(
            "SELECT has_database_privilege('stranger', current_database(), 'CONNECT'),"
            " has_database_privilege('stranger', current_database(), 'TEMPORARY'),"
            " has_schema_privilege('stranger', 'public', 'USAGE')"
        ) == [[False, False, False]]


def test_passwords_are_stored_as_scram_verifiers(sessions: Sessions) -> None:
    """MD5 is never used, whatever the server's setting is."""
    sessions.deployment.rotate(sessions.deployment.master)
    with sessions.deployment.server.connect() as superuser:
        rows = superuser.run(
            "SELECT rolname, split_part(rolpassword, ':', 1) FROM pg_authid"
            " WHERE rolcanlogin AND rolname IN ('app_blue', 'migrations_blue', :master)",
            master=MASTER,
        )
    assert {tuple(row) for row in rows} == {
        ("app_blue", "SCRAM-SHA-256$4096"),
        ("migrations_blue", "SCRAM-SHA-256$4096"),
        (MASTER, "SCRAM-SHA-256$4096"),
    }


@pytest.mark.parametrize("grant", ["CREATE", "TEMPORARY"])
def test_rights_given_by_hand_are_taken_back(sessions: Sessions, grant: str) -> None:
    """The bootstrap decides about the rights on the database, with every rotation."""
    value = sessions.deployment.secrets.value(sessions.deployment.master)
    with sessions.deployment.session(value) as master:
        master.run(f'GRANT {grant} ON DATABASE "{DATABASE}" TO application')
    application = sessions.rotate(sessions.deployment.application)
    query = f"SELECT has_database_privilege(current_database(), '{grant}')"
    assert application.run(query) == [[False]]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ('GRANT TEMPORARY ON DATABASE "{database}" TO application', "rights of application"),
        ("REVOKE USAGE ON SCHEMA public FROM application", "rights of application"),
        ("ALTER ROLE app_green SET role TO 'app_green'", "logged in as"),
    ],
)
def test_test_step_finds_wrong_rights_and_roles(
    sessions: Sessions, statement: str, message: str
) -> None:
    """A login that is accepted but not right does not become the current one."""
    arn = sessions.deployment.application
    token = sessions.deployment.secrets.begin(arn)
    for step in STEPS[:2]:
        sessions.deployment.step(step, arn, token)
    value = sessions.deployment.secrets.value(sessions.deployment.master)
    with sessions.deployment.session(value) as master:
        master.run(statement.format(database=DATABASE))
    with pytest.raises(RotationError, match=message):
        sessions.deployment.step("testSecret", arn, token)


def test_credential_that_changes_its_role_loses_the_former_one(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A login that used to migrate keeps nothing of it."""
    for _ in range(2):
        deployment.rotate(deployment.owner)
    changed = deployment.environment()["CREDENTIALS"].replace('"owner"', '"application"')
    monkeypatch.setenv("CREDENTIALS", changed)
    with deployment.session(deployment.rotate(deployment.owner)) as connection:
        connection.run("SET ROLE NONE")
        assert refused(connection, "SET ROLE owner")
        assert refused(connection, "CREATE TABLE mine (id int)")
