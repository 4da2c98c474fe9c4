"""The unmodified CDK CLI, run against the emulator."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.rehearsal import leash

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.rehearsal.server import Emulator

POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"
WAIT_SECONDS = 300
NO_DIFFERENCE = "Number of stacks with differences: 0"
LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Ran:
    """How a command ended, with all that it said, and the seconds it took."""

    status: int
    said: str
    seconds: float


class CommandError(AssertionError):
    """A command did not end as it should."""


@dataclass(frozen=True)
class Cdk:
    """`cdk` in the emulator's environment, over a finished cloud assembly."""

    emulator: Emulator
    assembly: Path
    looked: Callable[[], None] = lambda: None
    """Called several times a second while a command runs; the command ends if it raises."""

    def bootstrap(self) -> Ran:
        """Prepare the account and the region.

        The policy is the one that the CLI takes by itself: the emulator does not evaluate the
        condition that chooses it.
        """
        place = f"aws://{self.emulator.account}/{self.emulator.region}"
        return self._run("bootstrap", place, "--cloudformation-execution-policies", POLICY)

    def deploy(self, *arguments: str) -> Ran:
        """Deploy every stack, four at a time where they let it."""
        approval = ("--require-approval", "never", "--concurrency", "4", "--progress", "events")
        return self._run("deploy", "--all", *approval, *arguments)

    def diff(self) -> Ran:
        """Compare with what is deployed; status 1 where something differs."""
        return self._run("diff", "--fail", "--method", "template")

    def destroy(self, *stacks: str) -> Ran:
        """Destroy stacks, or all."""
        return self._run("destroy", "--force", *(stacks or ("--all",)))

    def _run(self, *arguments: str) -> Ran:
        begun = time.monotonic()
        log = self.emulator.folder / "cdk.log"
        with log.open("ab+") as out:
            start = out.seek(0, 2)
            out.write(f"\n$ cdk {' '.join(arguments)}\n".encode())
            out.flush()
            with subprocess.Popen(
                [
                    sys.executable,
                    leash.__file__,
                    "cdk",
                    "--app",
                    str(self.assembly),
                    "--no-notices",
                    "--no-color",
                    *arguments,
                ],
                cwd=self.emulator.folder,
                env=self.emulator.environment,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
            ) as process:
                try:
                    self._wait(process, begun)
                finally:
                    # Whatever ends this, nothing goes on behind it.
                    if process.stdin:
                        process.stdin.close()
            said = log.read_bytes()[start:].decode(errors="replace")
        return Ran(process.returncode, said, time.monotonic() - begun)

    def _wait(self, process: subprocess.Popen[bytes], begun: float) -> None:
        while True:
            try:
                process.wait(LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                self.looked()
                if time.monotonic() - begun > WAIT_SECONDS:
                    raise CommandError(f"cdk has not ended after {WAIT_SECONDS} s") from None
            else:
                return
