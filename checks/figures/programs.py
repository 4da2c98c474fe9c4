"""Figures of what runs: sizes, containers, schedules, App Runner, builds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.figures.figure import Figure, container_of, only
from checks.figures.services import service_figures
from config import aws
from config.model.fargate import Fargate, FargateTask
from config.model.programs import Root
from config.model.services import AppRunner, CodeBuildTask
from config.nodes import runners

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from config.model.environment import Environment
    from config.model.programs import Program, Sidecar

ARCHITECTURES = {"arm64": "ARM64", "x86_64": "X86_64"}


def figures(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """The figures of every service and task."""
    for name, runner in runners(environment).items():
        section = "services" if name in environment.services else "tasks"
        field = f"{section}.{name}"
        match runner:
            case Fargate():
                yield from _program(estate, name, runner, field)
                yield from service_figures(estate, name, runner, field)
            case FargateTask():
                yield from _program(estate, name, runner, field)
                yield from _task(estate, name, runner, field)
            case AppRunner():
                yield from _app_runner(estate, name, runner, field)
            case CodeBuildTask():
                yield from _build(estate, name, runner, field)


def _program(estate: Estate, name: str, spec: Program, field: str) -> Iterator[Figure]:
    task = only(estate, "ECS::TaskDefinition", name)

    def figure(key: str, path: str, wanted: Any) -> Figure:
        return Figure(field=f"{field}.{key}", wanted=wanted, resource=task, path=path)

    yield figure("cpu", "Cpu", spec.cpu)
    yield figure("memory", "Memory", spec.memory)
    architecture = ARCHITECTURES[spec.architecture]
    yield figure("architecture", "RuntimePlatform.CpuArchitecture", architecture)
    main = container_of(task, aws.MAIN_CONTAINER)
    yield _of_container(task, main, f"{field}.stop_seconds", "StopTimeout", spec.stop_seconds)
    user = "0" if isinstance(spec.user, Root) else spec.user
    if not isinstance(spec.user, Root):
        yield _of_container(task, main, f"{field}.user", "User", user)
    read_only = spec.read_only is True
    yield _of_container(task, main, f"{field}.read_only", "ReadonlyRootFilesystem", read_only)
    if spec.command:
        yield _of_container(task, main, f"{field}.command", "Command", list(spec.command))
    tmpfs = (main.get("LinuxParameters") or {}).get("Tmpfs") or []
    yield Figure(
        field=f"{field}.scratch",
        wanted=[f"{path} {size}" for path, size in spec.scratch.items()],
        resource=task,
        path="ContainerDefinitions",
        found=[f"{each.get('ContainerPath')} {each.get('Size')}" for each in tmpfs],
        spread=True,
    )
    yield Figure(
        field=f"{field}.sidecars",
        wanted=[aws.MAIN_CONTAINER, *spec.sidecars],
        resource=task,
        path="ContainerDefinitions",
        found=[each.get("Name") for each in task.mappings("ContainerDefinitions")] if task else [],
        spread=True,
    )
    for sidecar, its in spec.sidecars.items():
        yield from _sidecar(task, sidecar, its, f"{field}.sidecars.{sidecar}")
    if spec.family:
        yield figure("family", "Family", spec.family)


def _sidecar(task: Resource | None, name: str, spec: Sidecar, field: str) -> Iterator[Figure]:
    container = container_of(task, name)
    yield _of_container(task, container, f"{field}.image", "Image", spec.image)
    yield _of_container(task, container, f"{field}.memory", "MemoryReservation", spec.memory)
    said = {each.get("Name"): each.get("Value") for each in container.get("Environment") or []}
    for variable, value in spec.env.items():
        yield Figure(
            field=f"{field}.env.{variable}",
            wanted=value,
            resource=task,
            path="ContainerDefinitions",
            found=said.get(variable),
            spread=True,
        )


def _of_container(
    task: Resource | None, container: dict[str, Any], field: str, key: str, wanted: Any
) -> Figure:
    return Figure(
        field=field,
        wanted=wanted,
        resource=task,
        path="ContainerDefinitions",
        found=container.get(key),
        spread=True,
    )


def _task(estate: Estate, name: str, spec: FargateTask, field: str) -> Iterator[Figure]:
    machine = only(estate, "StepFunctions::StateMachine", name)
    states = machine.get("Definition.States", {}) if machine else {}
    runs = [each for each in states.values() if isinstance(each, dict) and "TimeoutSeconds" in each]
    yield Figure(
        field=f"{field}.timeout",
        wanted=[spec.timeout * 60],
        resource=machine,
        path="Definition",
        found=[each["TimeoutSeconds"] for each in runs],
        spread=True,
    )
    if spec.schedule:
        schedule = next(
            (
                each
                for each in estate.of("AWS::Scheduler::Schedule")
                if machine and estate.at(each.get("Target.Arn")) is machine
            ),
            None,
        )
        for key, path, wanted in (
            ("schedule", "ScheduleExpression", spec.schedule),
            ("timezone", "ScheduleExpressionTimezone", spec.timezone),
        ):
            yield Figure(field=f"{field}.{key}", wanted=wanted, resource=schedule, path=path)


def _app_runner(estate: Estate, name: str, spec: AppRunner, field: str) -> Iterator[Figure]:
    service = only(estate, "AppRunner::Service", name)
    health = spec.health
    image = "SourceConfiguration.ImageRepository.ImageConfiguration"
    for key, path, wanted in (
        ("cpu", "InstanceConfiguration.Cpu", spec.cpu),
        ("memory", "InstanceConfiguration.Memory", spec.memory),
        ("port", f"{image}.Port", spec.port),
        ("public", "NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible", spec.public),
        ("health.path", "HealthCheckConfiguration.Path", health and health.path),
        ("health.interval", "HealthCheckConfiguration.Interval", health and health.interval),
        ("health.timeout", "HealthCheckConfiguration.Timeout", health and health.timeout),
        ("health.healthy", "HealthCheckConfiguration.HealthyThreshold", health and health.healthy),
        (
            "health.unhealthy",
            "HealthCheckConfiguration.UnhealthyThreshold",
            health and health.unhealthy,
        ),
    ):
        if wanted is not None:
            yield Figure(field=f"{field}.{key}", wanted=wanted, resource=service, path=path)
    scaling = estate.at(service.get("AutoScalingConfigurationArn")) if service else None
    for key, path, wanted in (
        ("min", "MinSize", spec.scale.min),
        ("max", "MaxSize", spec.scale.max),
        ("concurrency", "MaxConcurrency", spec.scale.concurrency),
    ):
        yield Figure(field=f"{field}.scale.{key}", wanted=wanted, resource=scaling, path=path)


def _build(estate: Estate, name: str, spec: CodeBuildTask, field: str) -> Iterator[Figure]:
    project = next(
        (
            each
            for each in estate.of("AWS::CodeBuild::Project")
            if (role := estate.at(each.get("ServiceRole"))) and role.node == name
        ),
        None,
    )
    for key, path, wanted in (
        ("timeout", "TimeoutInMinutes", spec.timeout),
        ("compute", "Environment.ComputeType", spec.compute),
        ("name", "Name", spec.name),
    ):
        if wanted is not None:
            yield Figure(field=f"{field}.{key}", wanted=wanted, resource=project, path=path)
    if spec.role_name:
        role = estate.at(project.get("ServiceRole")) if project else None
        yield Figure(
            field=f"{field}.role_name", wanted=spec.role_name, resource=role, path="RoleName"
        )
    said = {
        each.get("Name"): each.get("Value")
        for each in (project.mappings("Environment.EnvironmentVariables") if project else [])
    }
    for key, variable, value in (
        ("command", "COMMAND", spec.command),
        ("directory", "DIRECTORY", spec.directory),
    ):
        yield Figure(
            field=f"{field}.{key}",
            wanted=value,
            resource=project,
            path="Environment",
            found=said.get(variable),
            spread=True,
        )
