"""Run a command until it ends, or until standard input does: then it goes, and all below it.

Whoever started it holds the other end of the pipe, which closes whichever way that one ends.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress


def main(*command: str) -> int:
    """The command's own status."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as process:

        def end() -> None:
            sys.stdin.read()
            # The whole group: `node` is a script that starts another process.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        threading.Thread(target=end, daemon=True).start()
        return process.wait()


if __name__ == "__main__":
    # Ctrl-C is for who started this, and who then lets go.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(main(*sys.argv[1:]))
