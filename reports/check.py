"""Every environment through every validator: `python -m reports.check` (part of `make check`).

Each is synthesized as the CLI would do it, with cdk-nag and CDK's own validation, and its
templates go through cfn-lint, whose exceptions stand in .cfnlintrc.yaml with their reasons.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from config.load import systems
from reports.summary import stacks, validation

ROOT = Path(__file__).resolve().parents[1]
OUTPUT = ROOT / ".build" / "check"


def synthesized(system: str, environment: str) -> Path | None:
    """The assembly of an environment, or None when synthesis refuses it (and says why)."""
    folder = OUTPUT / f"{system}-{environment}"
    context = ["--context", f"system={system}", "--context", f"environment={environment}"]
    command = [sys.executable, "app.py", *context, "--output", str(folder)]
    done = subprocess.run(command, cwd=ROOT, check=False)
    return folder if done.returncode == 0 else None


def linted(folders: list[Path]) -> bool:
    """Whether cfn-lint has nothing to say about the templates."""
    templates = [str(template) for folder in folders for template in folder.glob("*.template.json")]
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--", *templates]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    """Check all; 1 if anything was found."""
    folders: list[Path] = []
    failed = False
    for system, environments in systems().items():
        for environment in environments:
            folder = synthesized(system, environment)
            if folder is None:
                print(f"{system}/{environment}: refused")
                failed = True
                continue
            folders.append(folder)
            opened, accepted = validation(folder)
            count = len(stacks(folder))
            print(f"{system}/{environment}: {count} stacks, {opened} findings, {accepted} accepted")
    clean = linted(folders)
    print(f"cfn-lint: {'nothing to say' if clean else 'see above'}")
    return int(failed or not clean)


if __name__ == "__main__":
    sys.exit(main())
