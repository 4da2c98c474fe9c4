"""What a release runs, what sends it back, and who may step into it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.functions import REFERENCE, UNKNOWN
from checks.graph.routing import TARGETS
from checks.rules.ecs import (
    DEPLOYMENT,
    all_groups,
    balanced,
    cluster_of,
    containers,
    definition_of,
    is_off,
    is_open,
    is_replicated,
    placed,
    said_name,
)
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, is_true
from config.aws import SHELL_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GUIDE = f"{DOCS}/AmazonECS/latest/developerguide"
ALARMS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
# Of each type the place where an image is named.
IMAGES = {
    "AWS::AppRunner::Service": "SourceConfiguration.ImageRepository.ImageIdentifier",
    "AWS::CodeBuild::Project": "Environment.Image",
    "AWS::Lambda::Function": "Code.ImageUri",
}


@lru_cache(maxsize=4)
def _alarms(estate: Estate) -> Mapping[str, Resource]:
    """The alarms of an estate by the names that they say."""
    named = ((each.get("AlarmName"), each) for each in estate.of(*ALARMS))
    return {name: each for name, each in named if is_literal(name)}


def alarms_of(estate: Estate, service: Resource) -> list[tuple[Any, Resource | None]]:
    """What a service names as the alarms of its deployments, with the alarms that are meant."""
    names = listed(service.get(f"{DEPLOYMENT}.Alarms.AlarmNames"))
    known = _alarms(estate)
    found = []
    for name in names:
        alarm = estate.at(name) or (known.get(name) if isinstance(name, str) else None)
        found.append((name, alarm if alarm and alarm.kind in ALARMS else None))
    return found


@rule(
    "deployments-alarms",
    "ECS::Service",
    title="deployments go back when an alarm of the service rings, in production",
    why="a release that starts, passes its health check and answers with errors stays otherwise",
    source=f"{GUIDE}/deployment-alarm-failure.html",
)
def alarms(service: Resource, scene: Scene) -> Iterator[Fault]:
    """Enabled, with rollback, and by alarms that are there and watch this service."""
    path = f"{DEPLOYMENT}.Alarms"
    said = service.get(path)
    if not is_replicated(service) or is_open(said):
        return
    if said is None:
        if balanced(service) and scene.production:
            yield Fault(
                message="no alarm rolls a bad release back",
                remedy="name alarms, with Enable and Rollback",
                property=path,
            )
        return
    for name in ("Enable", "Rollback"):
        if is_off(service.get(f"{path}.{name}")):
            yield Fault(
                message="its alarms don't roll a bad release back",
                remedy=f"set {name} to true",
                property=f"{path}.{name}",
            )
    named = alarms_of(scene.estate, service)
    if not named and not is_off(service.get(f"{path}.Enable")):
        yield Fault(message="names no alarm", remedy="name one", property=f"{path}.AlarmNames")
    for name, alarm in named:
        if alarm is None and is_literal(name) and _alarms(scene.estate):
            message, remedy = f"there is no alarm {name!r}", "name an alarm that exists"
        elif alarm and _watches_another(scene.estate, service, alarm):
            message, remedy = f"{alarm.logical_id} watches another service", "name its own alarm"
        else:
            continue
        yield Fault(message=message, remedy=remedy, property=f"{path}.AlarmNames")


def _watches_another(estate: Estate, service: Resource, alarm: Resource) -> bool:
    """Whether an alarm names target groups or services, and none of them is this one's."""
    watched = {each for each in estate.named(alarm.properties) if each.kind == TARGETS}
    if watched:
        return not watched & all_groups(estate, service)
    metrics = [each.get("MetricStat") for each in alarm.mappings("Metrics")]
    stats = [each.get("Metric") for each in metrics if isinstance(each, dict)]
    names = [
        dimension.get("Value")
        for metric in [dict(alarm.properties), *(each for each in stats if isinstance(each, dict))]
        for _, dimension in placed(metric.get("Dimensions"), "")
        if dimension.get("Name") == "ServiceName"
    ]
    return bool(names) and not any(said_name(estate, n, service, "ServiceName") for n in names)


