"""The compute stack: services with their edges, grants, variables, and what keeps them current."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from config.graph import login_of, service_name
from stacks.base import GraphStack, pascal
from stackyard.app_runner import AppRunnerService
from stackyard.custom_domain import CustomDomain
from stackyard.log_metrics import log_metrics, namespace_of
from stackyard.place import Block
from stackyard.redeploy import RedeployOnRotation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from config.model.environment import Environment
    from config.model.services import AppRunner
    from stacks.data import DataStack
    from stacks.network import NetworkStack
    from stacks.notify import NotifyStack
    from stackyard.node import Node
    from stackyard.release import Release


class ComputeStack(GraphStack):
    """Exposes the machines that redeploy after a rotation, by database, or associate a domain."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        network: NetworkStack,
        data: DataStack,
        notify: NotifyStack,
    ) -> None:
        super().__init__(
            scope,
            "compute",
            environment=environment,
            description=f"What {environment.name} runs",
        )
        self._network, self._data, self._notify = network, data, notify
        self._nodes: Mapping[str, Node] = {**data.nodes, **notify.nodes}
        self.redeploys: dict[str, list[str]] = {}
        self.domains: dict[str, str] = {}
        for name, spec in environment.services.items():
            self._service(name, spec)

    def _service(self, name: str, spec: AppRunner) -> None:
        release = self.release(name, service=name)
        service = AppRunnerService(
            self,
            f"{pascal(name)}Service",
            node=name,
            name=service_name(self.environment_spec, name),
            spec=spec,
            release=release,
            wiring=self.wiring(spec, self._nodes),
            placement=self._network.for_programs,
            out=self.out(name, nodes=self._nodes, endpoint_groups=self._network.endpoint_groups),
        )
        log_metrics(
            Block(service.released, "LogMetrics"),
            log_group=service.log_group("application"),
            namespace=namespace_of(self.environment_spec.name),
            metrics=spec.metrics,
        )
        cdk.CfnOutput(
            service.released,
            "Url",
            description=f"Where {name} answers",
            value=f"https://{service.service.attr_service_url}",
        )
        release.only_when_released(service.released)
        if spec.domain:
            self.domains[name] = self._domain(name, spec.domain, service, release)
        self._redeploy(name, spec, service, release)
        self._say_what_to_do(name, release)

    def _domain(self, name: str, domain: str, service: AppRunnerService, release: Release) -> str:
        notifier = self._notify.notifier
        spec = self.environment_spec.services[name]
        return CustomDomain(
            service,
            "Domain",
            node=name,
            domain=domain,
            dns=spec.dns,
            service=service,
            release=release,
            notifier_arn=notifier.function.arn if notifier else None,
            key=self._data.key,
            log_days=spec.log_days,
        ).machine_arn

    def _redeploy(
        self, name: str, spec: AppRunner, service: AppRunnerService, release: Release
    ) -> None:
        for store in self.environment_spec.stores:
            link = spec.uses.get(store)
            urls = self._nodes[store].urls
            if link and urls:
                redeploy = RedeployOnRotation(
                    service,
                    f"Redeploy{pascal(store)}",
                    node=name,
                    service=service,
                    release=release,
                    secret_arns=[urls[login_of(link)].arn],
                    key=self._data.key,
                    log_days=spec.log_days,
                )
                self.redeploys.setdefault(store, []).append(redeploy.machine.machine.ref)

    def _say_what_to_do(self, name: str, release: Release) -> None:
        output = cdk.CfnOutput(
            self,
            f"{pascal(name)}FirstRelease",
            description=f"{name} has no image yet",
            value=f"Fill the secrets that are still empty, push an image (linux/amd64, tag"
            f" release-...) to {release.registry}/{release.repository}, then:"
            f" aws ssm put-parameter --region {self.place.region} --overwrite --type String"
            f" --name {release.parameter} --value sha256:<its digest>; then deploy again",
        )
        output.condition = release.missing
