"""A real HTTP server on loopback that answers as a test tells it to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATH = "/services/T000/B000/verysecrettoken"


@dataclass(frozen=True)
class Answer:
    """One answer; with a status of 0 only the body is sent, and then the connection is dropped."""

    status: int = 200
    body: str = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


class QuietServer(ThreadingHTTPServer):
    """A client that hangs up is what some tests are about: nothing to print."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


class SlackServer:
    """Answers each request with the next answer of its script, and with the last one after that."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.script: list[Answer] = [Answer()]
        self.paths: list[str] = []
        self.payloads: list[dict[str, Any]] = []
        self.released = threading.Event()
        self._lock = threading.Lock()
        self._http = QuietServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """The webhook URL that a test puts into the secret."""
        return f"http://127.0.0.1:{self._http.server_address[1]}{PATH}"

    def answers(self, *script: Answer) -> None:
        """Set the answers to come."""
        self.script = list(script)

    @contextmanager
    def running(self) -> Iterator["SlackServer"]:
        """Serve until the block ends."""
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield self
        finally:
            self.released.set()
            self._http.shutdown()
            self._http.server_close()

    def _record(self, path: str, body: bytes) -> Answer:
        with self._lock:
            self.paths.append(path)
            self.payloads.append(json.loads(body) if body else {})
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def _handler(server) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = server._record(self.path, body)
                server.released.wait(answer.delay)
                if not answer.status:
                    self.wfile.write(answer.body.encode())
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body.encode())))
                self.end_headers()
                self.wfile.write(answer.body.encode())

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *args: object) -> None:
                pass

        return Handler
