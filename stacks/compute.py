"""The compute stacks: what runs, with edges, grants, variables, and what keeps it current.

The first holds the cluster, the balancer and what is in no group; each group has one of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from config.credentials import login_of
from config.model.postgres import Postgres
from config.model.services import AppRunner
from config.nodes import depth_of, links
from config.programs import called, fargate_services, fargate_tasks, served
from stacks.app_runner import app_runner
from stacks.base import GraphStack
from stacks.fargate import fargate_service, fargate_task, queue_depth
from stackyard.balancer import Balancer
from stackyard.cluster import Cluster
from stackyard.fargate_service import FargateService
from stackyard.names import pascal
from stackyard.redeploy import Redeployable, RedeployOnRotation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from config.model.environment import Environment
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
        self.made_cluster: Cluster | None = above[0].made_cluster if above else self._cluster()
        self.balancer: Balancer | None = above[0].balancer if above else self._balancer()
        if group is None:
            self._app_runners()
            self._queue_depths()
        self._programs()
        for name, store in environment.stores.items():
            if isinstance(store, Postgres):
                self._redeploy(name)
        for name, release in self.releases.items():
            self._say_what_to_do(name, release)

    @property
    def cluster(self) -> Cluster:
        """The environment's cluster, for what runs in it."""
        if self.made_cluster is None:
            raise TypeError("nothing of this environment runs on Fargate")
        return self.made_cluster

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
        if not environment.balancer:
            return None
        if not placement or not logs:
            raise TypeError("a balancer needs a public tier and a bucket for its log")
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

    def _programs(self) -> None:
        environment = self.environment_spec
        for name, spec in fargate_services(environment).items():
            if spec.group == self.group:
                service = fargate_service(self, name, spec)
                self.services[name], self.nodes[name] = service, service.node_for_consumers
                self._redeployable[name] = service.redeployable
        for name, task in fargate_tasks(environment).items():
            if task.group == self.group:
                self.tasks[name] = fargate_task(self, name, task).machine.machine.ref

    def _queue_depths(self) -> None:
        for name in self.environment_spec.stores:
            if depth := queue_depth(self, name):
                self.depths[depth_of(name)] = depth.function.name

    def _app_runners(self) -> None:
        for name, service in self.environment_spec.services.items():
            if isinstance(service, AppRunner):
                made = app_runner(self, name, service)
                self._redeployable[name] = made.redeployable

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
        # App Runner and CodeBuild's plain containers run nothing else.
        others = [*environment.services.values(), *environment.tasks.values()]
        if any(each.kind in ("app-runner", "codebuild") and each.image == image for each in others):
            chosen.add("x86_64")
        return ", ".join(sorted(PLATFORMS[each] for each in chosen))
