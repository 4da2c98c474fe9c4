"""The life of a synthesizing process: wait for nothing, end without taking apart.

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


def import_meanwhile(*modules: str) -> None:
    """Import modules, in this order, while the caller does something else.

    Two waits are made use of this way: aws_cdk starts Node.js and waits for it, and building the
    first stacks waits for Node.js at each call. Whoever needs one of the modules imports it as
    usual, and waits for it by Python's own lock.
    """
    Thread(target=_import_all, args=(modules,), name="imports").start()


def _import_all(modules: Sequence[str]) -> None:
    for module in modules:
        import_module(module)


def run(main: Callable[[Sequence[str]], int]) -> NoReturn:
    """Run a command's main function and exit with its status."""
    global _exit_status  # noqa: PLW0603
    try:
        _exit_status = main(sys.argv[1:])
    except SystemExit as end:
        _exit_status = end.code if isinstance(end.code, int) else 1
        raise
    sys.exit(_exit_status)
