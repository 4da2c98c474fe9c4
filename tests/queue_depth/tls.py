"""TLS in front of a server that has none."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.relay import HOST, SECONDS, relay

__all__ = ["SECONDS", "tls_in_front_of"]


@contextmanager
def tls_in_front_of(
    port: int, certificate: Path, *, at: tuple[str, int] = (HOST, 0)
) -> Iterator[int]:
    """Take connections over TLS, as many as there are, and pass on what they say."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def door(plain: socket.socket) -> socket.socket:
        return context.wrap_socket(plain, server_side=True)

    with relay(port, door, at=at) as own:
        yield own
