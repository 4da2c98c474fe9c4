"""`make rehearse`: deploy an environment on this machine, without an account.

Status 0 when everything holds, 1 when a step fails, 2 when it can't be rehearsed.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from config.errors import ConfigError
from config.load import load_environment
from tests.rehearsal.guard import ROOT
from tests.rehearsal.progress import Progress
from tests.rehearsal.rehearsal import STEPS
from tests.rehearsal.report import closing, indented, opening
from tests.rehearsal.server import NotInstalledError
from tests.rehearsal.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    # Ends like Ctrl-C, so that nothing that was started stays.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Of its own: two rehearsals may run at the same time.
    folder = Path(tempfile.mkdtemp(prefix=f"{environment.name}-", dir=FOLDER))
    status, progress = FAILED, Progress()
    try:
        status = _rehearse(Stage(environment, folder, progress.look), progress)
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


def _rehearse(stage: Stage, progress: Progress) -> int:
    print(opening(stage.environment))
    begun = time.monotonic()
    with stage.running:
        for step in STEPS:
            progress.begin(step.__name__.replace("_", " "))
            try:
                progress.end(step(stage))
            except NotInstalledError:
                progress.end("FAILED")
                raise
            except Exception as error:  # noqa: BLE001  (whatever it is, a person reads it)
                progress.end("FAILED")
                (stage.folder / "failure.log").write_text(traceback.format_exc())
                print(f"\n{indented(str(error) or type(error).__name__)}\n", file=sys.stderr)
                return FAILED
        print(closing(stage, time.monotonic() - begun))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.rehearsal", description=__doc__)
    parser.add_argument("system")
    parser.add_argument("environment")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
