"""Values of the secrets: passwords, their verifiers and connection strings."""

import base64
import hashlib
import hmac
import json
import re
import secrets
import string
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

ALPHABET = string.ascii_letters + string.digits
PASSWORD_LENGTH = 40
SCRAM_ITERATIONS = 4096
FORMATS = ("url", "json")
URL = re.compile(
    r"postgresql://(?P<user>[^:@/?#\s]+):(?P<password>[A-Za-z0-9]+)"
    r"@(?P<host>[^:@/?#\s]+):(?P<port>[0-9]{1,5})/(?P<database>[^:@/?#\s]+)(?:\?(?P<query>\S+))?"
)


def new_password() -> str:
    """Make a password that needs no escaping, neither in a URL nor in SQL."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_LENGTH))


def scram_verifier(password: str) -> str:
    """Derive what PostgreSQL stores, so that no statement carries the password itself.

    The server may write statements to its log and to pg_stat_statements.
    """
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, SCRAM_ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(raw).decode() for raw in (salt, stored, server))
    return f"SCRAM-SHA-256${SCRAM_ITERATIONS}:{salt64}${stored64}:{server64}"


@dataclass(frozen=True)
class ConnectionUrl:
    """A complete connection string; its repr and str leave the password out."""

    user: str
    password: str = field(repr=False)
    host: str
    port: int
    database: str
    query: str = ""

    @classmethod
    def parse(cls, text: str) -> "ConnectionUrl | None":
        """Read a value made by `text`; None for anything else, such as the initial value."""
        # urllib's parser would quote parts of an unexpected value in its errors.
        match = URL.fullmatch(text)
        if match is None:
            return None
        return cls(
            user=unquote(match["user"]),
            password=match["password"],
            host=match["host"],
            port=int(match["port"]),
            database=unquote(match["database"]),
            query=match["query"] or "",
        )

    def text(self, form: str = "url") -> str:
        """Write the connection string out, or the JSON around it; the password is included."""
        user, database = quote(self.user, safe=""), quote(self.database, safe="")
        base = f"postgresql://{user}:{self.password}@{self.host}:{self.port}/{database}"
        url = f"{base}?{self.query}" if self.query else base
        return self._json(url) if form == "json" else url

    def login(self) -> str:
        """Write out what RDS Proxy must know to log in for its clients."""
        return json.dumps({"username": self.user, "password": self.password})

    def _json(self, url: str) -> str:
        # The names that RDS itself gives to these fields, and `url`.
        fields = {
            "engine": "postgres",
            "username": self.user,
            "password": self.password,
            "host": self.host,
            "port": self.port,
            "dbname": self.database,
            "url": url,
        }
        return json.dumps(fields)


def read(value: str) -> ConnectionUrl | None:
    """Read a secret's value of either form; None for anything else, such as the initial value."""
    try:
        fields = json.loads(value)
    except (ValueError, RecursionError):
        return ConnectionUrl.parse(value)
    url = fields.get("url") if isinstance(fields, dict) else None
    return ConnectionUrl.parse(url) if isinstance(url, str) else None
