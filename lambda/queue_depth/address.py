"""The cache's address, as its secret holds it."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

# Stricter than the client's own reading, in which options at the URL's end win over arguments:
# ?ssl_cert_reqs=none would turn TLS's checks off. Database 0 is the only one that needs no SELECT.
URL = re.compile(
    r"(?P<scheme>rediss?)://(?P<user>[^:@/?#\s]+):(?P<password>[^@/?#\s]+)"
    r"@(?P<host>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*):(?P<port>[0-9]{1,5})/0"
)


@dataclass(frozen=True)
class Address:
    """A complete address; its repr leaves the password out."""

    scheme: str
    user: str
    password: str = field(repr=False)
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address | None":
        """Read a secret's value; None for anything but scheme://user:password@host:port/0."""
        # urllib's parser would quote parts of an unexpected value in its errors.
        match = URL.fullmatch(text.strip())
        if match is None or not 0 < int(match["port"]) < 65536:
            return None
        return cls(
            scheme=match["scheme"],
            user=unquote(match["user"]),
            password=unquote(match["password"]),
            host=match["host"],
            port=int(match["port"]),
        )
