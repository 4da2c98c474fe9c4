"""A group of processes of which none outlives its block."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROUNDS = 5
PROC = Path("/proc")


@contextmanager
def process_group(mark: str) -> Iterator[int]:
    """Give an id of a group for processes whose environment holds the mark."""
    # As long as its first process lives, the group's number cannot become somebody else's. That
    # process ends the group also where this one is killed: its input ends then.
    with subprocess.Popen(
        ["/bin/sh", "-c", "read -r _; kill -s KILL 0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    ) as first:
        try:
            yield first.pid
        finally:
            end(first.pid)
            first.wait()
            _end_those_who_left(mark)


def end(group: int) -> None:
    """End every process of the group, at once."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _end_those_who_left(mark: str) -> None:
    # `setsid` leaves the group but not the environment. Without /proc, as on macOS, such a
    # process stays unknown.
    for _ in range(ROUNDS):
        left = [each for each in PROC.glob("[0-9]*") if _has(each, mark.encode())]
        if not left:
            return
        for each in left:
            with suppress(ProcessLookupError):
                os.kill(int(each.name), signal.SIGKILL)


def _has(process: Path, mark: bytes) -> bool:
    try:
        return mark in (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
