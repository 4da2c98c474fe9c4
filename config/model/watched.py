"""What a file watches of a service by its own wish: an address, metrics out of its log."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.model.base import Part, UrlPath
from config.model.outside import Severity


class Probe(Part):
    """A check of the public address from outside, by Route 53. Interval in seconds."""

    path: UrlPath
    interval: Literal[10, 30] = 30
    failures: Annotated[int, Field(ge=1, le=10)] = 3


class MetricAlarm(Part):
    """An alarm on a metric that the file itself defines.

    `rising` watches the increase of a counter that only grows; `recovery` is the tier that hears
    of the end of the trouble, where it is another than the one that heard of its begin.
    """

    above: Annotated[float, Field(allow_inf_nan=False)]
    minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    tier: Severity
    recovery: Severity | None = None
    rising: bool = False
    means: str


class LogMetric(Part):
    """A CloudWatch metric read out of a program's JSON log lines.

    `pattern` is a CloudWatch Logs filter; `value` a field (`$.redis.latencyMs`) or a number.
    """

    pattern: str
    value: str = "1"
    unit: Literal["Count", "Milliseconds", "Seconds", "Bytes", "Percent", "None"] = "Count"
    statistic: Literal["Sum", "Maximum", "Average", "Minimum"] = "Sum"
    label: str
    alarm: MetricAlarm | None = None
