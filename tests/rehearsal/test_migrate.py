"""The migration tool applies each migration once and as a whole, whatever comes in between."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pg8000.native import Connection

from tests.database_admin.server import Server, running_server
from tests.rehearsal.backend.process import SECONDS, migrated, start
from tests.rehearsal.servers.databases import OwnDatabase, own_database

WAITING = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
# Each one says that it ran; the second stops in its middle while the gate is shut.
FILES = {
    "0001_steps": "CREATE TABLE steps (step int); INSERT INTO steps VALUES (1)",
    "0002_gate": "INSERT INTO steps VALUES (2); LOCK TABLE gate; INSERT INTO steps VALUES (3)",
    "0003_last": "INSERT INTO steps VALUES (4)",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run one server for all tests of this file."""
    with running_server() as running:
        yield running


@pytest.fixture
def database(server: Server) -> Iterator[OwnDatabase]:
    """Make an empty database."""
    with own_database(server) as database:
        yield database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the migrations."""
    for name, sql in FILES.items():
        (tmp_path / f"{name}.sql").write_text(sql)
    return tmp_path


@contextmanager
def shut_gate(database: OwnDatabase) -> Iterator[Connection]:
    """Let the second migration wait in its middle for as long as the block runs."""
    with database.server.connect(database.name) as keeper:
        keeper.run("CREATE TABLE gate ()")
        keeper.run("BEGIN; LOCK TABLE gate")
        yield keeper
        keeper.run("COMMIT")


def begun(database: OwnDatabase, folder: Path, runs: int = 1) -> list[subprocess.Popen[str]]:
    """Start the tool, as often as said, and wait until all runs wait."""
    environ = {"DATABASE_URL": database.url()}
    processes = [start("backend.migrate", environ, f"--folder={folder}") for _ in range(runs)]
    deadline = time.monotonic() + SECONDS
    while database.run(WAITING)[0][0] < runs:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return processes


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a run; return its status and what it wrote."""
    with process:
        written, _ = process.communicate(timeout=SECONDS)
        return process.returncode, written


def steps(database: OwnDatabase) -> list[int]:
    """Return what ran and was kept, in order."""
    return [step for (step,) in database.run("SELECT step FROM steps ORDER BY ctid")]


def recorded(database: OwnDatabase) -> list[str]:
    """Return the migrations on record, in the order in which they were applied."""
    return [name for (name,) in database.run("SELECT name FROM migrations ORDER BY applied_at")]


def test_migrations_of_the_backend_are_applied_once_and_in_order(database: OwnDatabase) -> None:
    environ = {"OWNER_URL": database.url(query="schema=public")}
    status, written = migrated(environ, "--database=OWNER_URL")
    assert (status, written.splitlines()[-1]) == (0, "3 applied")
    assert recorded(database) == ["0001_reports", "0002_status", "0003_newest"]
    assert migrated(environ, "--database=OWNER_URL") == (0, "nothing to apply\n")


def test_two_runs_at_once_apply_each_migration_once(database: OwnDatabase, folder: Path) -> None:
    with shut_gate(database):
        processes = begun(database, folder, runs=2)
    results = [ended(process) for process in processes]
    assert [status for status, _ in results] == [0, 0]
    assert steps(database) == [1, 2, 3, 4]
    written = "".join(written for _, written in results)
    assert [written.count(f"{name}: applied") for name in FILES] == [1, 1, 1]


def test_lost_connection_leaves_nothing_of_its_migration(
    database: OwnDatabase, folder: Path
) -> None:
    with shut_gate(database) as keeper:
        (process,) = begun(database, folder)
        keeper.run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        status, written = ended(process)
    assert status == 1
    assert "migrate: 0002_gate: the connection was lost" in written
    assert "Traceback" not in written
    assert (steps(database), recorded(database)) == ([1], ["0001_steps"])
    environ = {"DATABASE_URL": database.url()}
    assert migrated(environ, f"--folder={folder}")[0] == 0
    assert (steps(database), recorded(database)) == ([1, 2, 3, 4], list(FILES))


def test_run_after_a_killed_one_finishes_the_rest(database: OwnDatabase, folder: Path) -> None:
    with shut_gate(database):
        (process,) = begun(database, folder)
        process.kill()
        ended(process)
    # The server may not yet know that the first run is gone: the next one waits for that.
    assert migrated({"DATABASE_URL": database.url()}, f"--folder={folder}")[0] == 0
    assert (steps(database), recorded(database)) == ([1, 2, 3, 4], list(FILES))


def test_mistake_is_told_in_a_line_and_undone(database: OwnDatabase, tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_text("CREATE TABLE a (); CREATE TABLE b (); SELEKT 1")
    status, written = migrated({"DATABASE_URL": database.url()}, f"--folder={tmp_path}")
    assert status == 1
    assert written == 'migrate: 0001_a: syntax error at or near "SELEKT" (42601)\n'
    assert database.run("SELECT to_regclass('a')") == [[None]]


@pytest.mark.parametrize("names", [["one"], ["0001_a", "0001_b"], []])
def test_folder_without_a_clear_order_is_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / f"{name}.sql").write_text("SELECT 1")
    environ = {"DATABASE_URL": "postgres://user:password@127.0.0.1:1/name"}
    status, written = migrated(environ, f"--folder={tmp_path}")
    assert status == 1
    assert written.startswith("migrate: ")
    assert len(written.splitlines()) == 1


@pytest.mark.parametrize(
    "url", ["", "random-value", "postgresql://u:s3cret@host:s3cret/n", "mysql://u:s3cret@host/n"]
)
def test_unusable_url_is_told_without_its_password(url: str) -> None:
    status, written = migrated({"DATABASE_URL": url})
    assert status == 1
    assert written.startswith("migrate: DATABASE_URL ")
    assert "s3cret" not in written


def test_database_that_does_not_answer_is_told_in_a_line() -> None:
    status, written = migrated({"DATABASE_URL": "postgresql://u:s3cret@127.0.0.1:1/n"})
    assert (status, written) == (1, "migrate: [Errno 111] Connection refused\n")
