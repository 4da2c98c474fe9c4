"""HTTP: from requests to the service and back."""

import json
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from pg8000.native import DatabaseError

from tests.rehearsal.backend.errors import UnavailableError, reason
from tests.rehearsal.backend.log import log
from tests.rehearsal.backend.service import Reply, Service

MOST_BYTES = 64 * 1024
REPORTS = "/api/reports"


class Server(ThreadingHTTPServer):
    """Serves until it is shut down, then ends what it has begun."""

    # Closing waits for the requests that are under way.
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], service: Service) -> None:
        self.service = service
        super().__init__(address, Handler)

    def handle_error(self, *_: object) -> None:
        """Tell that a request failed, most often because its client went away."""
        log(level="error", message=f"request failed: {reason(sys.exception() or Exception())}")


class Handler(BaseHTTPRequestHandler):
    """One request; the connection ends with it, so that closing has nothing to wait for."""

    server: Server
    # A client that says nothing must not hold up the end.
    timeout = 10

    def do_GET(self) -> None:
        """Answer what is read."""
        service, path = self.server.service, urlsplit(self.path).path
        routes = {
            "/": service.health,
            "/health": service.health,
            "/api/health": service.details,
            REPORTS: service.count,
        }
        if path in routes:
            self._reply(routes[path])
        elif path.startswith(f"{REPORTS}/"):
            self._reply(lambda: service.report(path.removeprefix(f"{REPORTS}/")))
        else:
            self._reply(lambda: Reply(404, {"error": "there is no such path"}))

    def do_POST(self) -> None:
        """Answer what is written."""
        if urlsplit(self.path).path == REPORTS:
            self._reply(self._add_report)
        else:
            self._reply(lambda: Reply(404, {"error": "there is no such path"}))

    def _add_report(self) -> Reply:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return Reply(400, {"error": "Content-Length must be a number up to 65536"})
        try:
            text = json.loads(self.rfile.read(int(length)))["text"]
            # Half a character can be written in JSON, but not kept.
            str(text).encode()
        except (ValueError, KeyError, TypeError, RecursionError):
            text = None
        if not isinstance(text, str) or "\0" in text:
            return Reply(400, {"error": 'must be JSON such as {"text": "…"}'})
        # Whoever is in front of us wrote the last one; the others may be made up.
        forwarded = self.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return self.server.service.add_report(forwarded or self.client_address[0], text)

    def _reply(self, endpoint: Callable[[], Reply]) -> None:
        try:
            reply = endpoint()
        except UnavailableError as error:
            log(level="error", message=f"database: {error}")
            reply = Reply(503, {"error": "the database is unavailable"})
        except DatabaseError as error:
            log(level="error", message=f"database: {reason(error)}")
            reply = Reply(500, {"error": "the database refused"})
        body = json.dumps(reply.document).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the log to what metrics are made of."""
