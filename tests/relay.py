"""Passing on what is said to a server, for clients that come in by a door of their own."""

import selectors
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

HOST = "127.0.0.1"
# For coming in only: a test that fails must not wait for ever.
SECONDS = 5

# Takes a new client's socket and returns the one to go on with, or None for a client sent away.
Door = Callable[[socket.socket], socket.socket | None]


@contextmanager
def relay(port: int, door: Door, *, at: tuple[str, int] = (HOST, 0)) -> Iterator[int]:
    """Take connections, as many as there are, and pass on what they say once they are in.

    `at` is the address to listen at, by default a free port.
    """
    sessions: list[threading.Thread] = []
    sockets: list[socket.socket] = []

    def serve(plain: socket.socket) -> None:
        # A client that is sent away, or goes away by itself, ends here.
        with plain, suppress(OSError), ExitStack() as stack:
            client = door(plain)
            if client is None:
                return
            stack.enter_context(client)
            server = stack.enter_context(socket.create_connection((HOST, port), SECONDS))
            for each in (client, server):
                each.settimeout(None)
                sockets.append(each)
            _pass_on(client, server)

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
    with socket.create_server(at) as listener:
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
            _end(sessions, sockets)


def _pass_on(client: socket.socket, server: socket.socket) -> None:
    """Copy both ways, until one of them ends. One thread, because OpenSSL takes only one."""
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ, (client, server))
        selector.register(server, selectors.EVENT_READ, (server, client))
        while True:
            for key, _ in selector.select():
                source, target = key.data
                data = source.recv(65536)
                # What is decrypted already makes no socket readable.
                while data and isinstance(source, ssl.SSLSocket) and source.pending():
                    data += source.recv(65536)
                if not data:
                    return
                target.sendall(data)


def _end(sessions: list[threading.Thread], sockets: list[socket.socket]) -> None:
    for session in sessions:
        # Again and again, because one may just have come in.
        while session.is_alive():
            for each in tuple(sockets):
                with suppress(OSError):
                    # Not TLS's own way, which would let its thread go on without encryption.
                    socket.socket.shutdown(each, socket.SHUT_RDWR)
            session.join(0.05)
