"""`uses`: what a node is linked to, and how."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from config.model.base import NodeName, Part, Reason, SecretName, VariableName

Access = Literal["read", "write", "read-write", "invoke"]
DEFAULT_ATTRIBUTE = ""


def _variables(value: Any) -> Any:
    return {value: DEFAULT_ATTRIBUTE} if isinstance(value, str) else value


class Link(Part):
    """An edge of the graph, from the node that says `uses` to the node it names.

    `env` maps variables to attributes of the target (`{REDIS_URL: url, REDIS_PASSWORD: password}`);
    a bare name takes the attribute that the target's kind calls its own. The rest belongs to
    databases: the role (`as`), the login's base name, the connection string's
    query parameters, and the name of the secret that holds the connection string. Its `format` is
    `json` where the secret shall hold RDS's fields and the string as `url`; `via` chooses the read
    replicas or the proxy of the database. What is written into the secret (`query`, `format`,
    `via`) changes with its next rotation; `aws secretsmanager rotate-secret` does that at once. A
    program has one link to a database, so one way and one role.
    """

    env: Annotated[dict[VariableName, str], BeforeValidator(_variables)] = {}
    access: Access | None = None
    role: Annotated[Literal["application", "owner"], Field(alias="as")] = "application"
    login: NodeName | None = None
    query: dict[str, str] = {}
    secret: SecretName | None = None
    format: Literal["url", "json"] = "url"
    via: Literal["reader", "proxy"] | None = None
    unreachable: Reason | None = None
    reason: Reason | None = None


def _no_details(value: Any) -> Any:
    return {} if value is None else value


Uses = dict[NodeName, Annotated[Link, BeforeValidator(_no_details)]]
