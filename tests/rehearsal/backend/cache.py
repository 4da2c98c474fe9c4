"""From a Redis URL and the variables beside it to a client."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from valkey import Valkey
from valkey.backoff import NoBackoff
from valkey.retry import Retry

from tests.rehearsal.backend.errors import SettingsError

SECONDS = 2
SCHEMES = ("redis", "rediss", "valkey", "valkeys")


def client(variable: str, environ: Mapping[str, str]) -> Valkey:
    """Make the client, which connects when it is first used."""
    if not (text := environ.get(variable)):
        raise SettingsError(f"{variable} is not set")
    try:
        parts = urlsplit(text)
        port = parts.port or 6379
        number = int(parts.path.strip("/") or environ.get("REDIS_DB") or 0)
    except ValueError:
        # The parser's own words would quote what may be a password.
        raise SettingsError(f"{variable} is no URL of Redis") from None
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise SettingsError(f"{variable} is no URL such as rediss://user:password@host:6379")
    return Valkey(
        host=parts.hostname,
        port=port,
        db=number,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or "") or environ.get("REDIS_PASSWORD") or None,
        ssl=parts.scheme in ("rediss", "valkeys") or environ.get("REDIS_TLS") == "true",
        # The client's default is to take any host's certificate.
        ssl_check_hostname=True,
        socket_connect_timeout=SECONDS,
        socket_timeout=SECONDS,
        # An idle connection may have been closed by the server.
        retry=Retry(NoBackoff(), 1),
    )
