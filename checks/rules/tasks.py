"""Containers of a task that get along: names, ports, variables and commands."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from checks.rules.ecs import (
    containers,
    inside,
    is_off,
    is_open,
    placed,
    word,
)
from checks.rules.rule import Fault, rule
from checks.rules.values import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

RUNNER = "SourceConfiguration.ImageRepository"
DOCS = "https://docs.aws.amazon.com"


@rule(
    "containers-essential",
    "ECS::TaskDefinition",
    title="a task has a container that is essential",
    why="ECS refuses a task of which nothing matters: it would never end and never fail",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
)
def essential(definition: Resource, _: Scene) -> Iterator[Fault]:
    """What is not said is essential."""
    found = containers(definition)
    if found and all(is_off(each.get("Essential"), unsaid=False) for _, each in found):
        yield Fault(
            message="none of its containers matters, so it never ends and never fails",
            remedy="set Essential to true for one",
            property="ContainerDefinitions",
        )


@rule(
    "containers-ports",
    "ECS::TaskDefinition",
    title="the containers of a task listen on ports of their own, by TCP where they are called",
    why="containers of a task share its address, so a second one on a port can't start",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_PortMapping.html",
)
def ports(definition: Resource, _: Scene) -> Iterator[Fault]:
    """Each port and each name once; the host's port is the container's."""
    seen: set[tuple[Any, Any]] = set()
    names: set[Any] = set()
    awsvpc = definition.get("NetworkMode") == "awsvpc"
    for path, container in containers(definition):
        for where, each in placed(container.get("PortMappings"), f"{path}.PortMappings"):
            port, protocol = number(each.get("ContainerPort")), word(each.get("Protocol", "tcp"))
            host, name = number(each.get("HostPort")), word(each.get("Name"))
            unsaid = not {"ContainerPort", "ContainerPortRange"} & set(each)
            if unsaid or (port is not None and not 1 <= port <= 65535):
                message = "listens on no port" if unsaid else f"listens on {port:g}"
                yield Fault(
                    message=message, remedy="say 1 to 65535", property=f"{where}.ContainerPort"
                )
            if awsvpc and port is not None and host not in (None, 0, port):
                message, remedy = f"maps {port:g} to {host:g}", "remove HostPort"
                yield Fault(message=message, remedy=remedy, property=f"{where}.HostPort")
            if awsvpc and (port, protocol) in seen:
                message = f"two containers listen on {port}"
                yield Fault(message=message, remedy="change one", property=f"{where}.ContainerPort")
            if name is not None and name in names:
                message = f"two ports are called {name}"
                yield Fault(message=message, remedy="rename one", property=f"{where}.Name")
            if protocol not in ("tcp", "udp") and not is_open(protocol):
                message, remedy = f"listens by {protocol}", "set Protocol to tcp"
                yield Fault(message=message, remedy=remedy, property=f"{where}.Protocol")
            elif protocol == "udp" and (each.get("AppProtocol") or name):
                message = f"is called by name or by HTTP, and listens by {protocol}"
                yield Fault(
                    message=message, remedy="set Protocol to tcp", property=f"{where}.Protocol"
                )
            seen.add((port, protocol))
            names.add(name)


@rule(
    "containers-scratch",
    "ECS::TaskDefinition",
    title="memory that a container uses for files has a place and a size",
    why="ECS refuses a path that is none, and the later one of two at a place hides the first",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_Tmpfs.html",
)
def scratch(definition: Resource, _: Scene) -> Iterator[Fault]:
    """Absolute paths, once each."""
    for path, container in containers(definition):
        base = f"{path}.LinuxParameters.Tmpfs"
        seen: set[Any] = set()
        for where, each in placed(inside(container, "LinuxParameters.Tmpfs"), base):
            place, mebibytes = word(each.get("ContainerPath")), number(each.get("Size"))
            if not is_open(place) and (not str(place).startswith("/") or place in seen):
                message = f"has memory at {place!r}" + (" twice" if place in seen else "")
                remedy = "name another absolute path"
                yield Fault(message=message, remedy=remedy, property=f"{where}.ContainerPath")
            if mebibytes is not None and mebibytes < 1:
                message = f"has {mebibytes:g} MiB at {place}"
                yield Fault(message=message, remedy="say a size", property=f"{where}.Size")
            seen.add(place)


@rule(
    "containers-variables",
    "ECS::TaskDefinition",
    "AppRunner::Service",
    "CodeBuild::Project",
    title="each variable of a program is set once, to something",
    why="of two values one is silently lost, and which one is nobody's choice",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
)
def variables(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Plain and secret ones share their names."""
    for path, plain, secret in _said_variables(resource):
        said = [*placed(plain, ""), *placed(secret, "")]
        for name, count in Counter(str(each.get("Name")) for _, each in said).items():
            if count > 1:
                message, remedy = f"sets {name} twice", "remove one"
                yield Fault(message=message, remedy=remedy, property=path)
            elif name in ("", "None"):
                message, remedy = "sets a variable without a name", "name it"
                yield Fault(message=message, remedy=remedy, property=path)
        for _where, each in placed(secret, ""):
            if not each.get("ValueFrom") and not each.get("Value"):
                message, remedy = f"{each.get('Name')} is a secret of nowhere", "say ValueFrom"
                yield Fault(message=message, remedy=remedy, property=path)


def _said_variables(resource: Resource) -> Iterator[tuple[str, Any, Any]]:
    if resource.kind == "AWS::CodeBuild::Project":
        path = "Environment.EnvironmentVariables"
        yield path, resource.get(path), None
    elif resource.kind == "AWS::AppRunner::Service":
        path = f"{RUNNER}.ImageConfiguration"
        names = ("RuntimeEnvironmentVariables", "RuntimeEnvironmentSecrets")
        yield path, *(resource.get(f"{path}.{name}") for name in names)
    for path, each in containers(resource):
        yield path, each.get("Environment"), each.get("Secrets")


@rule(
    "containers-command",
    "ECS::TaskDefinition",
    title="a container that is told what to run is told something",
    why="an empty word is run as a program that does not exist, and the task dies at once",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
)
def command(definition: Resource, _: Scene) -> Iterator[Fault]:
    """Where a command stands at all, it begins with a word."""
    for path, container in containers(definition):
        for name in ("Command", "EntryPoint"):
            words = container.get(name)
            if isinstance(words, list) and (not words or not str(words[0]).strip()):
                message, remedy = "is told to run nothing", f"say a program, or remove {name}"
                yield Fault(message=message, remedy=remedy, property=f"{path}.{name}")
        image = container.get("Image")
        if image is None or (isinstance(image, str) and not image.strip()):
            message, remedy = f"{container.get('Name')} has no image", "name one"
            yield Fault(message=message, remedy=remedy, property=f"{path}.Image")
