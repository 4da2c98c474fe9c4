"""Windows of RDS that meet, also around midnight and around the week."""

from __future__ import annotations

import pytest

from config.windows import overlap


@pytest.mark.parametrize(
    ("daily", "weekly", "meet"),
    [
        ("03:00-04:00", "sun:04:00-sun:05:00", False),
        ("03:00-04:01", "sun:04:00-sun:05:00", True),
        ("03:00-04:00", "sun:02:00-sun:03:00", False),
        ("03:00-04:00", "sun:02:00-sun:03:01", True),
        ("03:00-04:00", "sat:23:00-sun:06:00", True),
        ("23:30-00:30", "tue:00:00-tue:01:00", True),
        ("23:30-00:30", "mon:00:15-mon:01:15", True),
        ("23:30-00:30", "sun:22:00-sun:23:30", False),
        ("22:00-22:30", "sun:23:00-mon:01:00", False),
        ("00:10-00:40", "sun:23:00-mon:00:20", True),
    ],
)
def test_windows_meet_or_not(daily: str, weekly: str, meet: bool) -> None:
    assert overlap(daily, weekly) is meet
