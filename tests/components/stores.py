"""Databases and caches to test with, and what consumers are offered by them."""

from __future__ import annotations

from typing import Any

from config.model.postgres import Postgres
from stackyard.database import Database
from stackyard.key import EnvironmentKey
from stackyard.node import Node
from stackyard.placement import Placement
from stackyard.stack import EnvironmentStack
from tests.components.building import Made, Properties, resolved, spec

SECRET = "AWS::SecretsManager::Secret"
GROUP = "AWS::EC2::SecurityGroup"
LEAST = {"kind": "postgres", "version": "17.11", "class": "t4g.small", "database": "shop"}


def database_in(
    stack: EnvironmentStack,
    name: str,
    *,
    placement: Placement,
    key: EnvironmentKey,
    protected: bool = True,
    **fields: Any,
) -> Database:
    """A database of the stack, called `demo-<name>`."""
    return Database(
        stack,
        name.title(),
        node=name,
        identifier=f"demo-{name}",
        spec=spec(Postgres, **LEAST, **fields),
        placement=placement,
        key=key,
        protected=protected,
    )


def offered(stack: EnvironmentStack, node: Node) -> dict[str, str]:
    """What a link may ask of a node, as the template has it."""
    secrets = {name: each.value_from for name, each in node.secrets.items()}
    return {name: resolved(stack, each) for name, each in {**node.values, **secrets}.items()}


def described(template: Made, kind: str, text: str, *, by: str = "Description") -> str:
    """A reference to the one resource of a type that says this in its description."""
    return f"<{template.name_of(kind, **{by: text})}>"


def password(secret: str) -> str:
    """How a template refers to the value of a secret, which CloudFormation looks up itself."""
    return f"{{{{resolve:secretsmanager:{secret}:SecretString:::}}}}"


def pointed_at(template: Made, reference: str) -> Properties:
    """The properties of the resource that a reference stands for."""
    name = reference[1:-1].split(".", maxsplit=1)[0]
    found: Properties = template.section("Resources")[name]["Properties"]
    return found
