"""From a database URL, as libpq and others write it, to a connection."""

import os
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from pg8000.native import Connection, InterfaceError

from tests.rehearsal.backend.errors import SettingsError

SCHEMES = ("postgres", "postgresql")
CONNECT_SECONDS = 5
# libpq's modes; the last is node-postgres' own.
PLAIN, UNVERIFIED = ("disable", "allow"), ("require", "no-verify")
VERIFIED = ("verify-ca", "verify-full")
PREFER = "prefer"


@dataclass(frozen=True)
class PostgresUrl:
    """Where the database is, as whom to log in, and how to encrypt."""

    user: str
    password: str = field(repr=False)
    host: str
    port: int
    database: str
    mode: str
    authorities: str | None

    @classmethod
    def parse(cls, variable: str, environ: Mapping[str, str]) -> "PostgresUrl":
        """Read the variable. Parameters that only other drivers know are left alone."""
        if not (text := environ.get(variable)):
            raise SettingsError(f"{variable} is not set")
        try:
            parts = urlsplit(text)
            port = parts.port or 5432
        except ValueError:
            # The parser's own words would quote what may be a password.
            raise SettingsError(f"{variable} is no URL of a database") from None
        if parts.scheme not in SCHEMES or not parts.hostname or not parts.username:
            raise SettingsError(
                f"{variable} is no URL such as postgresql://user:password@host/name"
            )
        query = dict(parse_qsl(parts.query))
        mode = query.get("sslmode", PLAIN[0])
        if mode not in (*PLAIN, *UNVERIFIED, *VERIFIED, PREFER):
            raise SettingsError(f"{variable} has an sslmode that does not exist")
        user = unquote(parts.username)
        return cls(
            user=user,
            password=unquote(parts.password or ""),
            host=parts.hostname,
            port=port,
            database=unquote(parts.path.lstrip("/")) or user,
            mode=mode,
            authorities=query.get("sslrootcert"),
        )

    def encryption(self) -> ssl.SSLContext | bool | None:
        """Return what pg8000 takes: False is without TLS, None as the server likes it."""
        if self.mode in PLAIN:
            return False
        if self.mode == PREFER:
            return None
        # Without a file the system's authorities count, or those of SSL_CERT_FILE.
        named = self.authorities if self.authorities != "system" else None
        context = ssl.create_default_context(cafile=named and os.fspath(named))
        if self.mode != "verify-full":
            context.check_hostname = False
        if self.mode in UNVERIFIED:
            context.verify_mode = ssl.CERT_NONE
        return context


def connect(url: PostgresUrl, seconds: float) -> Connection:
    """Log in; nothing that is asked afterwards waits longer than the given time for an answer."""
    link = socket.create_connection((url.host, url.port), CONNECT_SECONDS)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    link.settimeout(seconds)
    try:
        return Connection(
            url.user,
            url.host,
            url.database,
            url.port,
            url.password,
            ssl_context=url.encryption(),
            application_name="backend",
            sock=link,
        )
    except BaseException:
        link.close()
        raise


def close(connection: Connection) -> None:
    """End a connection, which may be lost already."""
    with suppress(InterfaceError, OSError):
        connection.close()
