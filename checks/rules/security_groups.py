"""Security groups that say what they are for, open little, and agree with each other."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.graph.groups import GROUP, leads_nowhere, rules_of
from checks.graph.interfaces import ALWAYS
from checks.graph.ports import ANY
from checks.rules.faults import wrong
from checks.rules.rule import Fault, rule
from checks.rules.values import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.graph.groups import GroupRule
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/vpc/latest/userguide"
CONTROLS = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html"
# As many ports in a row as one service may need.
MOST_PORTS = 100
RULES = ("SecurityGroupIngress", "SecurityGroupEgress")
PEERS = (
    "CidrIp",
    "CidrIpv6",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "SourcePrefixListId",
    "DestinationSecurityGroupId",
    "DestinationPrefixListId",
)
# Where those that always stand in a network name their groups.
NAMED_IN = {
    "AWS::EC2::Instance": ("SecurityGroupIds", "SecurityGroups", "NetworkInterfaces"),
    "AWS::ECS::Service": ("NetworkConfiguration.AwsvpcConfiguration.SecurityGroups",),
    "AWS::ElastiCache::ReplicationGroup": ("SecurityGroupIds", "CacheSecurityGroupNames"),
    "AWS::ElastiCache::ServerlessCache": ("SecurityGroupIds",),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("SecurityGroups",),
    "AWS::RDS::DBCluster": ("VpcSecurityGroupIds",),
    "AWS::RDS::DBInstance": ("VPCSecurityGroups", "DBClusterIdentifier", "DBSecurityGroups"),
    "AWS::RDS::DBProxy": ("VpcSecurityGroupIds",),
    "AWS::AppRunner::VpcConnector": ("SecurityGroups",),
}


@lru_cache(maxsize=8)
def rules_by_group(estate: Estate) -> Mapping[Resource, list[GroupRule]]:
    """The rules of each group."""
    found: dict[Resource, list[GroupRule]] = defaultdict(list)
    for each in rules_of(estate):
        found[each.group].append(each)
    return found


def _fault(rule_: GroupRule, message: str, remedy: str) -> Fault:
    return Fault(message=message, remedy=remedy, property=rule_.path, at=rule_.at)


@rule(
    "network-group-described",
    "EC2::SecurityGroup",
    "EC2::SecurityGroupIngress",
    "EC2::SecurityGroupEgress",
    title="groups and their rules say what they are for",
    why="nobody dares to close what nobody can explain",
    source=f"{GUIDE}/security-group-rules.html",
    severity="warning",
)
def described(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A description of the group, and one of each rule."""
    if resource.kind != GROUP:
        if not resource.get("Description"):
            yield wrong("Description", "nothing says what the rule is for", "describe it")
        return
    if not resource.get("GroupDescription"):
        yield wrong("GroupDescription", "nothing says what the group is for", "describe it")
    for name in RULES:
        for at, each in enumerate(resource.mappings(name)):
            if not each.get("Description"):
                path = f"{name}.{at}.Description"
                yield wrong(path, "nothing says what the rule is for", "describe it")


@rule(
    "network-group-rule",
    "EC2::SecurityGroup",
    "EC2::SecurityGroupIngress",
    "EC2::SecurityGroupEgress",
    title="rules of groups have ports, and one other end",
    why="EC2 refuses the rule",
    source=f"{GUIDE}/security-group-rules.html",
)
def formed(resource: Resource, _: Scene) -> Iterator[Fault]:
    """From a port to one not lower, at a peer; only ICMP and everything go without ports."""
    if resource.kind != GROUP:
        yield from _formed(dict(resource.properties), "")
        if not resource.get("GroupId") and not resource.get("GroupName"):
            yield wrong("GroupId", "it is of no group", "name one")
        return
    for name in RULES:
        for at, each in enumerate(resource.mappings(name)):
            yield from _formed(each, f"{name}.{at}.")


def _formed(said: dict[str, object], path: str) -> Iterator[Fault]:
    peers = [name for name in PEERS if said.get(name)]
    if len(peers) != 1:
        yield wrong(path.rstrip("."), f"it has {len(peers)} other ends", "name exactly one")
    protocol = str(said.get("IpProtocol", "")).lower()
    if not protocol:
        yield wrong(f"{path}IpProtocol", "it is of no protocol", "say tcp")
    if protocol not in ("tcp", "udp", "6", "17"):
        return
    for name in ("FromPort", "ToPort"):
        port = number(said.get(name))
        if name not in said or (port is not None and not 0 <= port <= 65_535):
            yield wrong(f"{path}{name}", f"{said.get(name)} is no port", "say 0 to 65535")
    first, last = number(said.get("FromPort")), number(said.get("ToPort"))
    if first is not None and last is not None and first > last:
        yield wrong(f"{path}ToPort", "it ends before it begins", "say the higher port last")


