"""The backend and the migration tool as processes of their own, for tests."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

ROOT = Path(__file__).resolve().parents[3]
# Longer than any test; one that fails must not wait for ever.
SECONDS = 20
MIGRATION_SECONDS = 120


@dataclass(frozen=True)
class Backend:
    """A running backend."""

    url: str
    process: subprocess.Popen[str]

    def ask(self, path: str, text: str | None = None) -> tuple[int, dict[str, Any]]:
        """Return the status and the JSON; with a text as a report that is posted."""
        return self._send(path, None if text is None else json.dumps({"text": text}).encode())

    def post(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Return the status and the JSON for a report as it is."""
        return self._send("/api/reports", body)

    def _send(self, path: str, data: bytes | None) -> tuple[int, dict[str, Any]]:
        # By itself it would ask a proxy that this shell names.
        opener = build_opener(ProxyHandler({}))
        try:
            with opener.open(Request(self.url + path, data), timeout=SECONDS) as response:  # noqa: S310
                return response.status, json.load(response)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    def end(self) -> str:
        """Ask it to end, as ECS does, and return the rest of what it wrote."""
        self.process.terminate()
        return self.process.communicate(timeout=SECONDS)[0]


def start(module: str, environ: Mapping[str, str], *options: str) -> subprocess.Popen[str]:
    """Start a module with these variables and no others."""
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.rehearsal.{module}", *options],
        env={"PATH": os.defpath, **environ},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def running_backend(environ: Mapping[str, str], *options: str) -> Iterator[Backend]:
    """Run the backend at a port of its own choice; it ends with the block."""
    with start("backend", environ, "--while-stdin", *options) as process:
        try:
            assert process.stdout is not None
            line = json.loads(process.stdout.readline())
            if "port" not in line:
                raise RuntimeError(f"the backend does not start: {line.get('message')}")
            yield Backend(f"http://127.0.0.1:{line['port']}", process)
        finally:
            process.kill()


def migrated(environ: Mapping[str, str], *options: str) -> tuple[int, str]:
    """Run the migration tool; return its status and what it wrote."""
    with start("backend.migrate", environ, *options) as process:
        try:
            written, _ = process.communicate(timeout=MIGRATION_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            written = f"it has not ended after {MIGRATION_SECONDS} s"
        return process.wait(), written
