"""A cluster to stand on, and programs of ECS Fargate as the compute stack puts them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from config.model.balancer import Balancer as BalancerSpec
from config.model.fargate import Fargate
from config.model.fargate import FargateTask as FargateTaskSpec
from stackyard.balancer import Balancer
from stackyard.cluster import Cluster
from stackyard.edges import Way
from stackyard.fargate_service import FargateService
from stackyard.fargate_task import FargateTask
from stackyard.key import EnvironmentKey
from stackyard.node import Wiring
from stackyard.release import Release
from stackyard.stack import EnvironmentStack
from stackyard.targets import RoutedBy
from stackyard.task_definition import Wired
from tests.components.building import Made, Properties, placement_in, spec

CLUSTER = "demo-prod"
CERTIFICATE = "arn:aws:acm:us-east-1:111111111111:certificate/01234567-89ab"
SERVICE, DEFINITION = "AWS::ECS::Service", "AWS::ECS::TaskDefinition"


class Ground:
    """What programs of one stack share."""

    def __init__(
        self,
        stack: EnvironmentStack,
        *,
        with_names: bool = False,
        with_shells: bool = False,
        enhanced: bool = True,
    ) -> None:
        self.stack = stack
        self.key = EnvironmentKey(stack, "Key", description="Programs", logs=True)
        self.placement = placement_in(Construct(stack, "Network"))
        self.cluster = Cluster(
            stack,
            "Cluster",
            name=CLUSTER,
            key=self.key,
            with_names=with_names,
            with_shells=with_shells,
            shell_log_days=365,
            enhanced=enhanced,
        )
        self._releases: dict[str, Release] = {}

    def release(self, image: str) -> Release:
        """The release of an image, made when it is first asked for."""
        if image not in self._releases:
            self._releases[image] = Release(
                self.stack,
                f"{image.title()}Release",
                parameter=f"/demo/prod/{image}/image-digest",
                repository=f"demo/{image}",
            )
        return self._releases[image]

    def balancer(self, *, protected: bool = True, **fields: Any) -> Balancer:
        """A balancer in front of the stack's services."""
        return Balancer(
            self.stack,
            "Balancer",
            spec=spec(BalancerSpec, **{"certificate": CERTIFICATE, **fields}),
            environment=CLUSTER,
            placement=self.placement,
            log_bucket="the-logs",
            protected=protected,
        )


def fargate_in(
    ground: Ground,
    node: str,
    *,
    wiring: Wiring | None = None,
    beside: Mapping[str, Wiring] | None = None,
    out: tuple[Way, ...] = (),
    balancer: Balancer | None = None,
    priorities: Sequence[int] = (),
    is_called: bool = False,
    peers: Sequence[str] = (),
    rollback: Sequence[cloudwatch.CfnAlarm] = (),
    **fields: Any,
) -> FargateService:
    """A service, started; `beside` is what the links of its sidecars give them."""
    program = spec(Fargate, **{"kind": "fargate", "image": "backend", **fields})
    service = FargateService(
        ground.stack,
        node.title(),
        node=node,
        name=f"demo-{node}",
        family=f"{CLUSTER}-{node}",
        wired=Wired(spec=program, main=wiring or Wiring(), sidecars=beside or {}),
        spec=program,
        release=ground.release(program.image),
        cluster=ground.cluster,
        placement=ground.placement,
        out=out,
        key=ground.key,
        routed=RoutedBy(balancer=balancer, priorities=priorities) if balancer else None,
        is_called=is_called,
        peers=peers,
    )
    service.start(rollback=rollback)
    return service


def task_in(
    ground: Ground,
    node: str,
    *,
    out: tuple[Way, ...] = (),
    wiring: Wiring | None = None,
    **fields: Any,
) -> FargateTask:
    """A task with its machine."""
    program = spec(FargateTaskSpec, **{"kind": "fargate", "image": "backend", **fields})
    return FargateTask(
        ground.stack,
        node.title(),
        node=node,
        family=f"{CLUSTER}-{node}",
        wired=Wired(spec=program, main=wiring or Wiring()),
        spec=program,
        release=ground.release(program.image),
        cluster=ground.cluster,
        placement=ground.placement,
        out=out,
        key=ground.key,
    )


def service_of(found: Made, node: str) -> Properties:
    """What ECS is told of a service."""
    return found.only(SERVICE, ServiceName=f"demo-{node}")


def definition_of(found: Made, node: str) -> Properties:
    """What a task of a program is."""
    return found.only(DEFINITION, Family=f"{CLUSTER}-{node}")


def container_of(found: Made, node: str, name: str = "app") -> Properties:
    """One container of a program's task, the program's own unless another is named."""
    containers = definition_of(found, node)["ContainerDefinitions"]
    (container,) = [each for each in containers if each["Name"] == name]
    return dict(container)


def waits_for(found: Made, node: str) -> set[str]:
    """The types of all that a service waits for by name."""
    service = found.whole(SERVICE)[found.name_of(SERVICE, ServiceName=f"demo-{node}")]
    resources = found.section("Resources")
    return {resources[name]["Type"] for name in service["DependsOn"]}
