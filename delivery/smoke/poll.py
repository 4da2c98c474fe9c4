"""Rounds of asking until everything holds, several times in a row, or the time is over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from delivery.smoke.fetch import fetch
from delivery.smoke.judge import Check, judge

if TYPE_CHECKING:
    from delivery.smoke.expected import Expectations


@dataclass(frozen=True)
class Patience:
    """How long and how often to ask, in seconds.

    While a deployment rolls, old and new instances answer in turn behind one address; that is why
    everything has to hold `consecutive` times in a row. A round that has begun is finished.
    """

    timeout: float = 120
    interval: float = 3
    request_timeout: float = 10
    consecutive: int = 3


@dataclass(frozen=True)
class Outcome:
    """Whether everything held, and a line for each check: all of them, or those that failed."""

    passed: bool
    lines: tuple[str, ...]


def poll(url: str, expected: Expectations, patience: Patience) -> Outcome:
    """Ask the service at `url` until all is as expected."""
    deadline = time.monotonic() + patience.timeout
    held = 0
    failed: tuple[str, ...] = ()
    while True:
        checks = tuple(_round(url, expected, patience))
        now_failed = tuple(check.line for check in checks if not check.holds)
        held, failed = (0, now_failed) if now_failed else (held + 1, failed)
        if held >= patience.consecutive:
            return Outcome(passed=True, lines=tuple(check.line for check in checks))
        if time.monotonic() + patience.interval > deadline:
            return Outcome(passed=False, lines=_told(url, failed, held, patience))
        time.sleep(patience.interval)


def _round(url: str, expected: Expectations, patience: Patience) -> list[Check]:
    answers = {path: fetch(url + path, patience.request_timeout) for path in expected.paths}
    return list(judge(expected, answers))


def _told(url: str, failed: tuple[str, ...], held: int, patience: Patience) -> tuple[str, ...]:
    if not held:
        return failed
    few = f"only the last {held} of {patience.consecutive} in a row were right"
    return tuple(f"{line}; {few}" for line in failed) or (
        f"{url}: {few} when the {patience.timeout:g} s were over",
    )