@rule(
    "network-group-narrow",
    "EC2::SecurityGroup",
    title="rules let in, and out, the ports of one service",
    why="whatever else listens there, now or later, is reached, too",
    source=CONTROLS,
)
def narrow(group: Resource, scene: Scene) -> Iterator[Fault]:
    """No protocol as a whole, no long range; nothing that a group says to itself as a whole."""
    for each in rules_by_group(scene.estate).get(group, ()):
        ports = each.ports
        if not _is_known(each):
            continue
        if each.inward and ports.protocol == ANY:
            yield _fault(each, f"it lets {each.other} in on every port", "name the port")
        elif ports.protocol in ("tcp", "udp") and ports.last - ports.first > MOST_PORTS:
            count = ports.last - ports.first + 1
            yield _fault(each, f"it opens {count} ports, {ports}", "name the port")


@rule(
    "network-group-self",
    "EC2::SecurityGroup",
    title="members of a group don't reach each other merely because they are members",
    why="one that was broken into reaches all of its kind",
    source=f"{GUIDE}/security-group-rules.html",
    severity="warning",
)
def to_itself(group: Resource, scene: Scene) -> Iterator[Fault]:
    """No rule that names its own group."""
    for each in rules_by_group(scene.estate).get(group, ()):
        if each.inward and each.peer is group:
            yield _fault(each, "it lets its own members in", "use two groups, or drop it")


@rule(
    "network-group-both-ends",
    "EC2::SecurityGroup",
    title="what one group lets out to another, that one lets in, and the other way round",
    why="a packet needs both: with one of them every connection times out",
    source=f"{GUIDE}/vpc-security-groups.html",
)
def both_ends(group: Resource, scene: Scene) -> Iterator[Fault]:
    """Each rule that names a group has its counterpart there."""
    rules = rules_by_group(scene.estate)
    seen = set()
    for each in rules.get(group, ()):
        key = (each.inward, each.ports, each.other)
        if key in seen and not each.unknown:
            yield _fault(each, "the same rule stands there twice", "keep one")
        seen.add(key)
        if each.peer is None or each.peer.kind != GROUP or not _is_known(each):
            continue
        others = [one for one in rules.get(each.peer, ()) if one.inward != each.inward]
        if not any(_answers(one, each) for one in others):
            does = "calls here" if each.inward else "lets it in"
            message = f"nothing of {each.peer.ref} {does} on {each.ports}"
            yield _fault(each, message, "open both ends, or none")


def _is_known(rule_: GroupRule) -> bool:
    """Whether the ports of a rule are figures, and not only known when it is deployed."""
    said: dict[str, Any] = dict(rule_.at.properties)
    if rule_.path:
        name, _, at = rule_.path.partition(".")
        said = rule_.at.mappings(name)[int(at)] if at else {}
    return all(number(said[name]) is not None for name in ("FromPort", "ToPort") if name in said)


def _answers(one: GroupRule, rule_: GroupRule) -> bool:
    """Whether a rule of the other end lets the same through; blocks may hold anybody."""
    if not one.ports.covers(rule_.ports) or leads_nowhere(one):
        return False
    return one.peer is rule_.group or one.block is not None or one.unknown is not None


@rule(
    "network-default-group",
    *(kind.removeprefix("AWS::") for kind in sorted(ALWAYS)),
    title="everything has security groups of its own, not the default one of the network",
    why="its members reach each other on every port, and everybody may change what it opens",
    source=f"{CONTROLS}#ec2-2",
)
def default_group(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Groups are named, and none of them is a network's default."""
    places = NAMED_IN.get(resource.kind, ())
    said = [found for place in places if (found := resource.get(place))]
    other = resource.get("Type") in ("network", "gateway") or resource.get(
        "SourceDBInstanceIdentifier"
    )
    if places and not said and not other:
        yield wrong(places[0], "it gets the default group of the network", "name one of its own")
    for place, found in zip(places, said, strict=False):
        if "DefaultSecurityGroup" in str(found):
            yield wrong(place, "it has the default group of the network", "name one of its own")
