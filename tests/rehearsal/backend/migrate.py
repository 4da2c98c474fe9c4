"""A team's migration tool: `python -m tests.rehearsal.backend.migrate`.

Applies the numbered files of a folder in order, each exactly once and as a whole. Status 1 with a
line on standard error when one fails; the next run goes on from there.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from pg8000.native import Connection, DatabaseError, InterfaceError

from tests.rehearsal.backend.errors import SettingsError, reason
from tests.rehearsal.backend.postgres import PostgresUrl, close, connect

FOLDER = Path(__file__).with_name("migrations")
NAME = re.compile(r"(\d{4})_[a-z0-9_]+")
# Longer than any migration here takes.
SECONDS = 600
# Any number will do, as long as every run uses the same.
LOCK = 5_063_119
TABLE = """
CREATE TABLE IF NOT EXISTS migrations (
  name text PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationError(Exception):
    """A migration can't be applied; says which and why."""


def migrations(folder: Path) -> dict[str, str]:
    """Return the statements by name, in order."""
    files = sorted(folder.glob("*.sql"))
    names = [NAME.fullmatch(file.stem) for file in files]
    for file, name in zip(files, names, strict=True):
        if name is None:
            raise MigrationError(f"{file.name}: must have a name such as 0001_reports.sql")
    if len({name[1] for name in names if name}) < len(files):
        raise MigrationError(f"{folder}: two migrations have the same number")
    if not files:
        raise MigrationError(f"{folder}: holds no migrations")
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def migrate(url: PostgresUrl, folder: Path) -> Iterator[str]:
    """Apply what is missing, and yield the name of each migration that was applied."""
    statements = migrations(folder)
    try:
        connection = connect(url, SECONDS)
    except (DatabaseError, InterfaceError, OSError) as error:
        raise MigrationError(reason(error)) from None
    try:
        _apply(connection, "the table of migrations", TABLE, recorded=False)
        for name, sql in statements.items():
            if _apply(connection, name, sql):
                yield name
    finally:
        close(connection)


def _apply(connection: Connection, name: str, sql: str, *, recorded: bool = True) -> bool:
    try:
        return _transaction(connection, sql, name if recorded else "")
    except (DatabaseError, InterfaceError, OSError) as error:
        raise MigrationError(f"{name}: {reason(error)}") from None


def _transaction(connection: Connection, sql: str, name: str = "") -> bool:
    """Run the statements alone among all runs, and with their record, or not at all."""
    connection.run("BEGIN")
    # It ends with the transaction, and so with the connection.
    connection.run(f"SELECT pg_advisory_xact_lock({LOCK})")
    # A statement of its own, that sees what the one before us in the lock has committed.
    applied = name and connection.run("SELECT 1 FROM migrations WHERE name = :name", name=name)
    if not applied:
        connection.run(sql)
        if name:
            connection.run("INSERT INTO migrations (name) VALUES (:name)", name=name)
    connection.run("COMMIT")
    return not applied


def main() -> int:
    """Apply, and tell what was applied; the exit status."""
    options = _options()
    count = 0
    try:
        for name in migrate(PostgresUrl.parse(options.database, os.environ), options.folder):
            count += 1
            sys.stdout.write(f"{name}: applied\n")
    except (SettingsError, MigrationError) as error:
        sys.stderr.write(f"migrate: {error}\n")
        return 1
    sys.stdout.write(f"{count} applied\n" if count else "nothing to apply\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.rehearsal.backend.migrate", description=__doc__
    )
    default = "DATABASE_URL"
    parser.add_argument("--database", default=default, help="variable of the database URL")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the migrations lie")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
