"""The emulator's process, as long as a rehearsal needs it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import yaml
from botocore.config import Config

from tests.database_admin import supervisor
from tests.rehearsal.guard import ROOT, isolated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

PYTHON = ROOT / ".build" / "emulator" / "bin" / "python"
RECORDED = Path(__file__).with_name("recorded.yaml")
HOST = "127.0.0.1"
START_SECONDS = 30


class NotInstalledError(Exception):
    """The emulator's virtual environment is missing."""


@dataclass
class Emulator:
    """AWS in an account and a region, for resources of some types; a context manager.

    `machines` are real servers by `<stack>/<logical id>`, `overlays` files that functions get
    instead of their own. With `durable`, what it knows survives `kill`, and `start` resumes it.
    """

    folder: Path
    account: str
    region: str
    types: Iterable[str]
    machines: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    overlays: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    durable: bool = False

    def __post_init__(self) -> None:
        with socket.create_server((HOST, 0)) as listener:
            self.port: int = listener.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: dict[str, Any] = {}

    @property
    def endpoint(self) -> str:
        """The address for AWS_ENDPOINT_URL."""
        return f"http://{HOST}:{self.port}"

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment of whatever is to talk to this emulator."""
        return isolated(self.folder, endpoint=self.endpoint, region=self.region)

    def __enter__(self) -> Emulator:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start, with what it knew where it is durable, and wait until it answers."""
        if not PYTHON.exists():
            raise NotInstalledError(f"{PYTHON} is missing: `make .build/emulator.done` makes it")
        self._write_settings()
        temporary = self.folder / "emulator"
        temporary.mkdir(exist_ok=True)
        # Ended by pid when this process ends, whichever way it does.
        supervised = [sys.executable, supervisor.__file__, "", str(temporary)]
        with (self.folder / "emulator.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*supervised, str(PYTHON), "-m", "tests.rehearsal.emulator"],
                cwd=ROOT,
                env=self._own_environment(temporary),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it and what it started."""
        if self._process is not None:
            self._process.communicate()
        self._process = None

    def kill(self) -> None:
        """End it as a crash would: at once, in the middle of whatever it does."""
        pid = int((self.folder / "emulator" / f"ministack-{self.port}.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        self.stop()

    def client(self, service: str) -> Any:
        """A boto3 client of this account; it never looks at this shell's credentials."""
        if service not in self._clients:
            self._clients[service] = self._session.client(
                service,
                endpoint_url=self.endpoint,
                region_name=self.region,
                aws_access_key_id="rehearsal",
                aws_secret_access_key="rehearsal",
                config=Config(proxies={}, retries={"max_attempts": 2}, read_timeout=120),
            )
        return self._clients[service]

    @cached_property
    def _session(self) -> boto3.Session:
        # Profile and files of this shell's own say nothing here, not even that they are missing.
        nothing = {
            name: (None, None, value, None)
            for name, value in {
                "profile": None,
                "config_file": os.devnull,
                "credentials_file": os.devnull,
            }.items()
        }
        return boto3.Session(botocore_session=botocore.session.Session(session_vars=nothing))

    def ledger(self) -> list[dict[str, Any]]:
        """Every operation on a resource so far, in order."""
        path = self.folder / "ledger.jsonl"
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]

    def trip(self, **reasons: str) -> None:
        """Let resources fail from now on, by `<stack>/<logical id>`; with none, let none fail."""
        path = self.folder / "trips.json"
        if reasons:
            path.write_text(json.dumps(reasons))
        else:
            path.unlink(missing_ok=True)

    def reset(self) -> None:
        """Forget everything that was made."""
        self._ask("reset", method="POST")

    def log(self) -> str:
        """What it printed."""
        return (self.folder / "emulator.log").read_text(errors="replace")

    def _write_settings(self) -> None:
        schemas = self.folder / "schemas"
        recorded = yaml.safe_load(RECORDED.read_text())
        if not schemas.exists():
            # Only here: what reads them keeps them all, and a rehearsal has written them already.
            from tests.rehearsal import resource_schemas  # noqa: PLC0415

            resource_schemas.write(schemas, {*self.types, *recorded}, self.region)
        settings = {
            "ledger": str(self.folder / "ledger.jsonl"),
            "schemas": str(schemas),
            "recorded": recorded,
            "machines": self.machines,
            "overlays": self.overlays,
            "state": str(self.folder / "state") if self.durable else None,
        }
        (self.folder / "settings.json").write_text(json.dumps(settings))

    def _own_environment(self, temporary: Path) -> dict[str, str]:
        state = self.folder / "state"
        durable = {
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state / "current"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state / "s3"),
        }
        return {
            **self.environment,
            "TMPDIR": str(temporary),
            "REHEARSAL_SETTINGS": str(self.folder / "settings.json"),
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": HOST,
            "MINISTACK_ACCOUNT_ID": self.account,
            "MINISTACK_REGION": self.region,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "LOG_LEVEL": "INFO",
            "PYTHONPATH": str(ROOT),
            **(durable if self.durable else {}),
            **self.extra,
        }

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._ask("health", method="GET")
            except OSError:
                ended = self._process is None or self._process.poll() is not None
                if ended or time.monotonic() > deadline:
                    raise RuntimeError(f"the emulator does not answer:\n{self.log()}") from None
                time.sleep(0.05)
            else:
                return

    def _ask(self, what: str, *, method: str) -> None:
        # By itself it would ask a proxy that this shell names.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        url = f"{self.endpoint}/_ministack/{what}"
        request = urllib.request.Request(url, method=method)  # noqa: S310
        with opener.open(request, timeout=10) as answer:
            answer.read()
