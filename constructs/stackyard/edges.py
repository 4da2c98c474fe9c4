"""Security-group rules: exactly the declared edges, in the stack of the one who calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsii
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from config import aws
from config.attributes import INTERNET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from config.graph import Edge


@jsii.implements(ec2.IPeer)
class PrefixList:
    """An AWS-managed prefix list, as a rule inside the group (ec2.Peer makes a separate one)."""

    def __init__(self, prefix_list_id: str) -> None:
        self._id = prefix_list_id

    @property
    def can_inline_rule(self) -> bool:
        """Its rules stand in the group itself."""
        return True

    @property
    def unique_id(self) -> str:
        """What tells its rules from others."""
        return self._id

    @property
    def connections(self) -> ec2.Connections:
        """Rules are all that it takes part in."""
        return ec2.Connections(peer=self)

    def to_egress_rule_config(self) -> Any:
        """The destination of a rule."""
        return {"destinationPrefixListId": self._id}

    def to_ingress_rule_config(self) -> Any:
        """The source of a rule."""
        return {"sourcePrefixListId": self._id}


class Edges(Construct):
    """The way out of one security group: each edge as egress here and ingress at its target."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        source: ec2.SecurityGroup,
        edges: Iterable[Edge],
        targets: Mapping[str, ec2.ISecurityGroup],
        region: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self._source = source
        for edge in edges:
            service = edge.target.removeprefix("endpoint:")
            for port in edge.ports:
                description = f"{edge.source} to {edge.target} on {port}"
                if edge.target == INTERNET:
                    self._leave(ec2.Peer.any_ipv4(), port, description)
                elif edge.target in targets:
                    self._open(targets[edge.target], edge.target, port, description)
                else:
                    prefix_list = PrefixList(aws.PREFIX_LISTS[service][region])
                    self._leave(prefix_list, port, description)

    def _leave(self, peer: ec2.IPeer, port: int, description: str) -> None:
        self._source.add_egress_rule(peer, ec2.Port.tcp(port), description)

    def _open(self, group: ec2.ISecurityGroup, target: str, port: int, description: str) -> None:
        peer = ec2.Peer.security_group_id(group.security_group_id)
        self._leave(peer, port, description)
        words = "".join(word.capitalize() for word in target.replace(":", "-").split("-"))
        # A rule made by the groups' own methods would carry the full path in its id, and would
        # differ between an App and a pipeline's Stage.
        ec2.CfnSecurityGroupIngress(
            self,
            f"{words.replace('.', '')}{port}",
            group_id=group.security_group_id,
            source_security_group_id=self._source.security_group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=description,
        )


def closed_group(
    scope: Construct, construct_id: str, *, vpc: ec2.IVpc, description: str
) -> ec2.SecurityGroup:
    """A security group that lets nothing in or out until edges are opened."""
    return ec2.SecurityGroup(
        scope, construct_id, vpc=vpc, description=description, allow_all_outbound=False
    )
