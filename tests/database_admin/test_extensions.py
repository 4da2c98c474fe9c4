"""Extensions arrive with the roles, and owner and application work with them."""

import pytest
from pg8000.native import Connection, DatabaseError

from tests.database_admin.deployment import Deployment
from tests.database_admin.extensions import QUOTED
from tests.database_admin.server import DATABASE
from tests.database_admin.sessions import Sessions, refused

MIGRATION = (
    "CREATE TABLE item (id int PRIMARY KEY, embedding vector(3))",
    "CREATE INDEX item_embedding ON item USING hnsw (embedding vector_l2_ops)",
)
ROWS = "INSERT INTO item VALUES (1, '[0,0,1]'), (2, '[0,1,0]'), (3, '[1,0,0]')"
NEAREST = "SELECT id FROM item ORDER BY embedding <-> '[0.1,0.9,0]' LIMIT 1"
INSTALLED = "SELECT extname, extversion, extnamespace::regnamespace::text FROM pg_extension"


@pytest.fixture
def deployment(deployment: Deployment, pgvector: str) -> Deployment:
    """Ask for pgvector."""
    deployment.deploy(extensions=[pgvector])
    return deployment


def installed(deployment: Deployment) -> dict[str, tuple[str, str]]:
    """Return version and schema of the extensions, without the one that is always there."""
    with deployment.server.connect(DATABASE) as superuser:
        rows = superuser.run(f"{INSTALLED} WHERE extname <> 'plpgsql'")
    return {name: (version, schema) for name, version, schema in rows}


def migrated(sessions: Sessions) -> Connection:
    """Return an application's session after a migration with a vector column and its index."""
    for statement in MIGRATION:
        sessions.owner.run(statement)
    return sessions.application


def test_extension_is_made_once_in_schema_public(deployment: Deployment) -> None:
    """The rotations that follow find it and leave it alone."""
    assert installed(deployment) == {}
    for arn in (deployment.application, deployment.owner, deployment.application):
        deployment.rotate(arn)
        [(_, schema)] = installed(deployment).values()
        assert schema == "public"


def test_rotation_of_the_master_makes_no_extension(deployment: Deployment) -> None:
    """Whatever is wrong with an extension, the master's password can be replaced."""
    deployment.rotate(deployment.master)
    assert installed(deployment) == {}


def test_extension_of_an_older_version_is_left_as_it_is(deployment: Deployment) -> None:
    """An update may need work on tables, so it belongs into a migration."""
    with deployment.server.connect(DATABASE) as superuser:
        [[newest, older]] = superuser.run(
            "SELECT default_version, (SELECT max(version) FROM pg_available_extension_versions v"
            " WHERE v.name = e.name AND version < default_version)"
            " FROM pg_available_extensions e WHERE name = 'vector'"
        )
    with deployment.session(deployment.secrets.value(deployment.master)) as master:
        master.run(f"CREATE EXTENSION vector VERSION '{older}'")
    deployment.rotate(deployment.application)
    assert installed(deployment) == {"vector": (older, "public")}
    assert older < newest


def test_extension_that_a_migration_made_is_left_as_it_is(deployment: Deployment) -> None:
    """Trusted ones may be there already, in a schema and of an owner of the migration's choice."""
    deployment.deploy()
    with deployment.session(deployment.rotate(deployment.owner)) as owner:
        owner.run("CREATE SCHEMA tools")
        owner.run("CREATE EXTENSION vector SCHEMA tools")
    before = installed(deployment)
    deployment.deploy(extensions=["vector"])
    with deployment.session(deployment.rotate(deployment.application)) as application:
        assert application.run("SELECT '[1]'::tools.vector::text") == [["[1]"]]
    assert installed(deployment) == before


def test_names_that_need_quotes_and_repetitions_are_fine(deployment: Deployment) -> None:
    """As `uuid-ossp` does."""
    deployment.deploy(extensions=[QUOTED, "vector", QUOTED])
    with deployment.session(deployment.rotate(deployment.application)) as application:
        assert application.run("SELECT answer()") == [[42]]
    assert set(installed(deployment)) == {QUOTED, "vector"}


def test_extension_the_server_does_not_have_changes_nothing(deployment: Deployment) -> None:
    """The step fails as a whole, and services keep their login."""
    in_use = deployment.rotate(deployment.application)
    deployment.deploy(extensions=[QUOTED, "missing"])
    with pytest.raises(DatabaseError, match='extension "missing" is not available'):
        deployment.rotate(deployment.application)
    assert set(installed(deployment)) == {"vector"}
    assert deployment.accepts(in_use)


def test_migration_with_vectors_and_an_index_succeeds(sessions: Sessions) -> None:
    """As the owner, in whichever colour."""
    migrated(sessions)
    green = sessions.rotate(sessions.deployment.owner)
    green.run("ALTER TABLE item ADD COLUMN other vector(2)")
    green.run("CREATE INDEX item_other ON item USING ivfflat (other vector_cosine_ops)")


def test_application_reads_and_writes_vectors(sessions: Sessions) -> None:
    """Type, functions and casts are usable in every colour."""
    for application in (migrated(sessions), sessions.rotate(sessions.deployment.application)):
        application.run(ROWS)
        application.run("UPDATE item SET embedding = embedding + '[0,0,1]' WHERE id = 3")
        query = "SELECT embedding::text, vector_dims(embedding) FROM item WHERE id = 3"
        assert application.run(query) == [["[1,0,1]", 3]]
        application.run("DELETE FROM item")


@pytest.mark.parametrize("scan", ["seqscan", "indexscan"])
def test_application_finds_the_nearest_neighbour(sessions: Sessions, scan: str) -> None:
    """By way of the index and without it."""
    application = migrated(sessions)
    application.run(ROWS)
    application.run("SET enable_seqscan = off")
    application.run("SET enable_indexscan = off")
    application.run(f"SET enable_{scan} = on")
    plan = str(application.run(f"EXPLAIN {NEAREST}"))
    assert ("item_embedding" in plan) == (scan == "indexscan")
    assert application.run(NEAREST) == [[2]]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (embedding vector(3))",
        "DROP TABLE item",
        "DROP INDEX item_embedding",
        f'CREATE EXTENSION "{QUOTED}"',
        "DROP EXTENSION vector",
        "DROP EXTENSION vector CASCADE",
        "ALTER EXTENSION vector UPDATE",
        "ALTER EXTENSION vector SET SCHEMA public",
        "DROP FUNCTION l2_distance(vector, vector)",
    ],
)
def test_application_is_refused_tables_and_extensions(sessions: Sessions, statement: str) -> None:
    """Neither as the group nor with its own login's name."""
    application = migrated(sessions)
    assert refused(application, statement)
    application.run("SET ROLE NONE")
    assert refused(application, statement)


def test_owner_cannot_drop_what_the_deployment_made(sessions: Sessions) -> None:
    """An extension belongs to the master, whoever else might have been allowed to make it."""
    assert refused(sessions.owner, "DROP EXTENSION vector CASCADE")
