"""Databases of a test's own, on a server that others use as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import quote

from tests.database_admin.server import (
    END_OTHER_SESSIONS,
    HOST,
    SUPERUSER,
    SUPERUSER_PASSWORD,
    Server,
)

_numbers = count()


@dataclass(frozen=True)
class OwnDatabase:
    """A database, and the login that owns it."""

    server: Server
    name: str
    user: str = SUPERUSER
    password: str = SUPERUSER_PASSWORD

    def url(self, query: str = "", port: int = 0, scheme: str = "postgresql") -> str:
        """Return the connection string, as the secret holds it."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        end = f"?{query}" if query else ""
        return f"{scheme}://{login}@{HOST}:{port or self.server.port}/{self.name}{end}"

    def run(self, sql: str) -> list[Any]:
        """Run a statement as the superuser."""
        with self.server.connect(self.name) as connection:
            return connection.run(sql) or []

    def end_other_sessions(self) -> None:
        """Close everybody's connections, as a failover does."""
        self.run(f"{END_OTHER_SESSIONS} AND datname = current_database()")


@contextmanager
def own_database(server: Server) -> Iterator[OwnDatabase]:
    """Make an empty database; it goes with the block, whoever is still connected."""
    name = f"own_{next(_numbers)}"
    with server.connect() as connection:
        connection.run(f"CREATE DATABASE {name}")
    yield OwnDatabase(server, name)
    with server.connect() as connection:
        connection.run(f"DROP DATABASE {name} WITH (FORCE)")
