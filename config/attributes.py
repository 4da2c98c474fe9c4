"""What a link's `env` may ask of a node: the attributes of each kind, and its default one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.model.stores import Bucket, Postgres, Valkey

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.model.outside import External

NOTIFIER = "notifier"
INTERNET = "internet"


@dataclass(frozen=True)
class Attributes:
    """The attribute that a bare variable name takes, and all that there are."""

    default: str | None
    names: tuple[str, ...]


NOTHING = Attributes(default=None, names=())
OF_STORES = {
    Postgres: Attributes(default="url", names=("url", "host", "port", "database")),
    Valkey: Attributes(default="url", names=("url", "host", "port", "username", "password")),
    Bucket: Attributes(default="name", names=("name", "region")),
}


def attributes_of(environment: Environment, target: str) -> Attributes:
    """The attributes of the node called `target`, which must exist."""
    if target in environment.stores:
        return OF_STORES[type(environment.stores[target])]
    if target in environment.secrets:
        return _of_secret(environment, target)
    if target in environment.externals:
        return _of_external(environment, environment.externals[target])
    return Attributes(default="name", names=("name",)) if target == NOTIFIER else NOTHING


def _of_secret(environment: Environment, secret: str) -> Attributes:
    keys = environment.secrets[secret].keys
    return Attributes(default=None, names=keys) if keys else Attributes("value", ("value",))


def _of_external(environment: Environment, external: External) -> Attributes:
    names: list[str] = ["host", "port"] if external.endpoint or len(external.hosts) == 1 else []
    default = "host" if names else None
    if external.secret in environment.secrets:
        keys = environment.secrets[external.secret].keys
        names += [f"secret.{key}" for key in keys] or ["secret"]
        default = default if keys else "secret"
    return Attributes(default=default, names=tuple(names))
