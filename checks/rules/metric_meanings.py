"""What a CloudWatch metric may mean: statistics that fit it, bounds of its values, what is bad."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

LEVELS = frozenset(("Average", "Minimum", "Maximum"))
SUM = frozenset(("Sum",))
ENDLESS = float("inf")
# p99, tm95, PR(:300), IQM …
PERCENTILE = re.compile(r"(p|tm|wm|tc|ts)\d|(PR|TM|WM|TC|TS)\(|IQM", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """Bounds of a metric's values, and between which thresholds an alarm on it makes sense.

    `harm` says which way is bad. `sparse` metrics have no data where nothing happens, and `alive`
    ones where their subject is gone.
    """

    statistics: frozenset[str] = LEVELS
    most: float | None = None
    harm: Literal["high", "low", ""] = ""
    usual: tuple[float, float] | None = None
    sparse: bool = False
    alive: bool = False

    def fits(self, statistic: str) -> bool:
        """Whether a statistic says something about it; percentiles do of whatever has levels."""
        if statistic in self.statistics or statistic == "SampleCount":
            return True
        return "Average" in self.statistics and bool(PERCENTILE.match(statistic))


GAUGE = Meaning()
EITHER = Meaning(statistics=LEVELS | SUM)
PERCENT = Meaning(most=100, harm="high", usual=(20, 100))
LEFT = Meaning(most=100, harm="low", usual=(0, 80))
CREDITS = Meaning(harm="low")
ERRORS = Meaning(statistics=SUM, harm="high", sparse=True)
# Counted every minute, whether something happens or not.
STEADY = Meaning(statistics=SUM | {"Maximum"}, harm="high")
EVENTS = Meaning(statistics=SUM, sparse=True)
CALLS = replace(EVENTS, alive=True)
SECONDS = Meaning(harm="high", usual=(0.01, 10), sparse=True)
MILLISECONDS = Meaning(harm="high", usual=(10, 10_000), sparse=True)
MICROSECONDS = Meaning(harm="high", usual=(1_000, 1_000_000), sparse=True)
# Of a pool, in microseconds: whoever waits does so for seconds.
BORROWING = replace(MICROSECONDS, usual=(1_000, 60_000_000))
RUNNING = Meaning(harm="high", sparse=True)
DISK = Meaning(harm="high", usual=(0.01, 0.5))
FREE = Meaning(harm="low", usual=(32e6, ENDLESS))
BACKLOG = Meaning(harm="high")
LAG = Meaning(harm="high", usual=(1, 60))
FAR_LAG = replace(LAG, usual=(1, 1_800))
HEALTHY = Meaning(harm="low", alive=True)
IS_HEALTHY = replace(HEALTHY, most=1)
SHARE_HEALTHY = replace(HEALTHY, most=100)
UNHEALTHY = Meaning(statistics=LEVELS | SUM, harm="high")
DAYS = Meaning(most=400, harm="low", usual=(7, 60))
