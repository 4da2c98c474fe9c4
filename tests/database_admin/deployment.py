"""One deployment as the tests see it: a database, its three secrets and the function."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from pg8000.native import Connection, DatabaseError

from database_admin.credentials import ConnectionUrl, read
from database_admin.handler import handle
from tests.database_admin.secrets_manager import SecretsManager
from tests.database_admin.server import DATABASE, HOST, MASTER, Server

COLOURS = ("blue", "green")
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
    set_variable: Callable[[str, str], None]

    def deploy(self, **changes: Any) -> None:
        """Set the function's variables anew; for what may change see `environment`."""
        for name, value in self.environment(**changes).items():
            self.set_variable(name, value)

    def environment(
        self,
        *,
        extensions: Sequence[str] = (),
        application: dict[str, Any] | None = None,
        owner: dict[str, Any] | None = None,
    ) -> dict[str, str]:
        """Return the function's variables, with more fields for the two credentials."""
        credentials: dict[str, Any] = {
            self.application: {"role": "application", "login": "app", "query": "sslmode=require"},
            self.owner: {"role": "owner", "login": "migrations", "query": ""},
        }
        credentials[self.application] |= application or {}
        credentials[self.owner] |= owner or {}
        return {
            "DATABASE_HOST": HOST,
            "DATABASE_PORT": str(self.server.port),
            "DATABASE_NAME": DATABASE,
            "DATABASE_TLS": "off",
            "MASTER_USERNAME": MASTER,
            "MASTER_SECRET_ARN": self.master,
            "CREDENTIALS": json.dumps(credentials),
            "EXTENSIONS": json.dumps(extensions),
        }

    def colours(self, name: str) -> dict[str, str]:
        """Make the two secrets that RDS Proxy reads, as CloudFormation does."""
        return {each: self.secrets.create(f"{name}-{each}", "initial") for each in COLOURS}

    def bootstrap(self) -> None:
        """Call the function as a deployment of the data stack does."""
        handle({"Step": "bootstrap"}, CONTEXT)

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
        url = read(value) or ConnectionUrl(MASTER, value, HOST, self.server.port, DATABASE)
        # Another host in it would be a proxy or a reader, which lead to the same server.
        with Connection(
            url.user, HOST, url.database, url.port, url.password, ssl_context=False, timeout=20
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
