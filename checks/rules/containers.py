"""Containers that may do little, and say what happens in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.graph.routing import SERVICE
from checks.rules.connect import CONNECT
from checks.rules.ecs import containers, inside, is_off, is_open, is_windows, placed
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
CONTROLS = f"{DOCS}/securityhub/latest/userguide/ecs-controls.html"
GROUP = "AWS::Logs::LogGroup"
DRIVERS = ("awslogs", "awsfirelens", "splunk", "json-file", "fluentd", "gelf", "syslog", "journald")
UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
# What ECS takes where nobody says otherwise; AWS found losses below that.
SMALLEST_BUFFER = 10 * 2**20
CAPABILITIES = {"ALL", "SYS_ADMIN", "NET_ADMIN", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH"}


@rule(
    "containers-user",
    "ECS::TaskDefinition",
    title="containers don't run as root",
    why="a program that is broken into owns its container, and root is halfway out of it",
    source=f"{CONTROLS}#ecs-20",
)
def user(definition: Resource, _: Scene) -> Iterator[Fault]:
    """A user is said, and it is another one."""
    if is_windows(definition):
        return
    for path, container in containers(definition):
        said = container.get("User")
        name = "" if said is None else str(said).split(":", 1)[0].strip()
        if is_open(said):
            continue
        if name in ("", "root", "0"):
            yield Fault(
                message=f"{container.get('Name')} runs as "
                + ("root" if name else "whoever its image says, which mostly is root"),
                remedy="set User to a number such as 1000:1000",
                property=f"{path}.User",
            )


@rule(
    "containers-privileged",
    "ECS::TaskDefinition",
    title="containers have no rights over their host",
    why="whoever is in such a container is on the host, and in all others there",
    source=f"{CONTROLS}#ecs-4",
)
def privileged(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Neither privileged, nor in the host's processes, nor with its capabilities."""
    for name in ("PidMode", "IpcMode", "NetworkMode"):
        if resource.get(name) == "host":
            message = f"shares the {name.removesuffix('Mode').lower()} of its host"
            yield Fault(message=message, remedy=f"remove {name}", property=name)
    for path, container in containers(resource):
        if is_true(container.get("Privileged")):
            message = f"{container.get('Name')} has all rights over its host"
            yield Fault(message=message, remedy="remove it", property=f"{path}.Privileged")
        added = set(map(str, listed(inside(container, "LinuxParameters.Capabilities.Add"))))
        if risky := sorted(added & CAPABILITIES):
            yield Fault(
                message=f"{container.get('Name')} may {', '.join(risky)}",
                remedy="take these capabilities away",
                property=f"{path}.LinuxParameters.Capabilities",
            )


@rule(
    "containers-read-only",
    "ECS::TaskDefinition",
    title="containers can't write to their own files",
    why="who breaks into a program may change it and leave tools behind",
    source=f"{CONTROLS}#ecs-5",
)
def read_only(definition: Resource, _: Scene) -> Iterator[Fault]:
    """The root file system, not what is mounted."""
    for path, container in containers(definition) if not is_windows(definition) else []:
        if is_off(container.get("ReadonlyRootFilesystem")):
            yield Fault(
                message=f"{container.get('Name')} may write to its own files",
                remedy="set ReadonlyRootFilesystem to true",
                property=f"{path}.ReadonlyRootFilesystem",
            )


@rule(
    "containers-init",
    "ECS::TaskDefinition",
    title="containers have an init process",
    why="a program that is process 1 ignores SIGTERM unless it says otherwise, and is killed in the"
    " middle of its work; its dead children stay",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_LinuxParameters.html",
    severity="warning",
)
def init(definition: Resource, _: Scene) -> Iterator[Fault]:
    """ECS starts one before the program."""
    for path, container in containers(definition) if not is_windows(definition) else []:
        if is_off(inside(container, "LinuxParameters.InitProcessEnabled")):
            yield Fault(
                message=f"{container.get('Name')} is process 1 of its container",
                remedy="set InitProcessEnabled to true",
                property=f"{path}.LinuxParameters.InitProcessEnabled",
            )


@rule(
    "containers-writable",
    "ECS::TaskDefinition",
    title="a container that can't write to its own files has a place that it may write to",
    why="most programs need one for temporary files, and fail at the first request that does",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_Tmpfs.html",
    severity="warning",
)
def writable(definition: Resource, _: Scene) -> Iterator[Fault]:
    """Memory or a volume."""
    for path, container in containers(definition):
        places = ("LinuxParameters.Tmpfs", "MountPoints", "VolumesFrom")
        if is_true(container.get("ReadonlyRootFilesystem")) and not any(
            inside(container, place) for place in places
        ):
            yield Fault(
                message=f"{container.get('Name')} can write nowhere",
                remedy="give it a Tmpfs at /tmp",
                property=f"{path}.LinuxParameters.Tmpfs",
            )


