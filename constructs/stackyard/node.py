"""A node of the graph as its consumers see it, and the wiring of a consumer to its nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackyard.iam import Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from config.model.links import Link


@dataclass(frozen=True, kw_only=True)
class SecretValue:
    """A secret, or one key of a secret that is a JSON object."""

    arn: str
    key_arn: str
    region: str
    json_key: str | None = None

    @property
    def value_from(self) -> str:
        """The reference that App Runner, ECS and CodeBuild resolve when a program starts."""
        return f"{self.arn}:{self.json_key}::" if self.json_key else self.arn


def may_read(*secrets: SecretValue) -> list[Statement]:
    """What a principal needs to read secrets: these, and their keys for these only."""
    if not secrets:
        return []
    arns = list(dict.fromkeys(secret.arn for secret in secrets))
    via = sorted({f"secretsmanager.{secret.region}.amazonaws.com" for secret in secrets})
    return [
        Statement(actions=["secretsmanager:GetSecretValue"], resources=arns),
        Statement(
            actions=["kms:Decrypt"],
            resources=list(dict.fromkeys(secret.key_arn for secret in secrets)),
            conditions={
                "StringEquals": {
                    "kms:ViaService": via[0] if len(via) == 1 else via,
                    "kms:EncryptionContext:SecretARN": arns[0] if len(arns) == 1 else arns,
                }
            },
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What a principal gets for an access; `wildcards` says why a resource with `*` is exact."""

    statements: Sequence[Statement] = ()
    wildcards: Mapping[str, str] = field(default_factory=dict)


def _nothing(_: str | None) -> Grant:
    return Grant()


@dataclass(frozen=True, kw_only=True)
class Node:
    """What a store, secret, outside service or function offers to those who use it.

    `values` and `secrets` hold the attributes that links may ask for; `grant` returns what a
    principal needs for an access. `urls` are a database's connection strings, by login;
    `internal` is what only functions of ours may ask for, by their user.
    """

    group_id: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, SecretValue] = field(default_factory=dict)
    urls: Mapping[str, SecretValue] = field(default_factory=dict)
    internal: Mapping[str, SecretValue] = field(default_factory=dict)
    grant: Callable[[str | None], Grant] = _nothing


@dataclass(kw_only=True)
class Wiring:
    """All that a consumer gets from its links.

    `statements` are what the program itself may do. Who resolves its secrets needs `reading`
    too: the program's own role, or that of the platform which starts it.
    """

    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, SecretValue] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    wildcards: dict[str, str] = field(default_factory=dict)

    @property
    def reading(self) -> list[Statement]:
        """What reading its secrets takes."""
        return may_read(*self.secrets.values())


def wire(
    *,
    env: Mapping[str, str],
    uses: Mapping[str, Link],
    nodes: Mapping[str, Node],
    default_attribute: Callable[[str], str | None],
    login_of: Callable[[Link], str],
) -> Wiring:
    """Variables, secrets and permissions of a consumer, from its links alone."""
    wiring = Wiring(variables=dict(env))
    for target, link in uses.items():
        node = nodes.get(target, Node())
        grant = node.grant(link.access)
        wiring.statements += grant.statements
        wiring.wildcards |= grant.wildcards
        secrets = dict(node.secrets)
        if node.urls:
            secrets["url"] = node.urls[login_of(link)]
        for variable, asked in link.env.items():
            attribute = asked or default_attribute(target) or ""
            if attribute in secrets:
                wiring.secrets[variable] = secrets[attribute]
            else:
                wiring.variables[variable] = node.values[attribute]
    return wiring
