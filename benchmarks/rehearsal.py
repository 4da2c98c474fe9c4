"""What a rehearsal takes: `python benchmarks/rehearsal.py [system environment]`.

All environments, or one: the table of docs/rehearsal.md, with the seconds of the whole and the most
memory that it and all that it starts have at one moment.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.load import systems

LOOK_SECONDS = 0.25
SYNTHESIZED = re.compile(r"synthesize +(\d+) stacks")
WHOLE = re.compile(r"^ +(\d+) +(\d+) +(\d+) +(\d+)$", re.MULTILINE)
HEADS = ("environment", "stacks", "resources", "native", "API", "recorded", "seconds", "MiB")


def rehearsed(system: str, environment: str) -> tuple[str, ...]:
    """One row of the table; SystemExit with all that was said where it fails."""
    begun, most = time.monotonic(), 0
    command = [sys.executable, "-m", "tests.rehearsal", system, environment]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            most = max(most, memory(process.pid))
            time.sleep(LOOK_SECONDS)
        said = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise SystemExit(said)
    stacks, whole = SYNTHESIZED.search(said), WHOLE.search(said)
    if not stacks or not whole:
        raise SystemExit(f"no table: {said}")
    seconds = f"{time.monotonic() - begun:.0f}"
    return (f"{system}/{environment}", stacks[1], *whole.groups(), seconds, f"{most >> 20}")


def memory(pid: int) -> int:
    """Bytes of a process and all below it, shared pages counted once where the system says so."""
    total = 0
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        for each in (parent, *parent.children(recursive=True)):
            with suppress(psutil.Error):
                found = each.memory_full_info()
                total += getattr(found, "pss", found.rss)
    return total


def main() -> None:
    """Print the rows as they come."""
    chosen = [tuple(sys.argv[1:3])] if sys.argv[1:] else None
    everything = [(name, each) for name, environments in systems().items() for each in environments]
    print(f"| {' | '.join(HEADS)} |", f"|{'---|' * len(HEADS)}", sep="\n", flush=True)
    for system, environment in chosen or everything:
        print(f"| {' | '.join(rehearsed(system, environment))} |", flush=True)


if __name__ == "__main__":
    main()
