"""Who reaches whom on which port, computed from templates alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from checks.graph.groups import GROUP, GroupRule, leads_nowhere, rules_of
from checks.graph.interfaces import Interface, interfaces
from checks.graph.ports import Ports
from checks.graph.routes import Routes, block_of
from config.aws import PREFIX_LISTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource

INTERNET = "internet"


@dataclass(frozen=True, order=True)
class Way:
    """From a node to a node on some ports."""

    source: str
    target: str
    ports: Ports


class Network:
    """Groups, interfaces and routes of one world, and the ways that they leave open."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.routes = Routes(estate)
        self.rules = [rule for rule in rules_of(estate) if not leads_nowhere(rule)]
        self.interfaces = interfaces(estate)

    @cached_property
    def by_group(self) -> Mapping[Resource, list[Interface]]:
        """The interfaces behind each group."""
        found: dict[Resource, list[Interface]] = defaultdict(list)
        for interface in self.interfaces:
            for group in interface.groups:
                found[group].append(interface)
        return found

    @cached_property
    def by_node(self) -> Mapping[str, list[Interface]]:
        """The interfaces of each node."""
        found: dict[str, list[Interface]] = defaultdict(list)
        for interface in self.interfaces:
            if interface.node:
                found[interface.node].append(interface)
        return found

    def node_of_group(self, group: Resource) -> str | None:
        """The node that a group belongs to: it says so, or one node's interfaces use it."""
        if group.node:
            return group.node
        nodes = {each.node for each in self.by_group.get(group, []) if each.node}
        return nodes.pop() if len(nodes) == 1 else None

    def peer_name(self, rule: GroupRule) -> str:
        """The node at the other end of a rule, or what stands there instead."""
        if rule.peer and rule.peer.kind == GROUP:
            return self.node_of_group(rule.peer) or rule.peer.ref
        if rule.prefix_list:
            region = self.estate.region
            for service, ids in PREFIX_LISTS.items():
                if ids.get(region or "") == rule.prefix_list:
                    return f"endpoint:{service}"
        return rule.other

    def one_sided(self, *, inward: bool) -> Iterator[tuple[Way, GroupRule]]:
        """What the groups' rules say, each end for itself."""
        for rule in self.rules:
            if rule.inward == inward:
                own = self.node_of_group(rule.group) or rule.group.ref
                other = self.peer_name(rule)
                way = Way(other, own, rule.ports) if inward else Way(own, other, rule.ports)
                yield way, rule

    @cached_property
    def _by_peer(self) -> Mapping[tuple[Resource, bool], Mapping[Resource | None, list[GroupRule]]]:
        """The rules of each group and direction by the group at their other end."""
        found: dict[tuple[Resource, bool], dict[Resource | None, list[GroupRule]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for rule in self.rules:
            found[rule.group, rule.inward][rule.peer].append(rule)
        return found

    def _about(
        self, own: Interface, other: Interface | None, *, inward: bool
    ) -> Iterator[GroupRule]:
        """The rules of an interface that may concern another one, or nobody in particular."""
        for group in own.groups:
            rules = self._by_peer[group, inward]
            for peer in (None, *(other.groups if other else ())):
                yield from rules.get(peer, ())

    def lets_out(self, source: Interface, target: Interface, ports: Ports) -> bool:
        """Whether the source's groups let it out to the target."""
        return any(
            rule.ports.covers(ports) and self._is_at(rule, target)
            for rule in self._about(source, target, inward=False)
        )

    def lets_in(self, source: Interface, target: Interface, ports: Ports) -> bool:
        """Whether the target's groups let the source in."""
        return any(
            rule.ports.covers(ports) and self._is_at(rule, source)
            for rule in self._about(target, source, inward=True)
        )

    @staticmethod
    def _is_at(rule: GroupRule, interface: Interface) -> bool:
        if rule.peer:
            return rule.peer in interface.groups
        if rule.block:
            blocks = [block_of(subnet) for subnet in interface.subnets]
            return bool(blocks) and all(
                block and block.version == rule.block.version and block.subnet_of(rule.block)  # type: ignore[arg-type]
                for block in blocks
            )
        return False

    def open_to_internet(self, interface: Interface, ports: Ports) -> bool:
        """Whether the groups of an interface let anybody in."""
        return any(
            rule.anywhere and rule.ports.covers(ports)
            for rule in self._about(interface, None, inward=True)
        )

    def lets_out_to_internet(self, interface: Interface, ports: Ports) -> bool:
        """Whether the groups of an interface let it call anybody."""
        return any(
            rule.anywhere and rule.ports.covers(ports)
            for rule in self._about(interface, None, inward=False)
        )

    def lets_out_to_list(self, interface: Interface, service: str, ports: Ports) -> bool:
        """Whether the groups of an interface let it call a service by its prefix list."""
        return any(
            rule.prefix_list
            and self.peer_name(rule) == f"endpoint:{service}"
            and rule.ports.covers(ports)
            for rule in self._about(interface, None, inward=False)
        )

    def is_reached_from_internet(self, interface: Interface) -> bool:
        """Whether an interface has a public address in a subnet that is reached from outside."""
        return interface.public and any(map(self.routes.is_public, interface.subnets))
