"""The life of a synthesizing process: start Node.js early, end without taking apart.

Together these take about a third off the wall time of `python app.py` (benchmarks/synth.py).
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_exit_status = 1


def short_lived() -> None:
    """Do without what only a long life needs. To be called before aws_cdk is imported.

    Nothing is collected, because all that is built stays in use. At the end the interpreter would
    free millions of objects one by one; the process ends instead, after everybody's exit handlers:
    they run last in, first out, and this one is the first in.
    """
    gc.disable()
    atexit.register(_end)


def _end() -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_exit_status)


def start_node() -> None:
    """Import aws_cdk, which starts Node.js and waits for it, while the caller imports the rest.

    Whoever imports aws_cdk next waits for this import, by Python's own lock.
    """
    Thread(target=import_module, args=("aws_cdk",), name="start-node").start()
    # jsii needs it at its first call, and it takes a while, too.
    import_module("typeguard")


def run(main: Callable[[Sequence[str]], int]) -> NoReturn:
    """Run a command's main function and exit with its status."""
    global _exit_status  # noqa: PLW0603
    try:
        _exit_status = main(sys.argv[1:])
    except SystemExit as end:
        _exit_status = end.code if isinstance(end.code, int) else 1
        raise
    sys.exit(_exit_status)
