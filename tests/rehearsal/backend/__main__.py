"""The backend: `python -m tests.rehearsal.backend`.

All settings are variables of the environment; the options say which of them hold what.
"""

import argparse
import os
import signal
import sys
import threading

from tests.rehearsal.backend.errors import SettingsError
from tests.rehearsal.backend.log import log
from tests.rehearsal.backend.server import Server
from tests.rehearsal.backend.service import Service
from tests.rehearsal.backend.settings import Names, Settings


def main() -> int:
    """Serve until SIGTERM; the exit status."""
    options = _options()
    names = Names(options.database, options.cache, options.release)
    try:
        service = Service(Settings.from_environment(os.environ, names))
        server = Server((options.host, options.port), service)
    except (SettingsError, OSError) as error:
        log(level="error", message=str(error))
        return 1
    for name in (signal.SIGTERM, signal.SIGINT):
        # In a thread, because it waits for the loop that the signal interrupts.
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
    if options.while_stdin:
        threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    with server:
        port = server.server_port
        log(level="info", message=f"listening on {options.host}:{port}", port=port)
        server.serve_forever(poll_interval=0.1)
    log(level="info", message="ended")
    return 0


def _end_with_stdin(server: Server) -> None:
    """Whoever started it holds the other end, and has gone when it closes."""
    sys.stdin.read()
    server.shutdown()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.rehearsal.backend", description=__doc__)
    default = Names()
    parser.add_argument("--database", default=default.database, help="variable of the database URL")
    parser.add_argument("--cache", default=default.cache, help="variable of the Redis URL, or ''")
    parser.add_argument("--release", default=default.release, help="variable of the version")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--while-stdin", action="store_true", help="end when standard input does")
    parser.add_argument("--port", type=int, default=0, help="0 lets the system choose one")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
