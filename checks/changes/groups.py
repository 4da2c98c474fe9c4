"""What security groups let through and did not before."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.changes.change import Change, change_of
from checks.estate import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.changes.pairing import Pairing
    from checks.estate import Estate

GROUP = "AWS::EC2::SecurityGroup"
DIRECTIONS = {"Ingress": "lets in", "Egress": "lets out"}
PEERS = ("CidrIp", "CidrIpv6", "SourceSecurityGroupId", "SourceSecurityGroupName",
         "SourcePrefixListId", "DestinationSecurityGroupId", "DestinationPrefixListId")  # fmt: skip
EVERYTHING = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
# How the CDK writes that nothing may leave a group.
NOBODY = "255.255.255.255/32"
LAST = 65535


@dataclass(frozen=True)
class Rule:
    """One rule of a security group: ports from a peer, or to one."""

    direction: str
    protocol: str
    first: int
    last: int
    peer: str

    def covers(self, other: Rule) -> bool:
        """Whether whatever passes by another rule passes by this one."""
        return (
            self.direction == other.direction
            and self.protocol in ("-1", other.protocol)
            and (self.protocol == "-1" or self.first <= other.first <= other.last <= self.last)
            and (self.peer == other.peer or _inside(other.peer, self.peer))
        )

    def __str__(self) -> str:
        ports = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        every = (self.first, self.last) == (0, LAST)
        what = f"all of {self.protocol}" if every else f"{self.protocol} {ports}"
        what = "everything" if self.protocol == "-1" else what
        way = "from" if self.direction == "Ingress" else "to"
        return f"{DIRECTIONS[self.direction]} {what} {way} {self.peer}"


def more_open(pairing: Pairing) -> Iterator[Change]:
    """A line for each group with the ways that open."""
    before, after = _rules(pairing.before), _rules(pairing.after)
    for ref, rules in after.items():
        group = pairing.after.at(ref)
        old = before.get(ref, [])
        more = [
            str(rule)
            for rule in rules
            if rule.peer != NOBODY and not any(each.covers(rule) for each in old)
        ]
        if group and group.stack not in pairing.abandoned and more:
            yield change_of(group, "broader", f"now {'; '.join(dict.fromkeys(more))}")


def _rules(estate: Estate) -> Mapping[str, list[Rule]]:
    """The rules of each security group of the estate, by the group's reference."""
    found: dict[str, list[Rule]] = {each.ref: [] for each in estate.of(GROUP)}
    for group in estate.of(GROUP):
        for direction in DIRECTIONS:
            inline = group.get(f"SecurityGroup{direction}")
            # Without a word about what leaves it, a group lets out everything.
            rules = [EVERYTHING] if inline is None and direction == "Egress" else listed(inline)
            found[group.ref] += [_rule(direction, each) for each in rules if isinstance(each, dict)]
    for direction in DIRECTIONS:
        for each in estate.of(f"{GROUP}{direction}"):
            for group in estate.named(each.get("GroupId")):
                found.setdefault(group.ref, []).append(_rule(direction, each.properties))
    return found


def _rule(direction: str, raw: Mapping[str, Any]) -> Rule:
    peer = next((str(raw[name]) for name in PEERS if raw.get(name)), "anywhere")
    first, last = _port(raw.get("FromPort"), 0), _port(raw.get("ToPort"), LAST)
    return Rule(direction, str(raw.get("IpProtocol", "-1")), first, last, peer)


def _port(value: Any, otherwise: int) -> int:
    """A port; -1, which is every kind of ICMP, counts as nothing."""
    try:
        return int(value) if int(value) >= 0 else otherwise
    except (TypeError, ValueError):
        return otherwise


def _inside(inner: str, outer: str) -> bool:
    try:
        one, other = ipaddress.ip_network(inner), ipaddress.ip_network(outer)
    except ValueError:
        return False
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]
