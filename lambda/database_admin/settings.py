"""What the function is told by its environment."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from database_admin.credentials import FORMATS
from database_admin.errors import RotationError

ROLES = ("owner", "application")
COLOURS = ("blue", "green")
# PostgreSQL cuts names after 63 bytes; the longest suffix is "_green".
LOGIN = re.compile(r"[a-z_][a-z0-9_]{0,56}")
HOST = re.compile(r"[A-Za-z0-9.-]+")
EXTENSION = re.compile(r"[a-z][a-z0-9_-]{0,62}")
TLS_MODES = ("verify", "off")


@dataclass(frozen=True)
class Credential:
    """One secret's pair of logins and the group role they act as."""

    role: str
    login: str
    query: str = ""
    format: str = "url"
    # The host to write into the value, where it is not the database's own.
    host: str = ""
    # The secrets in which RDS Proxy reads the logins' passwords.
    colours: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what could not become a role or a login."""
        if self.role not in ROLES:
            raise RotationError(f"unknown role {self.role!r} in CREDENTIALS")
        if LOGIN.fullmatch(self.login) is None:
            raise RotationError(
                f"login {self.login!r} in CREDENTIALS is not a plain lower-case name"
            )
        if self.format not in FORMATS:
            raise RotationError(f"unknown format {self.format!r} in CREDENTIALS")
        if self.host and HOST.fullmatch(self.host) is None:
            raise RotationError(f"host {self.host!r} in CREDENTIALS is not a plain name")
        if self.colours and set(self.colours) != set(COLOURS):
            raise RotationError(f"colours in CREDENTIALS must be {COLOURS}")

    @property
    def logins(self) -> tuple[str, ...]:
        """The two logins that take turns."""
        return tuple(f"{self.login}_{colour}" for colour in COLOURS)

    def next_login(self, current: str | None) -> str:
        """The login to use after `current`: the other one, or blue if it is not one of the two."""
        blue, green = self.logins
        return green if current == blue else blue

    def colour_of(self, login: str) -> str | None:
        """The secret in which RDS Proxy reads the login's password, if it does."""
        return self.colours.get(login.removeprefix(f"{self.login}_"))


@dataclass(frozen=True)
class Settings:
    """The database, its master and the credentials in the function's care."""

    host: str
    port: int
    database: str
    master_username: str
    master_secret: str
    credentials: Mapping[str, Credential]
    extensions: tuple[str, ...] = ()
    verify_tls: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read and check the environment variables."""
        tls = environment.get("DATABASE_TLS", "verify")
        if tls not in TLS_MODES:
            raise RotationError(f"DATABASE_TLS must be one of {TLS_MODES}")
        entries = json.loads(environment["CREDENTIALS"])
        credentials = {arn: Credential(**entry) for arn, entry in entries.items()}
        if len({credential.login for credential in credentials.values()}) < len(credentials):
            raise RotationError("two secrets in CREDENTIALS share a login")
        master = environment["MASTER_SECRET_ARN"]
        colours = [arn for each in credentials.values() for arn in each.colours.values()]
        if len({master, *credentials, *colours}) < 1 + len(credentials) + len(colours):
            raise RotationError("MASTER_SECRET_ARN and CREDENTIALS name one secret twice")
        return cls(
            host=environment["DATABASE_HOST"],
            port=int(environment["DATABASE_PORT"]),
            database=environment["DATABASE_NAME"],
            master_username=environment["MASTER_USERNAME"],
            master_secret=master,
            credentials=credentials,
            extensions=_extensions(environment.get("EXTENSIONS", "[]")),
            verify_tls=tls == "verify",
        )


def _extensions(text: str) -> tuple[str, ...]:
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list):
        raise RotationError("EXTENSIONS must be a JSON list")
    for name in names:
        if not isinstance(name, str) or EXTENSION.fullmatch(name) is None:
            raise RotationError(f"extension {name!r} in EXTENSIONS is not a plain name")
    return tuple(names)
