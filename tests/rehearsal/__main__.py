"""`make rehearse`: deploy an environment on this machine, without an account.

Status 0 when everything holds, 1 when a step fails, 2 when it can't be rehearsed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from config.errors import ConfigError
from config.load import load_environment
from tests.rehearsal.guard import ROOT
from tests.rehearsal.progress import Progress
from tests.rehearsal.rehearsal import Rehearsal
from tests.rehearsal.report import closing, indented, opening
from tests.rehearsal.server import NotInstalledError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FAILED, UNUSABLE, INTERRUPTED = 1, 2, 130
FOLDER = ROOT / ".build" / "rehearsals"


def main(arguments: Sequence[str] | None = None) -> int:
    """Rehearse; the exit status."""
    options = _options(arguments)
    try:
        environment = load_environment(options.system, options.environment)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = _folder(environment.name)
    status, progress = FAILED, Progress()
    try:
        status = _rehearse(Rehearsal(environment, folder, progress.look), progress)
    except NotInstalledError as error:
        print(error, file=sys.stderr)
        status = UNUSABLE
    except KeyboardInterrupt:
        print("\ninterrupted: everything that was started has ended", file=sys.stderr)
        status = INTERRUPTED
    finally:
        if status == FAILED:
            print(f"Logs of the CLI and the emulator: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return status


def _folder(name: str) -> Path:
    # Of its own: two rehearsals may run at the same time.
    return type(FOLDER)(tempfile.mkdtemp(prefix=f"{name}-", dir=FOLDER))


def _rehearse(rehearsal: Rehearsal, progress: Progress) -> int:
    print(opening(rehearsal.environment))
    begun = time.monotonic()
    with rehearsal:
        for step in rehearsal.steps:
            progress.begin(step.__name__)
            try:
                progress.end(step())
            except (AssertionError, RuntimeError) as error:
                progress.end("FAILED")
                print(f"\n{indented(str(error))}\n", file=sys.stderr)
                return FAILED
        print(closing(rehearsal, time.monotonic() - begun))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.rehearsal", description=__doc__)
    parser.add_argument("system")
    parser.add_argument("environment")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
