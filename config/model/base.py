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


NodeName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=31)
]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
Reason = Annotated[str, AfterValidator(_says_something)]
Port = Annotated[int, Field(ge=1, le=65535)]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/[^\s?#]*$")]
HostName = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", max_length=253
    ),
]
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]"
ClockTime = Annotated[str, StringConstraints(pattern=rf"^{CLOCK}$")]
DailyWindow = Annotated[str, StringConstraints(pattern=rf"^{CLOCK}-{CLOCK}$")]
WEEKDAY_TIME = rf"(mon|tue|wed|thu|fri|sat|sun):{CLOCK}"
WeeklyWindow = Annotated[str, StringConstraints(pattern=rf"^{WEEKDAY_TIME}-{WEEKDAY_TIME}$")]
SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


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
