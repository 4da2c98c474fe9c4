"""One deployment as the tests see it: a database, its three secrets and the function."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from pg8000.native import Connection, DatabaseError

from database_admin.credentials import ConnectionUrl
from database_admin.handler import handle
from tests.database_admin.secrets_manager import SecretsManager
from tests.database_admin.server import DATABASE, HOST, MASTER, Server

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
CONTEXT: Any = SimpleNamespace(
    function_name="database-admin",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:database-admin",
    aws_request_id="request",
)


@dataclass
class Deployment:
    """The secrets' ARNs and what can be done with them."""

    server: Server
    secrets: SecretsManager
    master: str
    application: str
    owner: str

    def environment(self) -> dict[str, str]:
        """Return the function's environment variables."""
        credentials: dict[str, Any] = {
            self.application: {"role": "application", "login": "app", "query": "sslmode=require"},
            self.owner: {"role": "owner", "login": "migrations", "query": ""},
        }
        return {
            "DATABASE_HOST": HOST,
            "DATABASE_PORT": str(self.server.port),
            "DATABASE_NAME": DATABASE,
            "DATABASE_TLS": "off",
            "MASTER_USERNAME": MASTER,
            "MASTER_SECRET_ARN": self.master,
            "CREDENTIALS": json.dumps(credentials),
        }

    def step(self, step: str, arn: str, token: str) -> None:
        """Call the function as Secrets Manager does."""
        handle({"Step": step, "SecretId": arn, "ClientRequestToken": token}, CONTEXT)

    def rotate(self, arn: str, token: str | None = None) -> str:
        """Do a whole rotation, a new one or again that of a token, and return the new value."""
        token = token or self.secrets.begin(arn)
        for step in STEPS:
            self.step(step, arn, token)
        assert "AWSCURRENT" in self.secrets.labels(arn, token)
        return self.secrets.value(arn)

    @contextmanager
    def session(self, value: str) -> Iterator[Connection]:
        """Log in as a service does, with a connection string, or as the master."""
        url = ConnectionUrl.parse(value) or ConnectionUrl(
            MASTER, value, HOST, self.server.port, DATABASE
        )
        with Connection(
            url.user, url.host, url.database, url.port, url.password, ssl_context=False, timeout=20
        ) as connection:
            yield connection

    def accepts(self, value: str) -> bool:
        """Say whether the database accepts the value; any other trouble is an error."""
        try:
            with self.session(value):
                return True
        except DatabaseError as error:
            if error.args[0]["C"] != "28P01":
                raise
            return False
