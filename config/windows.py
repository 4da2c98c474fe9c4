"""RDS's daily and weekly windows, as minutes of a week that begins on Monday at 0:00 UTC."""

from __future__ import annotations

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY
SHORTEST = 30
HOUR = 60


def minutes(clock: str) -> int:
    """Minutes since midnight of `03:30`."""
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def weekly(window: str) -> tuple[int, int]:
    """Begin and length of `sun:04:30-sun:05:30`."""
    begin, end = (_minute_of_week(part) for part in window.split("-"))
    return begin, (end - begin) % WEEK


def daily(window: str) -> tuple[int, int]:
    """Begin and length of `03:00-04:00`."""
    begin, end = (minutes(part) for part in window.split("-"))
    return begin, (end - begin) % DAY


def overlap(daily_window: str, weekly_window: str) -> bool:
    """Whether a daily window meets a weekly one on any day."""
    begin, length = weekly(weekly_window)
    each, lasts = daily(daily_window)
    starts = (day * DAY + each for day in range(len(DAYS)))
    return any(
        (start - begin) % WEEK < length or (begin - start) % WEEK < lasts for start in starts
    )


def _minute_of_week(text: str) -> int:
    day, _, clock = text.partition(":")
    return DAYS.index(day) * DAY + minutes(clock)
