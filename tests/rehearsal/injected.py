"""The variables that ECS and App Runner would start a program with, taken from what is deployed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from config.attributes import attributes_of
from config.nodes import runners

if TYPE_CHECKING:
    from config.model.environment import Environment
    from tests.rehearsal.deployed import Deployed

TASK, SERVICE = "AWS::ECS::TaskDefinition", "AWS::AppRunner::Service"


class NotDeployedError(AssertionError):
    """Nothing runs the node."""


def variables(deployed: Deployed, node: str) -> dict[str, str]:
    """Plain variables as they are, secrets with their values of now. Raises NotDeployedError."""
    for each in deployed.of(TASK):
        if each.node == node:
            return _of_task(deployed, each.physical, node)
    for each in deployed.of(SERVICE):
        if each.node == node:
            return _of_service(deployed, each.stack, each.logical)
    raise NotDeployedError(f"nothing that is deployed runs {node}")


def _of_task(deployed: Deployed, physical: str, node: str) -> dict[str, str]:
    found = deployed.client("ecs").describe_task_definition(taskDefinition=physical)
    containers = found["taskDefinition"]["containerDefinitions"]
    container = next((each for each in containers if each["name"] == node), containers[0])
    plain = {each["name"]: each["value"] for each in container.get("environment", ())}
    secret = {
        each["name"]: _value(deployed, each["valueFrom"]) for each in container.get("secrets", ())
    }
    return {**plain, **secret}


def recorded(deployed: Deployed, stack: str, logical: str) -> dict[str, Any]:
    """The properties that a recorded resource was given last: no service can be asked for them."""
    given: list[dict[str, Any]] = [
        each["properties"]
        for each in deployed.account.emulator.ledger()
        if (each.get("stack"), each.get("logical")) == (stack, logical) and "properties" in each
    ]
    return given[-1]


def names(environment: Environment, node: str) -> set[str]:
    """The variables that the file gives a node, by itself and by its links."""
    runner = runners(environment)[node]
    own = {"COMMAND", "DIRECTORY"} if runner.kind == "codebuild" else {runner.release_env} - {None}
    return own | set(runner.env) | {each for link in runner.uses.values() for each in link.env}


def _of_service(deployed: Deployed, stack: str, logical: str) -> dict[str, str]:
    found = recorded(deployed, stack, logical)
    image = found["SourceConfiguration"]["ImageRepository"]["ImageConfiguration"]
    plain = {each["Name"]: each["Value"] for each in image.get("RuntimeEnvironmentVariables", ())}
    secret = {
        each["Name"]: _value(deployed, each["Value"])
        for each in image.get("RuntimeEnvironmentSecrets", ())
    }
    return {**plain, **secret}


def _value(deployed: Deployed, value_from: str) -> str:
    """What `arn[:json-key::]` refers to."""
    parts = value_from.split(":")
    arn, key = ":".join(parts[:7]), parts[7] if parts[7:] else ""
    text = deployed.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return str(json.loads(text)[key]) if key else str(text)


def variable_for(
    environment: Environment, node: str, kind: str, role: str | None = None
) -> str | None:
    """The variable by which a program learns the address of a store of some kind, if it has one.

    With a role, that of a link that logs in with it.
    """
    for target, link in runners(environment)[node].uses.items():
        store = environment.stores.get(target)
        if store is None or store.kind != kind or role not in (None, link.role):
            continue
        default = attributes_of(environment, target).default
        for variable, asked in link.env.items():
            if (asked or default) == "url":
                return variable
    return None
