"""Security groups and their rules, wherever in the templates those stand."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.graph.ports import ANY, FIRST, LAST, Ports, ports_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource

GROUP = "AWS::EC2::SecurityGroup"
INGRESS = "AWS::EC2::SecurityGroupIngress"
EGRESS = "AWS::EC2::SecurityGroupEgress"
Block = ipaddress.IPv4Network | ipaddress.IPv6Network
# What CDK writes into a group without ways out, since EC2 opens one that says nothing.
NOWHERE = "255.255.255.255/32"


@dataclass(frozen=True, kw_only=True, eq=False)
class GroupRule:
    """One rule of a group: its other end is a group, a block of addresses or a prefix list.

    `at` is the resource that holds the rule, `path` its place inside.
    """

    group: Resource
    inward: bool
    ports: Ports
    at: Resource
    path: str
    peer: Resource | None = None
    block: Block | None = None
    prefix_list: str | None = None
    unknown: str | None = None

    @property
    def anywhere(self) -> bool:
        """Whether the other end is the whole internet."""
        return self.block is not None and self.block.prefixlen == 0

    @property
    def other(self) -> str:
        """What stands at the other end, in words."""
        if self.peer:
            return self.peer.node or self.peer.ref
        if self.block:
            return "internet" if self.anywhere else str(self.block)
        return self.prefix_list or self.unknown or "unknown"


def rules_of(estate: Estate) -> Iterator[GroupRule]:
    """Every rule of every group."""
    for group in estate.of(GROUP):
        for inward, name in ((True, "SecurityGroupIngress"), (False, "SecurityGroupEgress")):
            for number, rule in enumerate(group.mappings(name)):
                yield _rule(estate, group, rule, inward=inward, at=group, where=f"{name}.{number}")
        if not group.mappings("SecurityGroupEgress") and not _has_own_egress(estate, group):
            yield GroupRule(
                group=group,
                inward=False,
                ports=Ports(ANY, FIRST, LAST),
                at=group,
                path="SecurityGroupEgress",
                block=ipaddress.ip_network("0.0.0.0/0"),
            )
    for kind, inward in ((INGRESS, True), (EGRESS, False)):
        for resource in estate.of(kind):
            owner = estate.at(resource.get("GroupId"))
            if owner and owner.kind == GROUP:
                properties = dict(resource.properties)
                yield _rule(estate, owner, properties, inward=inward, at=resource, where="")


def _has_own_egress(estate: Estate, group: Resource) -> bool:
    return any(estate.at(each.get("GroupId")) is group for each in estate.users_of(group, EGRESS))


def _rule(
    estate: Estate,
    group: Resource,
    rule: dict[str, Any],
    *,
    inward: bool,
    at: Resource,
    where: str,
) -> GroupRule:
    side = "Source" if inward else "Destination"
    named = rule.get(f"{side}SecurityGroupId")
    prefix_list = rule.get(f"{side}PrefixListId")
    block = _block(rule.get("CidrIp") or rule.get("CidrIpv6"))
    peer = estate.at(named) if named else None
    known = peer is not None or block is not None or isinstance(prefix_list, str)
    return GroupRule(
        group=group,
        inward=inward,
        ports=ports_of(rule),
        at=at,
        path=where,
        peer=peer,
        block=block,
        prefix_list=prefix_list if isinstance(prefix_list, str) else None,
        unknown=None if known else str(named or rule.get("CidrIp") or "nobody knows whom"),
    )


def _block(value: Any) -> Block | None:
    try:
        return ipaddress.ip_network(value, strict=False) if isinstance(value, str) else None
    except ValueError:
        return None


def leads_nowhere(rule: GroupRule) -> bool:
    """Whether a rule only stands there so that EC2 opens nothing."""
    return rule.block is not None and str(rule.block) == NOWHERE
