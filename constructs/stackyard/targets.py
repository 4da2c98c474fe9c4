"""What stands between the balancer and a service: target groups, rules, the way through."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb

from config.attributes import BALANCER
from config.graph import Edge
from config.routes import patterns
from stackyard.edges import Way
from stackyard.iam import ServiceRole, Statement
from stackyard.marks import acknowledge
from stackyard.place import Block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from config.model.fargate import Fargate
    from stackyard.balancer import Balancer

HOUR = 3600
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonECSInfrastructureRolePolicyForLoadBalancers.html
LOOK = [
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
]


@dataclass(frozen=True, kw_only=True)
class RoutedBy:
    """A balancer, and the priorities of a service's routes on it, in their order."""

    balancer: Balancer
    priorities: Sequence[int]


class Targets(Block):
    """One target group; where releases shift traffic, a second one and a role to do it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        spec: Fargate,
        port: int,
        group_id: str,
        routed: RoutedBy,
    ) -> None:
        super().__init__(scope, construct_id)
        self._node, self._spec, self._port, self._routed = node, spec, port, routed
        colours = ("Blue", "Green") if spec.shifts else ("Blue",)
        self.groups = [self._group(colour) for colour in colours]
        self.rules = [self._rule(index) for index in range(len(spec.routes))]
        self.ways = self._open(group_id)

    @property
    def full_names(self) -> list[str]:
        """What metrics call the target groups."""
        return [group.attr_target_group_full_name for group in self.groups]

    def load_balancer(self, container: str) -> dict[str, Any]:
        """The service's side of it."""
        first = self.groups[0]
        found = {"containerName": container, "containerPort": self._port}
        if not self._spec.shifts:
            return {**found, "targetGroupArn": first.ref}
        return {
            **found,
            "targetGroupArn": first.ref,
            "advancedConfiguration": {
                "alternateTargetGroupArn": self.groups[1].ref,
                "productionListenerRule": self.rules[0].ref,
                "roleArn": self._shifter().arn,
            },
        }

    def _group(self, colour: str) -> elb.CfnTargetGroup:
        spec = self._spec
        attributes = {"deregistration_delay.timeout_seconds": str(spec.draining)}
        if spec.sticky_hours:
            attributes |= {
                "stickiness.enabled": "true",
                "stickiness.type": "lb_cookie",
                "stickiness.lb_cookie.duration_seconds": str(spec.sticky_hours * HOUR),
            }
        return elb.CfnTargetGroup(
            self,
            colour,
            vpc_id=self._routed.balancer.vpc_id,
            target_type="ip",
            protocol="HTTP",
            port=self._port,
            target_group_attributes=[{"key": k, "value": v} for k, v in attributes.items()],
            **self._health(),
        )

    def _health(self) -> dict[str, Any]:
        health = self._spec.health
        if health is None:
            return {}
        return {
            "health_check_enabled": True,
            "health_check_protocol": "HTTP",
            "health_check_port": "traffic-port",
            "health_check_path": health.path,
            "health_check_interval_seconds": health.interval,
            "health_check_timeout_seconds": health.timeout,
            "healthy_threshold_count": health.healthy,
            "unhealthy_threshold_count": health.unhealthy,
            "matcher": {"httpCode": health.codes},
        }

    def _rule(self, index: int) -> elb.CfnListenerRule:
        route = self._spec.routes[index]
        conditions: list[dict[str, Any]] = []
        if route.host:
            conditions.append(
                {"field": "host-header", "hostHeaderConfig": {"values": [route.host]}}
            )
        if not route.host or route.path != "/*":
            values = {"values": patterns(route.path)}
            conditions.append({"field": "path-pattern", "pathPatternConfig": values})
        # ECS moves the weights; a change of anything here would put them back (aws-cdk#36649).
        targets = [
            {"targetGroupArn": group.ref, "weight": 0 if number else 100}
            for number, group in enumerate(self.groups)
        ]
        forward = {"targetGroups": targets} if self._spec.shifts else None
        action = (
            {"type": "forward", "forwardConfig": forward}
            if forward
            else {"type": "forward", "targetGroupArn": self.groups[0].ref}
        )
        priority = self._routed.priorities[index]
        # By what the route is, not by its place: no rule takes over another one's priority.
        named = sha256(f"{route.host} {route.path} {priority}".encode()).hexdigest()
        return elb.CfnListenerRule(
            self,
            f"Route{named[:8]}",
            listener_arn=self._routed.balancer.listener_arn,
            priority=priority,
            conditions=conditions,
            actions=[action],
        )

    def _open(self, group_id: str) -> list[Construct]:
        """The way from the balancer, both ends: its group stands in a stack above this one."""
        edge = Edge(BALANCER, self._node, (self._port,))
        way = Way(edge=edge, port=self._port, group_id=group_id)
        balancer = self._routed.balancer.group_id
        rule: dict[str, Any] = {
            "ip_protocol": "tcp",
            "from_port": self._port,
            "to_port": self._port,
            "description": way.description,
        }
        return [
            ec2.CfnSecurityGroupEgress(
                self, "Out", group_id=balancer, destination_security_group_id=group_id, **rule
            ),
            ec2.CfnSecurityGroupIngress(
                self, "In", group_id=group_id, source_security_group_id=balancer, **rule
            ),
        ]

    def _shifter(self) -> ServiceRole:
        """The role by which ECS moves traffic between this service's own target groups.

        Without a condition on the account: AWS documents none for it, and a role that ECS could
        not take would stop the first release.
        """
        register = [
            "elasticloadbalancing:DeregisterTargets",
            "elasticloadbalancing:RegisterTargets",
        ]
        role = ServiceRole(
            self,
            "ShiftRole",
            service="ecs",
            node=self._node,
            statements=[
                Statement(actions=LOOK, resources=["*"]),
                Statement(actions=register, resources=[group.ref for group in self.groups]),
                Statement(
                    actions=["elasticloadbalancing:ModifyListener"],
                    resources=[self._routed.balancer.listener_arn],
                ),
                Statement(
                    actions=["elasticloadbalancing:ModifyRule"],
                    resources=[rule.ref for rule in self.rules],
                ),
            ],
        )
        acknowledge(
            role,
            "IAM5[Resource::*]",
            reason="Looking at balancers knows no resource; what changes them is limited to this"
            " service's own target groups, rule and listener",
        )
        return role
