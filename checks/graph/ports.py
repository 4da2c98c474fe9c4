"""What a security-group rule lets through: protocol and ports, as sets that can be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
ANY = "-1"
FIRST, LAST = 0, 65535


@dataclass(frozen=True, order=True)
class Ports:
    """A range of ports of a protocol; `-1` is every protocol."""

    protocol: str
    first: int
    last: int

    def __str__(self) -> str:
        if self.protocol == ANY:
            return "every port"
        ports = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return ports if self.protocol == "tcp" else f"{self.protocol}/{ports}"

    def covers(self, other: Ports) -> bool:
        """Whether all of the other passes here."""
        return self.protocol in (ANY, other.protocol) and (
            self.protocol == ANY or (self.first <= other.first and other.last <= self.last)
        )

    def common(self, other: Ports) -> Ports | None:
        """What passes both."""
        if ANY in (self.protocol, other.protocol):
            return other if self.protocol == ANY else self
        first, last = max(self.first, other.first), min(self.last, other.last)
        if self.protocol != other.protocol or first > last:
            return None
        return Ports(self.protocol, first, last)


def tcp(port: int) -> Ports:
    """One port of TCP."""
    return Ports("tcp", port, port)


def ports_of(rule: dict[str, Any]) -> Ports:
    """The ports of a rule; what cannot be read counts as every port."""
    protocol = str(rule.get("IpProtocol", ANY)).lower()
    protocol = PROTOCOLS.get(protocol, protocol)
    first, last = _number(rule.get("FromPort")), _number(rule.get("ToPort"))
    if protocol == ANY:
        return Ports(ANY, FIRST, LAST)
    if first is None or last is None or (first == -1 and protocol in ("icmp", "icmpv6")):
        return Ports(protocol, FIRST, LAST)
    return Ports(protocol, first, last)


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (OverflowError, TypeError, ValueError):
        return None
