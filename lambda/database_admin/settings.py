"""What the function is told by its environment."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from database_admin.errors import RotationError

ROLES = ("owner", "application")
COLOURS = ("blue", "green")
# PostgreSQL cuts names after 63 bytes; the longest suffix is "_green".
LOGIN = re.compile(r"[a-z_][a-z0-9_]{0,56}")
TLS_MODES = ("verify", "off")


@dataclass(frozen=True)
class Credential:
    """One secret's pair of logins and the group role they act as."""

    role: str
    login: str
    query: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not become a role or a login."""
        if self.role not in ROLES:
            raise RotationError(f"unknown role {self.role!r} in CREDENTIALS")
        if LOGIN.fullmatch(self.login) is None:
            raise RotationError(
                f"login {self.login!r} in CREDENTIALS is not a plain lower-case name"
            )

    @property
    def logins(self) -> tuple[str, ...]:
        """The two logins that take turns."""
        return tuple(f"{self.login}_{colour}" for colour in COLOURS)

    def next_login(self, current: str | None) -> str:
        """The login to use after `current`: the other one, or blue if it is not one of the two."""
        blue, green = self.logins
        return green if current == blue else blue


@dataclass(frozen=True)
class Settings:
    """The database, its master and the credentials in the function's care."""

    host: str
    port: int
    database: str
    master_username: str
    master_secret: str
    credentials: Mapping[str, Credential]
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
        return cls(
            host=environment["DATABASE_HOST"],
            port=int(environment["DATABASE_PORT"]),
            database=environment["DATABASE_NAME"],
            master_username=environment["MASTER_USERNAME"],
            master_secret=environment["MASTER_SECRET_ARN"],
            credentials=credentials,
            verify_tls=tls == "verify",
        )
