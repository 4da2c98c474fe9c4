"""What lies outside, and what tells people: externals, the notifier, channels, images."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from config.model.base import Email, HostName, LogDays, NodeName, Part, Port, fitting
from config.model.links import Uses
from config.ranges import expanded


class External(Part):
    """A service outside the VPC.

    `hosts` are on the internet; `endpoint` names an AWS service that is reached through an
    interface endpoint instead; `secret` holds its key. One with `cidrs` comes to us: from these
    addresses it `uses` what it is given; `cidrs: cloudflare` are those that Cloudflare publishes.
    """

    hosts: tuple[HostName, ...] = ()
    endpoint: str | None = None
    port: Port = 443
    secret: NodeName | None = None
    cidrs: Annotated[tuple[IPv4Network | IPv6Network, ...], BeforeValidator(expanded)] = ()
    uses: Uses = {}


TagName = Annotated[
    str, fitting(r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", "an image's tag such as latest")
]


class Image(Part):
    """A container image, built outside and released by digest.

    Images tagged `release-…` are kept apart from all others: the newest `keep` of each stay.
    Tags never move, except those of `moving`, which name no release.
    """

    repository: Annotated[
        str,
        fitting(
            r"^[a-z0-9]+([._/-][a-z0-9]+)*$",
            "a repository's name in small letters, such as shop/web",
            min_length=2,
            max_length=256,
        ),
    ]
    keep: Annotated[int, Field(ge=1, le=1000)] = 10
    untagged_days: Annotated[int, Field(ge=1)] = 7
    moving: Annotated[tuple[TagName, ...], Field(max_length=5)] = ()


class Notifier(Part):
    """The Slack notifier function: a channel for alarms, and a node that services may invoke."""

    name: (
        Annotated[
            str, fitting(r"^[A-Za-z0-9_-]{1,64}$", "letters, digits, hyphens and underscores")
        ]
        | None
    ) = None
    webhook: NodeName
    log_days: LogDays = 90


Severity = Literal["critical", "warning", "info"]


class Channel(Part):
    """Where the alarms of one tier go."""

    slack: bool = False
    email: tuple[Email, ...] = ()


class AlarmChange(Part):
    """What a file changes of an alarm that the graph derives."""

    above: Annotated[float, Field(allow_inf_nan=False)] | None = None
    below: Annotated[float, Field(allow_inf_nan=False)] | None = None
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    tier: Severity | None = None
