"""Every environment through every validator: `python -m reports.check` (part of `make check`).

Each is synthesized as the CLI would do it, with all that judges at synthesis; then the slower
validators join, as in `python -m checks`. cfn-lint's exceptions stand in .cfnlintrc.yaml.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from checks.__main__ import check
from checks.assembly import find
from config.load import load_environment, systems
from reports.summary import stacks, validation

if TYPE_CHECKING:
    from datetime import date

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / ".build" / "check"


def synthesized(system: str, environment: str) -> Path | None:
    """The assembly of an environment, or None when synthesis refuses it (and says why)."""
    folder = OUTPUT / f"{system}-{environment}"
    context = ["--context", f"system={system}", "--context", f"environment={environment}"]
    command = [sys.executable, "app.py", *context, "--output", str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=False)
    return folder if done.returncode == 0 else None


def judged(system: str, environment: str, today: date) -> bool:
    """Whether nothing is found in an environment; says what is."""
    folder = synthesized(system, environment)
    if folder is None:
        print(f"{system}/{environment}: refused")
        return False
    found = list(check(folder, find(folder), load_environment(system, environment), today=today))
    for finding in found:
        print(finding)
    _, accepted, planned = validation(folder)
    print(
        f"{system}/{environment}: {len(stacks(folder))} stacks, {len(found)} findings,"
        f" {accepted} accepted, {planned} planned"
    )
    return not found


def main() -> int:
    """Check all; 1 if anything was found."""
    today = datetime.now(UTC).date()
    clean = [
        judged(system, environment, today)
        for system, environments in systems().items()
        for environment in environments
    ]
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main())
