"""Smoke test of a deployed service: `python -m delivery.smoke URL`.

Polls until everything holds several times in a row. Status 0 with a line for each check, 1 with a
line for each that failed when the time was over, 2 for arguments that can't be used.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from delivery.smoke.options import parse
from delivery.smoke.poll import poll

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED, INTERRUPTED = 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Poll, print the lines; the exit status."""
    try:
        outcome = poll(*parse(arguments, description=__doc__))
    except KeyboardInterrupt:
        return INTERRUPTED
    sys.stdout.writelines(f"{line}\n" for line in outcome.lines)
    return 0 if outcome.passed else FAILED


if __name__ == "__main__":
    sys.exit(main())
