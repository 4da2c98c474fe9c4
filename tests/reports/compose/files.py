"""Compose files as Compose reads them, and what templates say of the same programs."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml

from config.aws import MAIN_CONTAINER
from config.load import load_environment
from config.model.environment import Environment
from reports.compose.file import compose
from tests.assemblies import Assembly, Resource

ASKED = re.compile(r"\$\$|\$\{[A-Za-z_][A-Za-z0-9_]*:-([^}]*)\}")
ECS, APP_RUNNER = "AWS::ECS::TaskDefinition", "AWS::AppRunner::Service"
CODE_BUILD = "AWS::CodeBuild::Project"
File = dict[str, Any]


def resolved(value: Any) -> Any:
    """A value as Compose takes it where nobody sets a variable."""
    if isinstance(value, dict):
        return {key: resolved(each) for key, each in value.items()}
    if isinstance(value, list):
        return [resolved(each) for each in value]
    return (
        ASKED.sub(lambda found: found[1] or "$"[: found[0] == "$$"], value)
        if isinstance(value, str)
        else value
    )


def file_of(environment: Environment) -> File:
    """The file of an environment, with nothing set in .env."""
    found: File = resolved(yaml.safe_load(compose(environment)))
    return found


@cache
def made(system: str, environment: str) -> File:
    """The file of an environment of this repository."""
    return file_of(load_environment(system, environment))


def containers(assembly: Assembly) -> dict[str, Resource]:
    """All containers that ECS starts, by what their services are called in the file."""
    found = {}
    for node, definition in _by_node(assembly, ECS):
        for container in definition["ContainerDefinitions"]:
            name = container["Name"]
            found[node if name == MAIN_CONTAINER else f"{node}.{name}"] = container
    return found


def deployed_variables(assembly: Assembly) -> dict[str, set[str]]:
    """The names of all variables that programs get on AWS."""
    found = {
        name: _names(container.get("Environment", []), container.get("Secrets", []))
        for name, container in containers(assembly).items()
    }
    for node, service in _by_node(assembly, APP_RUNNER):
        image = service["SourceConfiguration"]["ImageRepository"]["ImageConfiguration"]
        plain, secret = (image[f"RuntimeEnvironment{kind}"] for kind in ("Variables", "Secrets"))
        found[node] = _names(plain, secret)
    for node, project in _by_node(assembly, CODE_BUILD):
        found[node] = _names(project["Environment"]["EnvironmentVariables"])
    return found


def _names(*lists: list[dict[str, str]]) -> set[str]:
    return {each["Name"] for pairs in lists for each in pairs}


def _by_node(assembly: Assembly, kind: str) -> list[tuple[str, Resource]]:
    return [
        (resource["Metadata"]["Stackyard::Node"], resource["Properties"])
        for stack in assembly.templates
        for resource in assembly.resources(stack, kind).values()
    ]
