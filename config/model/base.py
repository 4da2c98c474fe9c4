"""What every part of a system file shares: strictness, names, reasons."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


class Part(BaseModel):
    """A frozen part of an Environment that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


FEWEST_WORDS = 2


def _says_something(text: str) -> str:
    if len(text.split()) < FEWEST_WORDS:
        raise ValueError("a sentence that would convince an auditor")
    return text


# What a pattern asks for, in words: nobody should have to read a regular expression.
IN_WORDS: dict[str, str] = {}


def fitting(
    pattern: str, words: str, *, min_length: int | None = None, max_length: int | None = None
) -> StringConstraints:
    """Text that fits a pattern; `words` say which, and complete the sentence "must be …"."""
    if IN_WORDS.setdefault(pattern, words) != words:
        raise ValueError(f"{pattern} has other words already")
    return StringConstraints(pattern=pattern, min_length=min_length, max_length=max_length)


NodeName = Annotated[
    str,
    fitting(
        r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        "small letters, digits and single hyphens, such as web-api",
        max_length=31,
    ),
]
VariableName = Annotated[
    str,
    fitting(
        r"^[A-Za-z_][A-Za-z0-9_]{0,127}$", "letters, digits and underscores, such as LOG_LEVEL"
    ),
]
Reason = Annotated[str, AfterValidator(_says_something)]
Port = Annotated[int, Field(ge=1, le=65535)]
UrlPath = Annotated[str, fitting(r"^/[^\s?#]*$", "a path such as /health")]
HostName = Annotated[
    str,
    fitting(
        r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
        "a host name such as api.example.com, without https:// and path",
        max_length=253,
    ),
]
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
ClockTime = Annotated[str, fitting(rf"^{CLOCK}$", "a time in UTC such as 05:00")]
DailyWindow = Annotated[str, fitting(rf"^{CLOCK}-{CLOCK}$", "times in UTC such as 03:00-04:00")]
WEEKDAY_TIME = rf"(mon|tue|wed|thu|fri|sat|sun):{CLOCK}"
WeeklyWindow = Annotated[
    str,
    fitting(
        rf"^{WEEKDAY_TIME}-{WEEKDAY_TIME}$", "days and times in UTC such as sun:04:30-sun:05:30"
    ),
]
# What RDS and ElastiCache both take, with room for what is appended to it.
StoreName = Annotated[
    str,
    fitting(
        r"^[a-z]([a-z0-9]|-[a-z0-9]){0,30}$", "small letters, digits and single hyphens, 31 at most"
    ),
]
ClassName = Annotated[
    str,
    fitting(
        r"^[a-z0-9]+\.[a-z0-9]+$", "a class such as t4g.small, without `db.` or `cache.` before it"
    ),
]
SecretName = Annotated[
    str, fitting(r"^[A-Za-z0-9/_+=.@-]{1,512}$", "a name such as shop/prod/stripe")
]
Email = Annotated[str, fitting(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", "an address such as ops@example.com")]


class OptOut(Part):
    """Turning a safeguard off is possible, with a reason that lands in the compliance report."""

    reason: Reason


# RDS and CloudWatch Logs accept only these numbers of days.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
LOG_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip


def _retention(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        offered = ", ".join(map(str, LOG_RETENTION_DAYS))
        raise ValueError(f"a number of days that CloudWatch Logs offers: {offered}")
    return days


LogDays = Annotated[int, AfterValidator(_retention)]
