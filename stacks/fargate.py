"""The part of a compute stack that ECS Fargate runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.nodes import depth_of, service_name
from config.programs import called, family_of, fargate_services, queues
from config.routes import priorities
from stackyard import metrics_of_fargate
from stackyard.cache_users import DEPTH
from stackyard.fargate_service import FargateService
from stackyard.fargate_task import FargateTask
from stackyard.log_metrics import log_metrics, namespace_of
from stackyard.names import pascal
from stackyard.place import Block
from stackyard.queue_depth import QueueDepth
from stackyard.scaling import ServiceScaling
from stackyard.targets import RoutedBy
from stackyard.task_definition import Wired

if TYPE_CHECKING:
    from config.model.fargate import Fargate
    from config.model.fargate import FargateTask as FargateTaskSpec
    from stacks.compute import ComputeStack
    from stackyard.release import Release

# The alarms of a service that undo a deployment which rings them.
ROLLBACK = ("errors",)


def fargate_service(stack: ComputeStack, name: str, spec: Fargate) -> FargateService:
    """A service with its alarms for rollback, its scaling and its metrics."""
    environment, release = stack.environment_spec, stack.release(spec.image)
    services = fargate_services(environment)
    service = FargateService(
        stack,
        f"{pascal(name)}Service",
        node=name,
        name=service_name(environment, name),
        family=family_of(environment, name),
        wired=_wired(stack, spec, release),
        spec=spec,
        release=release,
        cluster=stack.cluster,
        placement=stack.network.for_programs,
        out=stack.out(name, nodes=stack.nodes, endpoint_groups=stack.network.endpoint_groups),
        key=stack.data.key,
        routed=_routed(stack, name, spec),
        is_called=name in called(environment),
        peers=[_peer(stack, peer) for peer in spec.uses if peer in services],
    )
    alarms = []
    if service.targets and stack.balancer:
        series = metrics_of_fargate.of_targets(stack.balancer.full_name, service.targets.full_names)
        alarms = [
            stack.ring(name, alarm, series[alarm.name], topics=stack.notify.topics)
            for alarm in stack.alarms_for(name, only=ROLLBACK)
        ]
    service.start(rollback=alarms)
    _scale(stack, name, spec, service)
    log_metrics(
        Block(service, "LogMetrics"),
        log_group=service.task.logs.name,
        namespace=namespace_of(environment.name),
        metrics=spec.metrics,
    )
    return service


def _wired(stack: ComputeStack, program: Fargate | FargateTaskSpec, release: Release) -> Wired:
    return Wired(
        spec=program,
        main=stack.wiring(program, stack.nodes, release=release),
        sidecars={n: stack.wiring(s, stack.nodes) for n, s in program.sidecars.items()},
    )


def _routed(stack: ComputeStack, name: str, spec: Fargate) -> RoutedBy | None:
    if not stack.balancer or not spec.routes:
        return None
    chosen = priorities(stack.environment_spec)
    found = [chosen[name, index] for index in range(len(spec.routes))]
    return RoutedBy(balancer=stack.balancer, priorities=found)


def _peer(stack: ComputeStack, name: str) -> str:
    """Something that changes when a service is released for the first time."""
    if name in stack.services:
        return stack.services[name].running
    # In a stack above this one, which is deployed before.
    image = fargate_services(stack.environment_spec)[name].image
    return stack.release(image).if_released(name, "-")


def _scale(stack: ComputeStack, name: str, spec: Fargate, service: FargateService) -> None:
    least, most = spec.bounds
    if least == most or not spec.scale:
        return
    scaling = ServiceScaling(
        service,
        "Scaling",
        node=name,
        cluster=stack.cluster.name,
        service=service,
        spec=spec.scale,
        balancer=stack.balancer.full_name if stack.balancer else None,
        namespace=namespace_of(stack.environment_spec.name),
    )
    service.release.only_when_released(scaling)


def fargate_task(stack: ComputeStack, name: str, spec: FargateTaskSpec) -> FargateTask:
    """A task with the machine that runs it."""
    # What somebody starts, for example a migration, runs before what it prepares.
    release = stack.release(spec.image, task=None if spec.schedule else name)
    return FargateTask(
        stack,
        f"{pascal(name)}Task",
        node=name,
        family=family_of(stack.environment_spec, name),
        wired=_wired(stack, spec, release),
        spec=spec,
        release=release,
        cluster=stack.cluster,
        placement=stack.network.for_programs,
        out=stack.out(name, nodes=stack.nodes, endpoint_groups=stack.network.endpoint_groups),
        key=stack.data.key,
    )


def queue_depth(stack: ComputeStack, store: str) -> QueueDepth | None:
    """What measures the queues of a store, where something scales by them."""
    environment = stack.environment_spec
    watched = queues(environment, store)
    if not watched:
        return None
    node = depth_of(store)
    return QueueDepth(
        stack,
        f"{pascal(store)}Depth",
        node=node,
        store=store,
        url=stack.nodes[store].internal[DEPTH],
        queues={service: queue.keys for service, queue in watched.items()},
        namespace=namespace_of(environment.name),
        out=stack.out(node, nodes=stack.nodes, endpoint_groups=stack.network.endpoint_groups),
        placement=stack.network.for_programs,
        key=stack.data.key,
        log_days=environment.services[next(iter(watched))].log_days,
    )
