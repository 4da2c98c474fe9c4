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


def _of_service(deployed: Deployed, stack: str, logical: str) -> dict[str, str]:
    """The emulator has no App Runner: what it was given last stands in the ledger."""
    given = [
        each["properties"]
        for each in deployed.account.emulator.ledger()
        if (each.get("stack"), each.get("logical")) == (stack, logical) and "properties" in each
    ]
    repository: dict[str, Any] = given[-1]["SourceConfiguration"]["ImageRepository"]
    image = repository["ImageConfiguration"]
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


def variable_for(environment: Environment, node: str, kind: str) -> str | None:
    """The variable by which a program learns the address of a store of some kind, if it has one."""
    for target, link in runners(environment)[node].uses.items():
        store = environment.stores.get(target)
        if store is None or store.kind != kind:
            continue
        default = attributes_of(environment, target).default
        for variable, asked in link.env.items():
            if (asked or default) == "url":
                return variable
    return None
