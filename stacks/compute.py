"""The compute stack: services with their edges, grants, variables, and what keeps them current."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from config.graph import login_of
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
    """Exposes the machines that redeploy a service after a rotation, by database."""

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
        for name, spec in environment.services.items():
            self._service(name, spec)

    def _service(self, name: str, spec: AppRunner) -> None:
        release = self.release(name, service=name)
        service = AppRunnerService(
            self,
            pascal(name),
            node=name,
            name=service_name(self.environment_spec, name),
            spec=spec,
            release=release,
            wiring=self.wiring(spec, self._nodes),
            placement=self._network.for_programs,
            out=self.out(name, nodes=self._nodes, endpoint_groups=self._network.endpoint_groups),
        )
        released = Block(service.released, "WithService")
        log_metrics(
            released,
            log_group=service.log_group("application"),
            namespace=namespace_of(self.environment_spec.name),
            metrics=spec.metrics,
        )
        if spec.domain:
            notifier = self._notify.notifier
            CustomDomain(
                released,
                "Domain",
                node=name,
                domain=spec.domain,
                dns=spec.dns,
                service=service,
                notifier_arn=notifier.function.arn if notifier else None,
                key=self._data.key,
                log_days=spec.log_days,
            )
        release.only_when_released(service.released)
        self._redeploy(name, spec, service, release)
        self._say_what_to_do(name, release)

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
            value=f"Push an image to {release.registry}/{release.repository}, then:"
            f" aws ssm put-parameter --region {self.place.region} --overwrite --type String"
            f" --name {release.parameter} --value sha256:<its digest>; then deploy again",
        )
        output.condition = release.missing


def service_name(environment: Environment, service: str) -> str:
    """The document's name of a service, or one that is unique in the account."""
    return environment.services[service].name or f"{environment.name}-{service}"[:40]
