"""The event of a deployment brings roles, rights and extensions, and nothing else."""

import threading
import time

import pytest

from database_admin import roles
from tests.database_admin.deployment import STEPS, Deployment
from tests.database_admin.server import DATABASE
from tests.database_admin.sessions import Sessions, refused

STATE = """
SELECT 'role', rolname::text, rolpassword, NULL FROM pg_authid WHERE NOT rolsuper
UNION ALL SELECT 'member', roleid::regrole::text, member::regrole::text, NULL
            FROM pg_auth_members
UNION ALL SELECT 'extension', extname, extversion, extnamespace::regnamespace::text
            FROM pg_extension
UNION ALL SELECT 'schema', nspname, nspacl::text, NULL FROM pg_namespace
UNION ALL SELECT 'database', datname, datacl::text, NULL FROM pg_database
UNION ALL SELECT 'default', defaclrole::regrole::text, defaclobjtype::text, defaclacl::text
            FROM pg_default_acl
ORDER BY 1, 2, 3, 4
"""
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def state(deployment: Deployment) -> list[list[str | None]]:
    """Return all that the bootstrap may change, and the passwords, which it may not."""
    with deployment.server.connect(DATABASE) as superuser:
        return [row for row in superuser.run(STATE) if not row[1].startswith("pg_")]


def named(deployment: Deployment, kind: str) -> set[str | None]:
    """Return the names of one kind."""
    return {name for each, name, *_ in state(deployment) if each == kind}


def test_before_the_first_rotation_it_makes_groups_and_no_login(deployment: Deployment) -> None:
    """Only the master's password is read, and no secret is written."""
    deployment.bootstrap()
    assert named(deployment, "role") == {"Master", "owner", "application"}
    assert deployment.secrets.calls == [("GetSecretValue", deployment.master)]
    for arn in (deployment.master, deployment.application, deployment.owner):
        assert deployment.accepts(deployment.rotate(arn))


def test_between_rotations_it_brings_a_new_extension(sessions: Sessions, pgvector: str) -> None:
    """Open sessions use it at once; logins, passwords and secrets stay."""
    deployment = sessions.deployment
    deployment.deploy(extensions=[pgvector])
    before = state(deployment)
    values = [deployment.secrets.value(arn) for arn in (deployment.owner, deployment.application)]
    deployment.bootstrap()
    [added] = [row for row in state(deployment) if row not in before]
    assert added[:2] == ["extension", pgvector]
    assert all(deployment.accepts(value) for value in values)
    sessions.owner.run("CREATE TABLE item (embedding vector(2))")
    sessions.application.run("INSERT INTO item VALUES ('[1,2]')")


def test_repetition_changes_nothing(deployment: Deployment, pgvector: str) -> None:
    """Each deployment sends the event again."""
    deployment.deploy(extensions=[pgvector])
    deployment.bootstrap()
    before = state(deployment)
    deployment.bootstrap()
    assert state(deployment) == before


def test_rights_are_brought_back_to_the_described_state(sessions: Sessions) -> None:
    """As a rotation would, but without one."""
    with sessions.deployment.server.connect(DATABASE) as superuser:
        superuser.run("GRANT CREATE ON SCHEMA public TO application")
    sessions.deployment.bootstrap()
    assert refused(sessions.application, "CREATE TABLE mine (id int)")


@pytest.mark.parametrize("done", range(5))
@pytest.mark.parametrize("name", ["master", "application", "owner"])
def test_between_the_steps_of_a_rotation_it_works(
    deployment: Deployment, name: str, done: int
) -> None:
    """The rotation goes on as if nothing had been."""
    arn = getattr(deployment, name)
    token = deployment.secrets.begin(arn)
    for step in STEPS[:done]:
        deployment.step(step, arn, token)
    deployment.bootstrap()
    assert deployment.accepts(deployment.rotate(arn, token))


def test_while_a_rotation_holds_the_lock_it_waits(deployment: Deployment) -> None:
    """Both would make the same roles."""
    with deployment.server.connect(DATABASE) as rotation:
        rotation.run("BEGIN")
        rotation.run(f"SELECT pg_advisory_xact_lock({roles.LOCK})")
        event = threading.Thread(target=deployment.bootstrap)
        event.start()
        deadline = time.monotonic() + 10
        while rotation.run(WAITING) != [[1]]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        rotation.run("CREATE ROLE owner NOLOGIN")
        rotation.run('GRANT owner TO "Master" WITH ADMIN OPTION')
        rotation.run("COMMIT")
        event.join()
    assert named(deployment, "role") == {"Master", "owner", "application"}


def test_events_and_first_rotations_at_once(deployment: Deployment, pgvector: str) -> None:
    """A first deployment starts all of them together."""
    deployment.deploy(extensions=[pgvector])
    arns = (deployment.master, deployment.application, deployment.owner)
    start, done = threading.Barrier(5), []

    def run(arn: str | None) -> None:
        start.wait()
        deployment.rotate(arn) if arn else deployment.bootstrap()
        done.append(arn)

    threads = [threading.Thread(target=run, args=(arn,)) for arn in (*arns, None, None)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 5
    assert all(deployment.accepts(deployment.secrets.value(arn)) for arn in arns)
    assert pgvector in named(deployment, "extension")
