"""TLS in front of a PostgreSQL server that has none, and no way in without, as on RDS."""

import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.relay import HOST, relay

SSL_REQUEST, GSSENC_REQUEST = 80877103, 80877104
PROTOCOL = 3 << 16


@contextmanager
def tls_in_front_of(
    port: int, certificate: Path, *, at: tuple[str, int] = (HOST, 0)
) -> Iterator[int]:
    """Negotiate TLS as PostgreSQL does; refuse who does without, like `hostssl` in pg_hba.conf."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def door(plain: socket.socket) -> socket.socket | None:
        code, rest = _packet(plain)
        if code == GSSENC_REQUEST:
            plain.sendall(b"N")
            code, rest = _packet(plain)
        if code == SSL_REQUEST:
            plain.sendall(b"S")
            return context.wrap_socket(plain, server_side=True)
        if code == PROTOCOL:
            plain.sendall(_refusal(plain, rest))
        return None

    with relay(port, door, at=at) as own:
        yield own


def _packet(plain: socket.socket) -> tuple[int, bytes]:
    """Read what a client says first, which has a length and a code."""
    head = plain.recv(8, socket.MSG_WAITALL)
    if len(head) < 8:
        return 0, b""
    length, code = struct.unpack("!ii", head)
    return code, plain.recv(length - 8, socket.MSG_WAITALL) if 8 < length < 10000 else b""


def _refusal(plain: socket.socket, startup: bytes) -> bytes:
    words = startup.decode(errors="replace").split("\0")
    given = dict(zip(words[::2], words[1::2], strict=False))
    user = given.get("user", "")
    message = (
        f'no pg_hba.conf entry for host "{plain.getpeername()[0]}", user "{user}", '
        f'database "{given.get("database", user)}", no encryption'
    )
    fields = ("SFATAL", "VFATAL", "C28000", f"M{message}")
    body = "".join(f"{field}\0" for field in fields).encode() + b"\0"
    return b"E" + struct.pack("!i", len(body) + 4) + body
