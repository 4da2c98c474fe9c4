"""What listens is let in to: somebody may reach each port that is there to be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.estate import listed
from checks.graph.groups import GROUP, leads_nowhere
from checks.graph.ports import tcp
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.security_groups import rules_by_group
from checks.rules.values import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html"
PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306, "redis": 6379, "valkey": 6379}
# Where a resource names its groups, and its port; an endpoint listens on 443.
PLACES = {
    "AWS::RDS::DBInstance": ("VPCSecurityGroups", "Port"),
    "AWS::ElastiCache::ReplicationGroup": ("SecurityGroupIds", "Port"),
    "AWS::ElastiCache::ServerlessCache": ("SecurityGroupIds", ""),
    "AWS::EC2::VPCEndpoint": ("SecurityGroupIds", ""),
}
# Mail is taken on several ports.
MANY_PORTS = {"email-smtp"}


@rule(
    "network-listening",
    *(kind.removeprefix("AWS::") for kind in PLACES),
    title="somebody may reach what listens, on the port where it does",
    why="every connection times out: a port was changed on one side only, or a rule is gone",
    source=GUIDE,
)
def stores(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """One of its groups lets the port in."""
    groups, place = PLACES[resource.kind]
    said = resource.get(place) if place else None
    port = number(said) if said is not None else _usual(resource)
    if port is None or resource.get("DBClusterIdentifier"):
        return
    if not _lets_in(listed(resource.get(groups)), int(port), scene.estate):
        yield wrong(
            place or groups, f"no group of it lets {port:g} in", "open that port to its users"
        )


def _usual(resource: Resource) -> int | None:
    if resource.kind == "AWS::EC2::VPCEndpoint":
        service = str(resource.get("ServiceName")).rpartition(".")[2]
        return 443 if resource.get("SecurityGroupIds") and service not in MANY_PORTS else None
    return PORTS.get(str(resource.get("Engine")))


@rule(
    "network-listening-balancer",
    "ElasticLoadBalancingV2::Listener",
    title="somebody may reach every port on which a balancer listens",
    why="every connection times out: a port was changed on one side only, or a rule is gone",
    source=GUIDE,
)
def listeners(listener: Resource, scene: Scene) -> Iterator[Fault]:
    """One of the balancer's groups lets the port in."""
    balancer = known_at(scene.estate, listener.get("LoadBalancerArn"))
    port = number(listener.get("Port"))
    if balancer is None or port is None or balancer.get("Type", "application") != "application":
        return
    if not _lets_in(listed(balancer.get("SecurityGroups")), int(port), scene.estate):
        yield wrong("Port", f"no group of its balancer lets {port:g} in", "open that port")


def _lets_in(values: list[object], port: int, estate: Estate) -> bool:
    """Whether a group lets a port in; of groups that nobody knows it may be true."""
    groups = [known_at(estate, each) for each in values]
    if not groups or any(each is None or each.kind != GROUP for each in groups):
        return True
    return any(
        each.inward and each.ports.covers(tcp(port)) and not leads_nowhere(each)
        for group in groups
        if group
        for each in rules_by_group(estate).get(group, ())
    )
