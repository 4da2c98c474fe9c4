"""The database as requests use it: a few connections that are kept, and made anew when lost."""

from contextlib import suppress
from queue import Empty, LifoQueue
from threading import BoundedSemaphore
from typing import Any

from pg8000.native import Connection, DatabaseError, InterfaceError

from tests.rehearsal.backend.errors import UnavailableError, reason
from tests.rehearsal.backend.postgres import PostgresUrl, close, connect

CONNECTIONS = 10
SECONDS = 5
# The server went away, or is read-only since another one took over.
LOST = ("57P01", "57P02", "57P03", "08", "25006")


class Database:
    """Runs statements, each by itself; only what may be repeated, for a lost one is run again."""

    def __init__(self, url: PostgresUrl) -> None:
        self._url = url
        self._idle: LifoQueue[Connection] = LifoQueue()
        self._slots = BoundedSemaphore(CONNECTIONS)

    def run(self, sql: str, **parameters: Any) -> list[Any]:
        """Return the rows; UnavailableError if the database can't be asked."""
        with self._slots:
            with suppress(Empty, UnavailableError):
                return self._run(self._idle.get_nowait(), sql, parameters)
            # One that was lost says that the others are, too.
            self._forget()
            return self._run(self._connect(), sql, parameters)

    def connected(self) -> str:
        """Return why the database can't be asked, or nothing."""
        try:
            self.run("SELECT 1")
        except (UnavailableError, DatabaseError) as error:
            return reason(error)
        return ""

    def _connect(self) -> Connection:
        try:
            return connect(self._url, SECONDS)
        except (DatabaseError, InterfaceError, OSError) as error:
            raise UnavailableError(reason(error)) from None

    def _run(self, connection: Connection, sql: str, parameters: dict[str, Any]) -> list[Any]:
        try:
            rows = connection.run(sql, **parameters)
        except (DatabaseError, InterfaceError, OSError) as error:
            if not _is_lost(error):
                self._idle.put(connection)
                raise
            close(connection)
            raise UnavailableError(reason(error)) from None
        self._idle.put(connection)
        return rows or []

    def _forget(self) -> None:
        with suppress(Empty):
            while True:
                close(self._idle.get_nowait())


def _is_lost(error: Exception) -> bool:
    if not isinstance(error, DatabaseError):
        return True
    return reason(error).rpartition("(")[2].startswith(LOST)
