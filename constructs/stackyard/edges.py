"""Security groups that let through exactly the declared edges.

An edge is egress in the group of the one who calls, and an ingress rule at its target that
stands in the caller's stack: so no two stacks need each other. Written as CloudFormation has it,
because the groups' own methods add rules that no template shows, or whose ids carry the full
path of a construct and so differ between an App and a pipeline's Stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_ec2 as ec2

from config import aws
from config.attributes import INTERNET
from stackyard.marks import belongs_to
from stackyard.names import pascal
from stackyard.place import Block

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from constructs import Construct

    from config.graph import Edge

ANYWHERE = "0.0.0.0/0"
# EC2 opens a group's way out unless some rule stands there: this one leads nowhere.
NOWHERE = {
    "ipProtocol": "icmp",
    "fromPort": 252,
    "toPort": 86,
    "cidrIp": "255.255.255.255/32",
    "description": "No way out",
}


@dataclass(frozen=True, kw_only=True)
class Way:
    """One port of one edge, resolved: to a security group, a prefix list or anywhere."""

    edge: Edge
    port: int
    group_id: str | None = None
    prefix_list: str | None = None

    @property
    def egress(self) -> dict[str, Any]:
        """The rule in the caller's group."""
        if self.group_id:
            peer = {"destinationSecurityGroupId": self.group_id}
        elif self.prefix_list:
            peer = {"destinationPrefixListId": self.prefix_list}
        else:
            peer = {"cidrIp": ANYWHERE}
        return {
            **peer,
            "ipProtocol": "tcp",
            "fromPort": self.port,
            "toPort": self.port,
            "description": self.description,
        }

    @property
    def description(self) -> str:
        """Who reaches whom, for people who read the rules."""
        return f"{self.edge.source} to {self.edge.target} on {self.port}"


def ways(edges: Iterable[Edge], *, group_ids: Mapping[str, str], region: str) -> tuple[Way, ...]:
    """The declared edges with what stands at their other end. KeyError if nothing does."""
    return tuple(_way(edge, port, group_ids, region) for edge in edges for port in edge.ports)


def _way(edge: Edge, port: int, group_ids: Mapping[str, str], region: str) -> Way:
    if edge.target == INTERNET:
        return Way(edge=edge, port=port)
    if edge.target in group_ids:
        return Way(edge=edge, port=port, group_id=group_ids[edge.target])
    lists = aws.PREFIX_LISTS[edge.target.removeprefix("endpoint:")]
    return Way(edge=edge, port=port, prefix_list=lists[region])


class NodeGroup(Block):
    """The security group of one node: nothing comes in until a caller opens its edge."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        vpc_id: str,
        description: str,
        out: tuple[Way, ...] = (),
        open_to_internet: tuple[int, ...] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        everybody = [
            {
                "cidrIp": ANYWHERE,
                "ipProtocol": "tcp",
                "fromPort": port,
                "toPort": port,
                "description": f"{INTERNET} to {node} on {port}",
            }
            for port in open_to_internet
        ]
        self.group = ec2.CfnSecurityGroup(
            self,
            "Group",
            vpc_id=vpc_id,
            group_description=description,
            security_group_egress=[way.egress for way in out] or [NOWHERE],
            security_group_ingress=everybody or None,
        )
        self.group_id = self.group.attr_group_id
        belongs_to(self.group, node)
        for way in out:
            if way.group_id:
                self._open(way, way.group_id)

    def _open(self, way: Way, target: str) -> None:
        ec2.CfnSecurityGroupIngress(
            self,
            f"{pascal(way.edge.target)}{way.port}",
            group_id=target,
            source_security_group_id=self.group_id,
            ip_protocol="tcp",
            from_port=way.port,
            to_port=way.port,
            description=way.description,
        )
