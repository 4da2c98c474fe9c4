"""The network of an environment: zones, tiers, the way out."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from config.model.base import LogDays, Part, fitting

Tier = Literal["public", "private", "isolated"]
ZoneName = Annotated[str, fitting(r"^[a-z]{2}(-[a-z]+)+-\d[a-z]$", "a zone such as us-east-1a")]
ZoneId = Annotated[str, fitting(r"^[a-z]{2,4}\d-az\d$", "a zone's id such as use1-az6")]


class Network(Part):
    """A VPC over named zones.

    `zones` maps zone names to zone ids, because which services a zone offers goes by its id and
    the mapping differs between accounts (`aws ec2 describe-availability-zones`). `tiers` gives
    one CIDR per zone where a document names them; left out, the VPC is divided evenly.
    """

    cidr: IPv4Network
    zones: Annotated[dict[ZoneName, ZoneId], Field(min_length=1)]
    tiers: dict[Tier, list[IPv4Network]] = {}
    nat: Literal["none", "single", "per-zone", "regional"]
    flow_log_days: LogDays = 90

    @property
    def tier_names(self) -> tuple[Tier, ...]:
        """The subnet tiers, in order: with a way out there is a public tier before the private."""
        return ("isolated",) if self.nat == "none" else ("public", "private", "isolated")

    @property
    def workload_tier(self) -> Tier:
        """The tier that programs run in; stores are always in the isolated one."""
        return "isolated" if self.nat == "none" else "private"
