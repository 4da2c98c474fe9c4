"""Figures of what is watched and moved: queues, log metrics, probes, releases, redeployments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from checks.estate import texts
from checks.figures.figure import Figure, only
from config.model.postgres import Postgres
from config.model.services import AppRunner
from config.nodes import depth_of, links
from config.programs import queues, released

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from config.model.environment import Environment

# The metric that lambda/queue_depth publishes.
QUEUE_METRIC = "QueueDepth"


def figures(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """What watches, follows and renews what the file names."""
    yield from _queues(environment, estate)
    yield from _log_metrics(environment, estate)
    yield from _probes(environment, estate)
    yield from _releases(environment, estate)
    yield from _redeployed(environment, estate)
    yield from _domains(environment, estate)


def _queues(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """Scaling reads the metric that the function publishes, of its own service."""
    policies = estate.of("AWS::ApplicationAutoScaling::ScalingPolicy")
    for store in environment.stores:
        function = only(estate, "Lambda::Function", depth_of(store))
        namespace = function.get("Environment.Variables.NAMESPACE") if function else None
        for service in queues(environment, store):
            found = [
                (each, metric)
                for each in policies
                for metric in _custom(each)
                if metric.get("MetricName") == QUEUE_METRIC
                and {d.get("Name"): d.get("Value") for d in metric.get("Dimensions") or []}
                == {"Service": service}
            ]
            policy = found[0][0] if found else None
            yield Figure(
                field=f"services.{service}.scale.queue",
                wanted=str(namespace),
                resource=policy,
                path="",
                found=found[0][1].get("Namespace") if found else None,
                spread=True,
            )


def _custom(policy: Resource) -> Iterator[dict[str, Any]]:
    path = "TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification.Metrics"
    for query in policy.mappings(path):
        stat = query.get("MetricStat")
        metric = stat.get("Metric") if isinstance(stat, dict) else None
        if isinstance(metric, dict):
            yield metric


def _log_metrics(environment: Environment, estate: Estate) -> Iterator[Figure]:
    filters = {
        str(transformed.get("MetricName")): (each, transformed)
        for each in estate.of("AWS::Logs::MetricFilter")
        for transformed in each.mappings("MetricTransformations")
    }
    for name, service in environment.services.items():
        for metric, spec in service.metrics.items():
            at, said = filters.get(metric, (None, {}))
            field = f"services.{name}.metrics.{metric}"
            yield Figure(
                field=f"{field}.pattern", wanted=spec.pattern, resource=at, path="FilterPattern"
            )
            yield Figure(
                field=f"{field}.value",
                wanted=spec.value,
                resource=at,
                path="MetricTransformations",
                found=said.get("MetricValue"),
                spread=True,
            )


def _probes(environment: Environment, estate: Estate) -> Iterator[Figure]:
    for name, service in environment.services.items():
        if service.probe is None:
            continue
        check = only(estate, "Route53::HealthCheck", name)
        for key, path, wanted in (
            ("domain", "FullyQualifiedDomainName", service.domain),
            ("probe.path", "ResourcePath", service.probe.path),
            ("probe.interval", "RequestInterval", service.probe.interval),
            ("probe.failures", "FailureThreshold", service.probe.failures),
        ):
            yield Figure(
                field=f"services.{name}.{key}",
                wanted=wanted,
                resource=check,
                path=f"HealthCheckConfig.{path}",
            )


def _releases(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """A parameter for each image, and for each task that is started by hand."""
    made = {str(each.get("Name")) for each in estate.of("AWS::SSM::Parameter")}
    home = f"/{environment.system}/{environment.environment}"
    wanted = {f"{home}/{each}/image-digest" for each in released(environment)}
    first = next(iter(estate.of("AWS::SSM::Parameter")), None)
    yield Figure(
        field="images: where their digests stand",
        wanted=sorted(wanted),
        resource=first,
        path="",
        found=sorted(made & wanted),
        spread=True,
    )


def _redeployed(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """Whoever reads a rotated credential is deployed again by a machine of its store."""
    names = {each.get("ServiceName"): each.node for each in estate.of("AWS::ECS::Service")}
    for store, spec in environment.stores.items():
        if not isinstance(spec, Postgres):
            continue
        users = sorted(
            {s for s, target, _ in links(environment) if target == store}
            & set(environment.services)
        )
        machines = estate.of_node("AWS::StepFunctions::StateMachine", store)
        found = {
            node
            for machine in machines
            for called in _services(machine.get("Definition"))
            for node in (names.get(called), _node_at(estate, called))
            if node
        }
        if users:
            yield Figure(
                field=f"stores.{store}: who is deployed again after a rotation",
                wanted=users,
                resource=machines[0] if machines else None,
                path="Definition",
                found=sorted(found),
                spread=True,
            )


def _domains(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """The machine that associates a domain of App Runner, of this name with this service."""
    for name, spec in environment.services.items():
        if not isinstance(spec, AppRunner) or not spec.domain:
            continue
        for machine in estate.of_node("AWS::StepFunctions::StateMachine", name):
            states = machine.get("Definition.States", {})
            asked = [each.get("Parameters", {}) for each in states.values()]
            said = {
                str(value) if key == "DomainName" else str(_node_at(estate, value))
                for each in asked
                for key, value in each.items()
                if key in ("DomainName", "ServiceArn")
            }
            yield Figure(
                field=f"services.{name}.domain",
                wanted=sorted({spec.domain, name}),
                resource=machine,
                path="Definition",
                found=sorted(said),
                spread=True,
            )


def _node_at(estate: Estate, value: str) -> str | None:
    found = estate.at(value)
    return found.node if found else None


def _services(definition: Any) -> Iterator[str]:
    """The services that the states of a machine name."""
    if isinstance(definition, str):
        try:
            definition = json.loads(definition)
        except ValueError:
            return
    if isinstance(definition, dict):
        for key, value in definition.items():
            if key in ("Service", "ServiceArn"):
                yield from texts(value)
            else:
                yield from _services(value)
    elif isinstance(definition, list):
        for each in definition:
            yield from _services(each)
