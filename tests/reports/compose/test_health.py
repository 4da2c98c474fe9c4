"""The health check of a program, run by a real shell against a real server."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.reports.compose.files import made

ADDRESS = "127.0.0.1:8080/health"


class Handler(BaseHTTPRequestHandler):
    """Answers with the status that the path names."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.removeprefix("/")))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(params=["wget", "curl", "node", "python3"])
def only(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with nothing but one client, as an image may have it."""
    found = shutil.which(request.param)
    if found is None:
        pytest.skip(f"{request.param} is not here")
    (tmp_path / request.param).symlink_to(found)
    return tmp_path


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (404, False), (500, False)])
def test_any_client_tells_health(port: int, only: Path, status: int, healthy: bool) -> None:
    kind, command = made("daadaar", "prod")["services"]["backend"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    assert ADDRESS in command
    here = command.replace(ADDRESS, f"127.0.0.1:{port}/{status}")
    path = {"PATH": str(only)}
    done = subprocess.run(["/bin/sh", "-c", here], env=path, capture_output=True, check=False)
    assert (done.returncode == 0) == healthy, done.stderr
