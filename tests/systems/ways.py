"""Who reaches whom, computed from the security groups of the templates alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from config.aws import PREFIX_LISTS
from config.graph import edges
from config.model.environment import Environment
from tests.systems.reading import Reading, Thing, texts

GROUP = "AWS::EC2::SecurityGroup"
RULES = ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress")
ANYWHERE = ("0.0.0.0/0", "::/0")
# What CDK writes into a group without ways out, since AWS would open one that says nothing.
NO_WAY_OUT = {"CidrIp": "255.255.255.255/32", "FromPort": 252, "IpProtocol": "icmp", "ToPort": 86}
EVERYTHING = {"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}


class Way(NamedTuple):
    """From a node to a node, by what (`tcp/5432`)."""

    source: str
    target: str
    by: str


def declared_ways(environment: Environment) -> set[Way]:
    """The edges of the graph, a way for each port."""
    return {
        Way(edge.source, edge.target, f"tcp/{port}")
        for edge in edges(environment)
        for port in edge.ports
    }


def ways_out(reading: Reading) -> set[Way]:
    """What the groups let out."""
    return {
        Way(_node(group), _peer(reading, rule, "Destination"), _by(rule))
        for group, rule in egress_rules(reading)
    }


def ways_in(reading: Reading) -> set[Way]:
    """What the groups let in."""
    return {
        Way(_peer(reading, rule, "Source"), _node(group), _by(rule))
        for group, rule in ingress_rules(reading)
    }


def egress_rules(reading: Reading) -> Iterator[tuple[Thing, dict[str, Any]]]:
    """Rules that let something out, with their groups."""
    for group in reading.all(GROUP):
        for rule in group.get("SecurityGroupEgress") or [EVERYTHING]:
            if not rule.items() >= NO_WAY_OUT.items():
                yield group, rule
    for rule in reading.all("AWS::EC2::SecurityGroupEgress"):
        yield reading.at(rule["GroupId"]), rule.properties


def ingress_rules(reading: Reading) -> Iterator[tuple[Thing, dict[str, Any]]]:
    """Rules that let something in, with their groups."""
    for group in reading.all(GROUP):
        for rule in group.get("SecurityGroupIngress", []):
            yield group, rule
    for rule in reading.all("AWS::EC2::SecurityGroupIngress"):
        yield reading.at(rule["GroupId"]), rule.properties


def users_of_groups(reading: Reading) -> Iterator[tuple[str | None, Thing, Thing]]:
    """Whatever puts network interfaces into a group: its node, itself, the group."""
    groups = {group.att("GroupId"): group for group in reading.all(GROUP)}
    for thing in reading.things:
        if thing.kind not in (GROUP, *RULES):
            for text in texts(thing.properties):
                if text in groups:
                    yield _user(reading, thing), thing, groups[text]


def _user(reading: Reading, thing: Thing) -> str | None:
    if thing.kind == "AWS::EC2::VPCEndpoint":
        prefix = f"com.amazonaws.{reading.environment.region}."
        return f"endpoint:{thing['ServiceName'].removeprefix(prefix)}"
    return thing.node


def _node(group: Thing) -> str:
    return group.node or repr(group)


def _peer(reading: Reading, rule: dict[str, Any], side: str) -> str:
    if group := rule.get(f"{side}SecurityGroupId"):
        (known,) = [each for each in reading.all(GROUP) if each.att("GroupId") == group]
        return _node(known)
    if prefix_list := rule.get(f"{side}PrefixListId"):
        region = reading.environment.region
        (service,) = [name for name, ids in PREFIX_LISTS.items() if ids[region] == prefix_list]
        return f"endpoint:{service}"
    addresses: str = rule.get("CidrIp") or rule["CidrIpv6"]
    return "internet" if addresses in ANYWHERE else addresses


def _by(rule: dict[str, Any]) -> str:
    if "FromPort" not in rule:
        return f"{rule['IpProtocol']}/all"
    ports = sorted({rule["FromPort"], rule["ToPort"]})
    return f"{rule['IpProtocol']}/{'-'.join(map(str, ports))}"
