"""An end of the process after any chosen statement or Secrets Manager call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.client import BaseClient
from pg8000.native import Connection


class Crashed(BaseException):
    """The process is gone; not even an `except Exception` runs any more."""


class Fuse:
    """Counts what reached the outside, and blows after the given number."""

    def __init__(self, left: int) -> None:
        """Let this many operations happen."""
        self.left = left

    def guard(
        self, operation: Callable[..., Any], clean: Callable[[Any], None] = lambda _: None
    ) -> Callable[..., Any]:
        """Wrap an operation on the world outside; `clean` is what the kernel does after a kill."""

        def guarded(*arguments: Any, **keywords: Any) -> Any:
            if self.left <= 0:
                raise Crashed
            result = operation(*arguments, **keywords)
            self.left -= 1
            if self.left == 0:
                clean(arguments[0])
                raise Crashed
            return result

        return guarded


@contextmanager
def crash_after(operations: int) -> Iterator[Fuse]:
    """End the block after so many operations, as if the process were killed."""
    fuse = Fuse(operations)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "run", fuse.guard(Connection.run))
        patch.setattr(Connection, "__init__", fuse.guard(Connection.__init__, Connection.close))
        patch.setattr(BaseClient, "_make_api_call", fuse.guard(BaseClient._make_api_call))
        yield fuse