@rule(
    "containers-logs",
    "ECS::TaskDefinition",
    "ECS::Service",
    title="containers write logs to a group that is there, and don't wait for it",
    why="without logs nobody learns why a task died; with a wrong group or region it never starts;"
    " one that waits for CloudWatch stands still with it",
    source=f"{DOCS}/AmazonECS/latest/developerguide/using_awslogs.html",
)
def logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Every container, and Service Connect's own where it says so."""
    if resource.kind == SERVICE:
        said = resource.get(f"{CONNECT}.LogConfiguration")
        found = [(f"{CONNECT}.LogConfiguration", said, "Service Connect")] if said else []
    else:
        found = [
            (f"{path}.LogConfiguration", each.get("LogConfiguration"), str(each.get("Name")))
            for path, each in containers(resource)
        ]
    for path, said, name in found:
        driver = said.get("LogDriver") if isinstance(said, dict) else None
        if driver not in DRIVERS and not is_open(driver) and not is_open(said):
            message = f"nobody keeps the logs of {name}"
            yield Fault(message=message, remedy="set LogDriver to awslogs", property=path)
        elif driver == "awslogs" and isinstance(said, dict):
            options = said.get("Options")
            yield from _options(resource, scene, options if isinstance(options, dict) else {}, path)


def _options(
    resource: Resource, scene: Scene, options: dict[str, Any], path: str
) -> Iterator[Fault]:
    """What awslogs needs, and what it is better told."""
    where = f"{path}.Options"
    for name in ("awslogs-group", "awslogs-region", "awslogs-stream-prefix"):
        if not options.get(name):
            message = f"does not say {name}, without which no task starts on Fargate"
            yield Fault(message=message, remedy="say it", property=f"{where}.{name}")
    named = options.get("awslogs-group")
    if _is_no_group(scene, named) and str(options.get("awslogs-create-group")) != "true":
        message, remedy = f"logs to {named}, which is no log group", "name a log group"
        yield Fault(message=message, remedy=remedy, property=f"{where}.awslogs-group")
    region = options.get("awslogs-region")
    if is_literal(region) and resource.region and region != resource.region:
        message = f"logs to {region}, and stands in {resource.region}"
        remedy = f"set it to {resource.region}"
        yield Fault(message=message, remedy=remedy, property=f"{where}.awslogs-region")
    mode = options.get("mode", "non-blocking")
    if mode != "non-blocking" and not is_open(mode):
        message = f"is in mode {mode}: it stands still while CloudWatch takes no logs"
        remedy = "set mode to non-blocking"
        yield Fault(message=message, remedy=remedy, property=f"{where}.mode")
    size = re.fullmatch(r"(\d+)([kmg]?)b?", str(options.get("max-buffer-size", "10m")).lower())
    if not is_open(options.get("max-buffer-size")) and (
        size is None or int(size[1]) * UNITS[size[2]] < SMALLEST_BUFFER
    ):
        message = f"loses logs beyond {options.get('max-buffer-size')} that wait for CloudWatch"
        yield Fault(message=message, remedy="say 25m", property=f"{where}.max-buffer-size")


def _is_no_group(scene: Scene, named: Any) -> bool:
    """Whether a log group is none, or none of an estate that has others."""
    found, groups = scene.estate.at(named), scene.estate.of(GROUP)
    if found is not None:
        return found.kind != GROUP
    names = [each.get("LogGroupName") for each in groups]
    return bool(groups) and is_literal(named) and named not in names


@rule(
    "containers-insights",
    "ECS::Cluster",
    title="a cluster has Container Insights",
    why="without it nobody sees how many tasks run, and what follows those numbers does not scale",
    source=f"{CONTROLS}#ecs-12",
)
def insights(cluster: Resource, _: Scene) -> Iterator[Fault]:
    """Enabled or enhanced."""
    settings = placed(cluster.get("ClusterSettings"), "ClusterSettings")
    found = [(p, e) for p, e in settings if e.get("Name") == "containerInsights"]
    path, value = (f"{found[0][0]}.Value", found[0][1].get("Value")) if found else ("", None)
    if not is_open(value) and value not in ("enabled", "enhanced"):
        yield Fault(
            message="nobody sees what its tasks do",
            remedy="set containerInsights to enhanced",
            property=path or "ClusterSettings",
        )
