"""The network of an environment: zones, tiers, the way out."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from config.model.base import LogDays, OptOut, Part, fitting

Nat = Literal["none", "instance", "single", "per-zone", "regional"]
Tier = Literal["public", "private", "isolated"]
ZoneName = Annotated[str, fitting(r"^[a-z]{2}(-[a-z]+)+-\d[a-z]$", "a zone such as us-east-1a")]
ZoneId = Annotated[str, fitting(r"^[a-z]{2,4}\d-az\d$", "a zone's id such as use1-az6")]


class SingleNat(OptOut):
    """One NAT gateway for all zones in production, with the reason."""

    kind: Literal["single", "instance"]


class Network(Part):
    """A VPC over named zones; `name` is its Name tag, where a document gives one.

    `zones` maps zone names to zone ids, because which services a zone offers goes by its id and
    the mapping differs between accounts (`aws ec2 describe-availability-zones`). `tiers` gives
    one CIDR per zone where a document names them; left out, the VPC is divided evenly. A NAT
    `instance` is cheap, and one machine: it is replaced, with minutes without a way out, whenever
    AWS has a newer image at a deploy.
    """

    cidr: IPv4Network
    zones: Annotated[dict[ZoneName, ZoneId], Field(min_length=1)]
    tiers: dict[Tier, list[IPv4Network]] = {}
    nat: Nat | SingleNat
    name: Annotated[str, fitting(r"^[A-Za-z0-9._-]{1,255}$", "letters, digits, . _ -")] | None = (
        None
    )
    flow_log_days: LogDays = 90

    @property
    def way_out(self) -> Nat:
        """The kind of NAT."""
        return self.nat.kind if isinstance(self.nat, SingleNat) else self.nat

    @property
    def workload_tier(self) -> Tier:
        """The tier that programs run in; stores are always in the isolated one."""
        return "isolated" if self.way_out == "none" else "private"
