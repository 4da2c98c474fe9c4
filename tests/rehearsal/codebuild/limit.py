"""How long a build may go on."""

import subprocess
import time
from dataclasses import dataclass
from threading import Event

from tests.rehearsal.codebuild.failures import StoppedError, TimedOutError

TICK = 0.1


@dataclass(frozen=True)
class Limit:
    """A moment at which the build ends, and a way to end it before."""

    deadline: float
    stop: Event

    def check(self) -> None:
        """Fail once the time is over or the build was stopped."""
        if self.stop.is_set():
            raise StoppedError
        if time.monotonic() >= self.deadline:
            raise TimedOutError

    def wait_for(self, process: subprocess.Popen[bytes]) -> int:
        """Return the exit status of the process, unless the build has to end first."""
        while True:
            self.check()
            left = max(0.0, self.deadline - time.monotonic())
            try:
                return process.wait(timeout=min(TICK, left))
            except subprocess.TimeoutExpired:
                continue
