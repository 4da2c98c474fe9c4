"""A service on ECS Fargate: behind the balancer, called by others, or a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_ecs as ecs

from config.aws import MAIN_CONTAINER
from config.model.fargate import Canary, Linear, Rolling
from stackyard.edges import NodeGroup
from stackyard.iam import Statement
from stackyard.marks import belongs_to
from stackyard.node import Node
from stackyard.place import Block
from stackyard.redeploy import Redeployable
from stackyard.targets import Targets
from stackyard.task_definition import TaskDefinition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_cloudwatch as cloudwatch
    from constructs import Construct

    from config.model.fargate import Fargate
    from stackyard.cluster import Cluster
    from stackyard.edges import Way
    from stackyard.key import EnvironmentKey
    from stackyard.placement import Placement
    from stackyard.release import Release
    from stackyard.targets import RoutedBy
    from stackyard.task_definition import Wired

# Whose names a service was told when it started; what changes it starts the service anew.
PEERS_LABEL = "stackyard.peers"


class FargateService(Block):
    """A service that exists once an image is released; its group, roles and targets do before.

    `peers` are the services that it calls, by references that exist once they do: it waits for
    them, and starts anew when one of them is released for the first time.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        name: str,
        family: str,
        wired: Wired,
        spec: Fargate,
        release: Release,
        cluster: Cluster,
        placement: Placement,
        out: tuple[Way, ...],
        key: EnvironmentKey,
        routed: RoutedBy | None,
        is_called: bool,
        peers: Sequence[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._node, self.name, self._spec, self._cluster = node, name, spec, cluster
        self._placement, self._is_called, self._peers = placement, is_called, peers
        self.release = release
        self.group = NodeGroup(
            self,
            "Group",
            node=node,
            vpc_id=placement.vpc_id,
            description=f"Service {node} on Fargate",
            out=out,
        )
        self.task = TaskDefinition(
            self,
            "Task",
            node=node,
            family=family,
            wired=wired,
            release=release,
            key=key,
            extra=cluster.shell if spec.shell else (),
            more=self._container(),
        )
        self.targets: Targets | None = None
        if routed and spec.port:
            self.targets = Targets(
                self,
                "Targets",
                node=node,
                spec=spec,
                port=spec.port,
                group_id=self.group.group_id,
                routed=routed,
            )
        self.service_name = self.running = ""
        self.arn = self.place.arn("ecs", f"service/{cluster.name}/{name}")

    def start(self, *, rollback: Sequence[cloudwatch.CfnAlarm]) -> None:
        """Make the service itself; alarms of `rollback` that ring undo a deployment."""
        spec = self._spec
        least, most = spec.bounds
        groups = {"subnets": list(self._placement.subnet_ids), "assignPublicIp": "DISABLED"}
        service = ecs.CfnService(
            self,
            "Service",
            cluster=self._cluster.ref,
            service_name=self.name,
            task_definition=self.task.definition.ref,
            # Where the number follows something, no deploy may set it back.
            desired_count=least if least == most else None,
            network_configuration={
                "awsvpcConfiguration": {**groups, "securityGroups": [self.group.group_id]}
            },
            deployment_configuration=self._deployment(rollback),
            availability_zone_rebalancing="ENABLED" if spec.rebalanced else "DISABLED",
            enable_ecs_managed_tags=True,
            enable_execute_command=spec.shell is not None,
            platform_version="LATEST",
            propagate_tags="SERVICE",
            **self._capacity(),
            **self._routing(),
            **self._names(),
        )
        belongs_to(service, self._node)
        self.release.only_when_released(service)
        # Neither group nor rules nor alarms are named in it, and it starts by means of them.
        service.node.add_dependency(self.group, *rollback)
        if self.targets:
            service.node.add_dependency(self.targets)
        self.service_name = service.attr_name
        self.running = self.release.if_released(self.service_name, "-")

    @property
    def node_for_consumers(self) -> Node:
        """What links may ask of it: the name that the cluster knows it by."""
        port = self._spec.port
        return Node(
            group_id=self.group.group_id,
            values={"url": f"http://{self._node}:{port}", "host": self._node, "port": str(port)},
        )

    @property
    def redeployable(self) -> Redeployable:
        """How to make it start anew."""
        return Redeployable(
            node=self._node,
            resource="arn:aws:states:::aws-sdk:ecs:updateService",
            parameters={
                "Cluster": self._cluster.name,
                "Service": self.name,
                "ForceNewDeployment": True,
            },
            absent=("Ecs.ServiceNotFoundException", "Ecs.ServiceNotActiveException"),
            statement=Statement(actions=["ecs:UpdateService"], resources=[self.arn]),
            release=self.release,
        )

    def _container(self) -> dict[str, Any]:
        spec = self._spec
        found: dict[str, Any] = {}
        if spec.port:
            mapping = {"containerPort": spec.port, "protocol": "tcp"}
            named = {"name": self._node, "appProtocol": "http"} if self._is_called else {}
            found["portMappings"] = [{**mapping, **named}]
        if spec.alive:
            found["healthCheck"] = {
                "command": ["CMD", *spec.alive.command],
                "interval": spec.alive.interval,
                "timeout": spec.alive.timeout,
                "retries": spec.alive.retries,
                "startPeriod": spec.alive.start,
            }
        if self._peers:
            found["dockerLabels"] = {PEERS_LABEL: " ".join(self._peers)}
        return found

    def _capacity(self) -> dict[str, Any]:
        """Always a strategy: from a launch type to one, ECS would make the service anew."""
        spot = self._spec.spot
        strategy: list[dict[str, Any]] = [{"capacityProvider": "FARGATE", "weight": 1}]
        if spot:
            bought = {"base": spot.base, "weight": 100 - spot.percent}
            cheap = {"capacityProvider": "FARGATE_SPOT", "weight": spot.percent}
            strategy = [{"capacityProvider": "FARGATE", **bought}, cheap]
        # ECS takes another strategy only together with a new deployment.
        words = " ".join(
            f"{each['capacityProvider']}-{each.get('base', 0)}-{each['weight']}"
            for each in strategy
        )
        return {
            "capacity_provider_strategy": strategy,
            "force_new_deployment": {
                "enableForceNewDeployment": True,
                "forceNewDeploymentNonce": words,
            },
        }

    def _routing(self) -> dict[str, Any]:
        health = self._spec.health
        if not self.targets:
            return {}
        return {
            "load_balancers": [self.targets.load_balancer(MAIN_CONTAINER)],
            "health_check_grace_period_seconds": health.grace if health else None,
        }

    def _names(self) -> dict[str, Any]:
        namespace = self._cluster.namespace_arn
        if not namespace or not (self._is_called or self._peers):
            return {}
        found: dict[str, Any] = {"enabled": True, "namespace": namespace}
        if self._is_called:
            alias = {"port": self._spec.port, "dnsName": self._node}
            # The proxy also sees what comes from the balancer, and would end it after 15 seconds.
            patience = {"perRequestTimeoutSeconds": 0}
            served = {"portName": self._node, "clientAliases": [alias], "timeout": patience}
            found["services"] = [served]
        found["logConfiguration"] = {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": self.task.logs.name,
                "awslogs-region": self.place.region,
                "awslogs-stream-prefix": "names",
            },
        }
        return {"service_connect_configuration": found}

    def _deployment(self, rollback: Sequence[cloudwatch.CfnAlarm]) -> dict[str, Any]:
        rollout = self._spec.rollout
        found: dict[str, Any] = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
        if rollback:
            names = [alarm.alarm_name for alarm in rollback]
            found["alarms"] = {"alarmNames": names, "enable": True, "rollback": True}
        if self._spec.singleton:
            return {**found, "minimumHealthyPercent": 0, "maximumPercent": 100}
        if isinstance(rollout, Rolling):
            least, most = rollout.min_percent, rollout.max_percent
            return {**found, "minimumHealthyPercent": least, "maximumPercent": most}
        found |= {"minimumHealthyPercent": 100, "maximumPercent": 200}
        found["strategy"] = rollout.kind.upper().replace("-", "_")
        found["bakeTimeInMinutes"] = rollout.bake_minutes
        if isinstance(rollout, Canary):
            found["canaryConfiguration"] = {
                "canaryPercent": rollout.percent,
                "canaryBakeTimeInMinutes": rollout.step_minutes,
            }
        elif isinstance(rollout, Linear):
            found["linearConfiguration"] = {
                "stepPercent": rollout.percent,
                "stepBakeTimeInMinutes": rollout.step_minutes,
            }
        return found
