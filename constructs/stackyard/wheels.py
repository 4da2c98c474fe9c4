"""Fills the wheelhouse: `python -m stackyard.wheels`, the one step of bundling that needs network.

Every wheel is checked against the hash in its function's requirements.txt.
"""

from __future__ import annotations

import subprocess
import sys

from stackyard.bundle import FOR_LAMBDA, SOURCES, WHEELS


def main() -> int:
    """Download what all functions need; pip's exit status."""
    for requirements in sorted(SOURCES.glob("*/requirements.txt")):
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", *FOR_LAMBDA),
            *("--dest", str(WHEELS), "--requirement", str(requirements)),
        ]
        status = subprocess.run(command, check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
