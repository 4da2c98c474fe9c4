"""TLS in front of a server that has none."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.queue_depth.server import HOST

# Longer than any test; a test that fails must not wait for ever.
SECONDS = 5


@contextmanager
def tls_in_front_of(port: int, certificate: Path) -> Iterator[int]:
    """Take connections over TLS, as many as there are, and pass on what they say."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    sessions: list[threading.Thread] = []

    def serve(plain: socket.socket) -> None:
        # A client that refuses the certificate ends here.
        with plain, suppress(OSError), ExitStack() as stack:
            client = stack.enter_context(context.wrap_socket(plain, server_side=True))
            server = stack.enter_context(socket.create_connection((HOST, port)))
            back = threading.Thread(target=_copy, args=(server, client))
            back.start()
            _copy(client, server)
            back.join()

    def accept() -> None:
        while True:
            plain, _ = listener.accept()
            plain.settimeout(SECONDS)
            if ended.is_set():
                plain.close()
                return
            sessions.append(threading.Thread(target=serve, args=(plain,)))
            sessions[-1].start()

    ended = threading.Event()
    with socket.create_server((HOST, 0)) as listener:
        accepting = threading.Thread(target=accept)
        accepting.start()
        address = listener.getsockname()
        try:
            yield address[1]
        finally:
            ended.set()
            # A last connection wakes the thread that waits for one.
            socket.create_connection(address).close()
            accepting.join()
    for session in sessions:
        session.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