@rule(
    "deployments-image",
    "ECS::TaskDefinition",
    *(kind.removeprefix("AWS::") for kind in IMAGES),
    title="images are named by a digest or a version",
    why="`latest` is another image tomorrow: tasks of one release differ, and going back changes"
    " nothing",
    source=f"{GUIDE}/container-considerations.html",
)
def image(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """What a parameter says is for the release to say."""
    if path := IMAGES.get(resource.kind):
        found = [(path, resource.get(path))]
    else:
        named = placed(resource.get("ContainerDefinitions"), "ContainerDefinitions")
        found = [(f"{where}.Image", each.get("Image")) for where, each in named]
    for path, value in found:
        if loose := _loose(scene.estate, value):
            yield Fault(message=loose, remedy="name a digest, or a version", property=path)


def _loose(estate: Estate, value: Any) -> str | None:
    """What is loose about an image's name."""
    if not isinstance(value, str) or "{{resolve:" in value or UNKNOWN in value:
        return None
    whole = REFERENCE.fullmatch(value)
    of_repository = estate.at(value)
    if whole and not (of_repository and of_repository.kind == "AWS::ECR::Repository"):
        return None
    end = re.sub(r"<[^<>]*>", "%", value).rsplit("/", 1)[-1]
    name, at, _ = end.partition("@")
    _, colon, tag = name.partition(":")
    if tag == "latest":
        return "runs `latest`, whatever that is when a task starts"
    # A name that ends in a parameter may have its version there.
    if at or (colon and tag) or (end.endswith("%") and not whole):
        return None
    return "names no version, so it runs `latest`"


@rule(
    "deployments-shell",
    "ECS::Service",
    title="a shell in running tasks is there where somebody asked for it, works, and is logged",
    why="who may open it reads every secret of the task, and without logs nobody learns of it",
    source=f"{GUIDE}/ecs-exec.html",
)
def shell(service: Resource, scene: Scene) -> Iterator[Fault]:
    """As the file says, where there is one."""
    enabled = is_true(service.get("EnableExecuteCommand"))
    node = scene.environment.services.get(service.node or "") if scene.environment else None
    asked = getattr(node, "shell", None) is not None
    path = "EnableExecuteCommand"
    if node is not None and enabled != asked and not is_open(service.get(path)):
        message = "opens a shell that the file does not ask for" if enabled else "opens no shell"
        yield Fault(message=message, remedy="do what `shell` of the file says", property=path)
    if not enabled:
        return
    cluster = cluster_of(scene.estate, service.get("Cluster"))
    logs = "Configuration.ExecuteCommandConfiguration"
    logging = cluster.get(f"{logs}.Logging", "DEFAULT") if cluster else "DEFAULT"
    nowhere = logging == "OVERRIDE" and cluster and not cluster.get(f"{logs}.LogConfiguration")
    if logging == "NONE" or nowhere:
        yield Fault(
            message="opens a shell whose sessions are not logged",
            remedy="set the cluster's Logging to OVERRIDE, with a LogConfiguration",
            property=path,
        )
    definition = definition_of(scene.estate, service)
    for _, container in containers(definition) if definition else []:
        if missing := _unwritable(container):
            yield Fault(
                message=f"opens a shell, whose agent can't write to {missing[0]}",
                remedy=f"mount something writable at {', '.join(missing)}",
                property=path,
            )


def _unwritable(container: dict[str, Any]) -> list[str]:
    """The folders of the shell's agent that a read-only root file system keeps from it."""
    linux = container.get("LinuxParameters")
    mounts = linux.get("Tmpfs") if isinstance(linux, dict) else None
    found = [*placed(mounts, ""), *placed(container.get("MountPoints"), "")]
    open_to = {str(each.get("ContainerPath")) for _, each in found}
    if not is_true(container.get("ReadonlyRootFilesystem")):
        return []
    return [folder for folder in SHELL_FOLDERS if folder not in open_to]
