"""Run a PostgreSQL server for as long as standard input stays open, then remove its files.

The pipe closes when the tests end, whichever way they end.
"""

import shutil
import signal
import subprocess
import sys


def main(user: str, directory: str, *command: str) -> None:
    """Start the command, wait for the end of the tests, end the command by its id."""
    with subprocess.Popen(command, user=user or None, stdin=subprocess.DEVNULL) as server:
        sys.stdin.read()
        server.send_signal(signal.SIGINT)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
