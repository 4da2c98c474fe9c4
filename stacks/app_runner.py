"""The part of a compute stack that App Runner runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from config.nodes import service_name
from stackyard.app_runner import AppRunnerService
from stackyard.custom_domain import CustomDomain
from stackyard.log_metrics import log_metrics, namespace_of
from stackyard.names import pascal
from stackyard.place import Block

if TYPE_CHECKING:
    from config.model.services import AppRunner
    from stacks.compute import ComputeStack


def app_runner(stack: ComputeStack, name: str, spec: AppRunner) -> AppRunnerService:
    """A service with its own domain, its metrics, and where it answers."""
    release = stack.release(spec.image)
    service = AppRunnerService(
        stack,
        f"{pascal(name)}Service",
        node=name,
        name=service_name(stack.environment_spec, name),
        spec=spec,
        release=release,
        wiring=stack.wiring(spec, stack.nodes, release=release),
        placement=stack.network.for_programs,
        out=stack.out(name, nodes=stack.nodes, endpoint_groups=stack.network.endpoint_groups),
    )
    log_metrics(
        Block(service.released, "LogMetrics"),
        log_group=service.log_group("application"),
        namespace=namespace_of(stack.environment_spec.name),
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
        stack.domains[name] = _domain(stack, name, spec.domain, spec, service)
    return service


def _domain(
    stack: ComputeStack, name: str, domain: str, spec: AppRunner, service: AppRunnerService
) -> str:
    notifier = stack.notify.notifier
    return CustomDomain(
        service,
        "Domain",
        node=name,
        domain=domain,
        dns=spec.dns,
        service=service,
        release=stack.release(spec.image),
        notifier_arn=notifier.function.arn if notifier else None,
        key=stack.data.key,
        log_days=spec.log_days,
    ).machine_arn
