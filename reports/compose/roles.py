"""The SQL that makes a database's roles here: what lambda/database_admin says to RDS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from database_admin import roles
from reports.compose.local import PASSWORD
from reports.compose.values import login

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from config.credentials import Credential

# It has a random salt, and protects a password that anybody may know here.
VERIFIER = re.compile(r"'SCRAM-SHA-256\$[^']*'")
READ_ONLY = "ALTER ROLE {login} SET default_transaction_read_only TO on"


class Recorder:
    """Stands where database_admin has its connection, and writes down what it is told to do.

    What it is asked, it answers as a new database would: there is nothing yet.
    """

    def __init__(self) -> None:
        self.statements: list[str] = []

    def run(self, statement: str, **_: Any) -> list[list[bool]]:
        """Write a statement down, or answer a question."""
        if statement.lstrip().startswith("SELECT"):
            return [[False]] if "pg_has_role" in statement else []
        self.statements.append(VERIFIER.sub(f"'{PASSWORD}'", statement))
        return []


def script(database: str, extensions: Iterable[str], credentials: Sequence[Credential]) -> str:
    """All of it as one file that psql runs in a new database."""
    recorder: Any = Recorder()
    with roles.exclusively(recorder):
        roles.bootstrap(recorder, database, extensions)
        for each in credentials:
            roles.set_login(recorder, login(each), PASSWORD, each.role)
            if each.via == "reader":
                recorder.run(READ_ONLY.format(login=login(each)))
    return "".join(f"{statement};\n" for statement in recorder.statements)
