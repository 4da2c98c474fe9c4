"""Task definitions that ECS takes: sizes that are sold, on Fargate or elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.rules.ecs import (
    SUBNETS,
    cluster_of,
    containers,
    definition_of,
    inside,
    is_fargate,
    is_open,
    is_windows,
    placed,
)
from checks.rules.rule import Fault, rule
from checks.rules.values import number
from config.aws import FARGATE_MEMORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GUIDE = f"{DOCS}/AmazonECS/latest/developerguide"
SIZES = f"{GUIDE}/fargate-tasks-services.html#fargate-tasks-size"
ASSOCIATION = "AWS::ECS::ClusterCapacityProviderAssociations"
RETIRED = {"1.0.0", "1.1.0", "1.2.0", "1.3.0"}
ARCHITECTURES = ("ARM64", "X86_64")


def units(value: Any) -> float | None:
    """CPU in 1/1024 vCPU, or memory in MiB, as it may be written."""
    match = re.fullmatch(r"([\d.]+)\s*(vcpu|gb)", str(value).strip().lower())
    return number(value) if match is None else float(match[1]) * 1024


def _for_fargate(definition: Resource) -> bool:
    return "FARGATE" in map(str, listed(definition.get("RequiresCompatibilities")))


@rule(
    "containers-size",
    "ECS::TaskDefinition",
    title="a task on Fargate has a size that Fargate sells",
    why="ECS refuses the task definition, and no release goes out",
    source=SIZES,
)
def size(definition: Resource, _: Scene) -> Iterator[Fault]:
    """CPU, and memory that goes with it."""
    if not _for_fargate(definition):
        return
    for name in ("Cpu", "Memory"):
        if definition.get(name) is None:
            yield Fault(message=f"says no {name}", remedy="say it", property=name)
        elif units(definition.get(name)) is None and not is_open(definition.get(name)):
            message = f"has a {name} of {definition.get(name)}"
            yield Fault(message=message, remedy="say a number", property=name)
    cpu, memory = units(definition.get("Cpu")), units(definition.get("Memory"))
    if cpu is None or memory is None:
        return
    sold = FARGATE_MEMORY.get(int(cpu))
    if sold is None:
        message, remedy = f"cpu {cpu:g}", f"one of {', '.join(map(str, FARGATE_MEMORY))}"
        yield Fault(message=f"asks for {message}", remedy=f"ask for {remedy}", property="Cpu")
    elif memory not in sold:
        yield Fault(
            message=f"asks for {memory:g} MiB with cpu {cpu:g}",
            remedy=f"ask for {sold[0]} to {sold[-1]} MiB as Fargate sells them",
            property="Memory",
        )


@rule(
    "containers-memory",
    "ECS::TaskDefinition",
    title="containers and what they keep in memory fit into their task",
    why="a task that reserves more never starts, and one that fills its memory is killed",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
)
def memory(definition: Resource, _: Scene) -> Iterator[Fault]:
    """Reservations and tmpfs against the whole."""
    whole, cpu = units(definition.get("Memory")), units(definition.get("Cpu"))
    kept = free = shares = 0.0
    for path, container in containers(definition):
        hard, soft = (number(container.get(name)) for name in ("Memory", "MemoryReservation"))
        scratch = sum(
            number(each.get("Size")) or 0
            for _, each in placed(inside(container, "LinuxParameters.Tmpfs"), "")
        )
        shares += number(container.get("Cpu")) or 0
        if hard is not None and soft is not None and soft > hard:
            message = f"reserves {soft:g} MiB and may use {hard:g}"
            remedy = "reserve less than Memory"
            yield Fault(message=message, remedy=remedy, property=f"{path}.MemoryReservation")
        if hard is not None and scratch >= hard:
            message = f"keeps {scratch:g} MiB of files in {hard:g} MiB of memory"
            yield Fault(message=message, remedy="make its tmpfs smaller", property=path)
        reserved = soft if soft is not None else hard
        kept += max(reserved, scratch) if reserved is not None else scratch
        free += reserved is None
    if whole is not None and (kept > whole or (free and kept >= whole)):
        yield Fault(
            message=f"containers and their files in memory take {kept:g} of {whole:g} MiB",
            remedy="give the task more memory, or them less",
            property="Memory",
        )
    if cpu is not None and shares > cpu:
        message = f"containers take cpu {shares:g} of {cpu:g}"
        yield Fault(message=message, remedy="give the task more", property="Cpu")


@rule(
    "containers-fargate",
    "ECS::TaskDefinition",
    title="a task on Fargate has addresses of its own and a role to start with",
    why="ECS refuses it, or can't pull its image, read its secrets and write its logs",
    source=f"{GUIDE}/fargate-tasks-services.html",
)
def fargate(definition: Resource, _: Scene) -> Iterator[Fault]:
    """awsvpc, an execution role where one is used, nothing of a host."""
    if not _for_fargate(definition):
        return
    mode = definition.get("NetworkMode")
    if mode != "awsvpc" and not is_open(mode):
        message, remedy = f"has network mode {mode}", "set NetworkMode to awsvpc"
        yield Fault(message=message, remedy=remedy, property="NetworkMode")
    text = str(definition.get("ContainerDefinitions"))
    needs = [w for w in (".dkr.ecr.", "awslogs-group", "'Secrets': [{") if w in text]
    if needs and definition.get("ExecutionRoleArn") is None:
        yield Fault(
            message="nobody may pull its image, read its secrets or write its logs",
            remedy="say ExecutionRoleArn",
            property="ExecutionRoleArn",
        )
    for path, volume in placed(definition.get("Volumes"), "Volumes"):
        if inside(volume, "Host.SourcePath") is not None:
            message = "mounts a folder of its host, and on Fargate there is none"
            yield Fault(message=message, remedy="remove it", property=f"{path}.Host")


@rule(
    "containers-compatible",
    "ECS::Service",
    title="a service on Fargate runs a task definition for it, on a version that is not retired",
    why="ECS refuses the task definition, and no longer starts tasks on a retired version",
    source=f"{GUIDE}/platform-versions-retired.html",
)
def compatible(service: Resource, scene: Scene) -> Iterator[Fault]:
    """FARGATE among the compatibilities, subnets, and a platform of today."""
    definition = definition_of(scene.estate, service)
    on_fargate = is_fargate(scene.estate, service)
    said = service.get("PlatformVersion")
    if definition:
        yield from _fitting(scene.estate, service, definition, on_fargate=on_fargate)
    windows = definition is not None and is_windows(definition)
    known = is_open(said) or said is None or re.fullmatch(r"LATEST|\d+\.\d+\.\d+", str(said))
    if on_fargate and (not known or (str(said) in RETIRED and not windows)):
        message = f"runs on version {said} of Fargate, which is retired or never was"
        yield Fault(message=message, remedy="say LATEST", property="PlatformVersion")


def _fitting(
    estate: Estate, service: Resource, definition: Resource, *, on_fargate: bool
) -> Iterator[Fault]:
    """What a service says against what its task definition says."""
    cluster = cluster_of(estate, service.get("Cluster"))
    # Only a cluster that is known is known to have no strategy of its own.
    default = cluster is None or bool(
        cluster.get("DefaultCapacityProviderStrategy") or estate.users_of(cluster, ASSOCIATION)
    )
    compatible_with = definition.get("RequiresCompatibilities")
    if on_fargate and not _for_fargate(definition) and not is_open(compatible_with):
        yield Fault(
            message="does not say that it runs on Fargate, and its service does",
            remedy="set RequiresCompatibilities to FARGATE",
            property="RequiresCompatibilities",
            at=definition,
        )
    said = default or service.get("CapacityProviderStrategy") or service.get("LaunchType")
    if not said and listed(compatible_with) == ["FARGATE"]:
        yield Fault(
            message="asks for instances, which is what ECS takes when nobody says Fargate",
            remedy="set LaunchType to FARGATE, or name FARGATE as capacity provider",
            property="CapacityProviderStrategy",
        )
    unplaced = not service.get(SUBNETS) and not is_open(service.get("NetworkConfiguration"))
    if definition.get("NetworkMode") == "awsvpc" and unplaced:
        message, remedy = "has no subnets for its tasks", "name Subnets"
        yield Fault(message=message, remedy=remedy, property=SUBNETS)


@rule(
    "containers-architecture",
    "ECS::TaskDefinition",
    title="a task on Fargate says for which processor its image is built",
    why="ECS takes x86 when nobody says, and an image for ARM dies with `exec format error`",
    source=f"{GUIDE}/ecs-arm64.html",
    severity="warning",
)
def architecture(definition: Resource, _: Scene) -> Iterator[Fault]:
    """One that there is."""
    path = "RuntimePlatform.CpuArchitecture"
    said = definition.get(path)
    family = str(definition.get("RuntimePlatform.OperatingSystemFamily", "LINUX"))
    if not re.fullmatch(r"LINUX|WINDOWS_SERVER_\w+", family) and not is_open(family):
        message = f"there is no system {family}"
        remedy, where = "say LINUX", "RuntimePlatform.OperatingSystemFamily"
        yield Fault(message=message, remedy=remedy, property=where)
    if _for_fargate(definition) and not is_open(said) and said not in ARCHITECTURES:
        message = "does not say for which processor it is" if said is None else f"is for {said}"
        yield Fault(message=message, remedy="say ARM64 or X86_64", property=path)
