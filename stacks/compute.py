"""The compute stacks: what runs, with edges, grants, variables, and what keeps it current.

The first holds the cluster, the balancer and what is in no group; each group has one of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from config.credentials import login_of
from config.model.postgres import Postgres
from config.model.services import AppRunner
from config.nodes import depth_of, links, service_name
from config.programs import called, fargate_services, fargate_tasks, queues, served
from config.routes import priorities
from stacks.app_runner import app_runner
from stacks.base import GraphStack, pascal
from stackyard import metrics
from stackyard.balancer import Balancer
from stackyard.cache_users import DEPTH
from stackyard.cluster import Cluster
from stackyard.fargate_service import FargateService
from stackyard.fargate_task import FargateTask
from stackyard.log_metrics import log_metrics, namespace_of
from stackyard.place import Block
from stackyard.queue_depth import QueueDepth
from stackyard.redeploy import Redeployable, RedeployOnRotation
from stackyard.scaling import ServiceScaling
from stackyard.targets import RoutedBy
from stackyard.task_definition import Wired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from config.model.environment import Environment
    from config.model.fargate import Fargate
    from config.model.fargate import FargateTask as FargateTaskSpec
    from stacks.data import DataStack
    from stacks.network import NetworkStack
    from stacks.notify import NotifyStack
    from stackyard.node import Node
    from stackyard.release import Release

SHELL_LOG_DAYS = 365
PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}


class ComputeStack(GraphStack):
    """Exposes services, machines and functions by name, for those who watch them.

    `above` are the compute stacks that this one may use, the first of all at the front.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        network: NetworkStack,
        data: DataStack,
        notify: NotifyStack,
        group: str | None = None,
        above: Sequence[ComputeStack] = (),
    ) -> None:
        super().__init__(
            scope,
            f"compute-{group}" if group else "compute",
            environment=environment,
            description=f"What {environment.name} runs" + (f": {group}" if group else ""),
        )
        self.group, self.network, self.data, self.notify = group, network, data, notify
        self.nodes: dict[str, Node] = {**data.nodes, **notify.nodes}
        for each in above:
            self.nodes |= each.nodes
        self.services: dict[str, FargateService] = {}
        self.tasks: dict[str, str] = {}
        self.redeploys: dict[str, list[str]] = {}
        self.domains: dict[str, str] = {}
        self.depths: dict[str, str] = {}
        self._redeployable: dict[str, Redeployable] = {}
        self.cluster: Cluster | None = above[0].cluster if above else self._cluster()
        self.balancer: Balancer | None = above[0].balancer if above else self._balancer()
        if group is None:
            self._app_runners()
            for name in environment.stores:
                self._depth(name)
        self._programs()
        for name, store in environment.stores.items():
            if isinstance(store, Postgres):
                self._redeploy(name)
        for name, release in self.releases.items():
            self._say_what_to_do(name, release)

    def _programs(self) -> None:
        for name, service in fargate_services(self.environment_spec).items():
            if service.group == self.group:
                self._service(name, service)
        for name, task in fargate_tasks(self.environment_spec).items():
            if task.group == self.group:
                self.tasks[name] = self._task(name, task)

    def _cluster(self) -> Cluster | None:
        environment = self.environment_spec
        services = fargate_services(environment)
        if not services and not fargate_tasks(environment):
            return None
        return Cluster(
            self,
            "Cluster",
            name=environment.name,
            key=self.data.key,
            with_names=bool(called(environment)),
            with_shells=any(service.shell for service in services.values()),
            shell_log_days=SHELL_LOG_DAYS,
            enhanced=environment.production,
        )

    def _balancer(self) -> Balancer | None:
        environment, placement = self.environment_spec, self.network.for_balancer
        logs = self.data.log_bucket
        if not environment.balancer or not placement or not logs:
            return None
        balancer = Balancer(
            self,
            "Balancer",
            spec=environment.balancer,
            environment=environment.name,
            placement=placement,
            log_bucket=logs.bucket_name,
            protected=environment.production,
        )
        routes = [route for service in served(environment).values() for route in service.routes]
        hosts = sorted({route.host for route in routes if route.host})
        cdk.CfnOutput(
            self,
            "BalancerAddress",
            description=f"What remains to be done for {', '.join(hosts) or 'your host name'}:"
            " an alias or CNAME to this at your DNS provider",
            value=balancer.dns_name,
        )
        return balancer

    def _app_runners(self) -> None:
        for name, service in self.environment_spec.services.items():
            if isinstance(service, AppRunner):
                made = app_runner(self, name, service)
                self._redeployable[name] = made.redeployable

    def _wired(self, program: Fargate | FargateTaskSpec) -> Wired:
        return Wired(
            spec=program,
            main=self.wiring(program, self.nodes),
            sidecars={n: self.wiring(s, self.nodes) for n, s in program.sidecars.items()},
        )

    def _service(self, name: str, spec: Fargate) -> None:
        environment, cluster = self.environment_spec, self.cluster
        if not cluster:
            return
        service = FargateService(
            self,
            f"{pascal(name)}Service",
            node=name,
            name=service_name(environment, name),
            family=spec.family or f"{environment.name}-{name}",
            wired=self._wired(spec),
            spec=spec,
            release=self.release(spec.image),
            cluster=cluster,
            placement=self.network.for_programs,
            out=self.out(name, nodes=self.nodes, endpoint_groups=self.network.endpoint_groups),
            key=self.data.key,
            routed=self._routed(name, spec),
            is_called=name in called(environment),
            peers=[self._peer(peer) for peer in spec.uses if peer in fargate_services(environment)],
        )
        self.services[name], self.nodes[name] = service, service.node_for_consumers
        self._redeployable[name] = service.redeployable
        alarms = []
        if service.targets and self.balancer:
            series = metrics.of_targets(self.balancer.full_name, service.targets.full_names)
            alarms = [
                self.ring(name, alarm, series[alarm.name], topics=self.notify.topics)
                for alarm in self.alarms_for(name, only=("errors",))
            ]
        service.start(rollback=alarms)
        self._scale(name, spec, service)
        log_metrics(
            Block(service, "LogMetrics"),
            log_group=service.task.logs.name,
            namespace=namespace_of(environment.name),
            metrics=spec.metrics,
        )

    def _peer(self, name: str) -> str:
        """Something that changes when a service is released for the first time."""
        if name in self.services:
            return self.services[name].running
        # In a stack above this one, which is deployed before.
        image = fargate_services(self.environment_spec)[name].image
        return self.release(image).if_released(name, "-")

    def _routed(self, name: str, spec: Fargate) -> RoutedBy | None:
        if not self.balancer:
            return None
        chosen = priorities(self.environment_spec)
        found = [chosen[name, index] for index in range(len(spec.routes))]
        return RoutedBy(balancer=self.balancer, priorities=found) if found else None

    def _scale(self, name: str, spec: Fargate, service: FargateService) -> None:
        least, most = spec.bounds
        if least == most or not spec.scale or not self.cluster:
            return
        scaling = ServiceScaling(
            service,
            "Scaling",
            node=name,
            cluster=self.cluster.name,
            service=service,
            spec=spec.scale,
            balancer=self.balancer.full_name if self.balancer else None,
            namespace=namespace_of(self.environment_spec.name),
        )
        service.release.only_when_released(scaling)

    def _task(self, name: str, spec: FargateTaskSpec) -> str:
        if not self.cluster:
            raise TypeError("a task on Fargate needs a cluster")
        task = FargateTask(
            self,
            f"{pascal(name)}Task",
            node=name,
            family=spec.family or f"{self.environment_spec.name}-{name}",
            wired=self._wired(spec),
            spec=spec,
            # What somebody starts, for example a migration, runs before what it prepares.
            release=self.release(spec.image, task=None if spec.schedule else name),
            cluster=self.cluster,
            placement=self.network.for_programs,
            out=self.out(name, nodes=self.nodes, endpoint_groups=self.network.endpoint_groups),
            key=self.data.key,
        )
        return task.machine.machine.ref

    def _depth(self, store: str) -> None:
        environment = self.environment_spec
        watched = queues(environment, store)
        if not watched:
            return
        node = depth_of(store)
        depth = QueueDepth(
            self,
            f"{pascal(store)}Depth",
            node=node,
            store=store,
            url=self.nodes[store].urls[DEPTH],
            queues={service: queue.keys for service, queue in watched.items()},
            namespace=namespace_of(environment.name),
            out=self.out(node, nodes=self.nodes, endpoint_groups=self.network.endpoint_groups),
            placement=self.network.for_programs,
            key=self.data.key,
            log_days=environment.services[next(iter(watched))].log_days,
        )
        self.depths[node] = depth.function.name

    def _redeploy(self, store: str) -> None:
        """One machine for each login: what its rotation concerns, deploys again."""
        users: dict[str, dict[str, Redeployable]] = {}
        for source, target, link in links(self.environment_spec):
            if target == store and source in self._redeployable:
                users.setdefault(login_of(link), {})[source] = self._redeployable[source]
        for login, services in users.items():
            redeploy = RedeployOnRotation(
                self,
                f"{pascal(store)}{pascal(login)}Redeploy",
                node=store,
                services=list(services.values()),
                secret_arns=[self.nodes[store].urls[login].arn],
                key=self.data.key,
                log_days=self.environment_spec.services[next(iter(services))].log_days,
            )
            self.redeploys.setdefault(store, []).append(redeploy.machine.machine.ref)

    def _say_what_to_do(self, name: str, release: Release) -> None:
        image, _, task = name.partition("/")
        what = f"{task} has no image yet" if task else f"{image} has no image yet"
        then = f"deploy again, and run {task}" if task else "deploy again"
        output = cdk.CfnOutput(
            self,
            f"{release.node.id.removesuffix('Release')}FirstRelease",
            description=what,
            value=f"Fill the secrets that are still empty, push an image"
            f" ({self._platform(image)}, tag release-...) to"
            f" {release.registry}/{release.repository}, then:"
            f" aws ssm put-parameter --region {self.place.region} --overwrite --type String"
            f" --name {release.parameter} --value sha256:<its digest>; then {then}",
        )
        output.condition = release.missing

    def _platform(self, image: str) -> str:
        environment = self.environment_spec
        programs = {**fargate_services(environment), **fargate_tasks(environment)}
        chosen = {each.architecture for each in programs.values() if each.image == image}
        services = environment.services.values()
        if any(isinstance(each, AppRunner) and each.image == image for each in services):
            chosen.add("x86_64")
        return ", ".join(sorted(PLATFORMS[each] for each in chosen))
