"""What a link's `env` may ask of a node: the attributes of each kind, and its default one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.model.buckets import Bucket
from config.model.fargate import Fargate
from config.model.postgres import Postgres
from config.model.valkey import Valkey

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.model.outside import External
    from config.model.stores import Store

NOTIFIER = "notifier"
INTERNET = "internet"
BALANCER = "balancer"
NAT = "nat"


@dataclass(frozen=True)
class Attributes:
    """The attribute that a bare variable name takes, and all that there are.

    Those in `secret` reach a program as secrets and never as plain variables.
    """

    default: str | None
    names: tuple[str, ...]
    secret: tuple[str, ...] = ()


NOTHING = Attributes(default=None, names=())
OF_POSTGRES = Attributes("url", ("url", "host", "port", "database"), secret=("url",))
OF_VALKEY = Attributes(
    "url", ("url", "host", "port", "username", "password"), secret=("url", "password")
)
OF_BUCKET = Attributes(default="name", names=("name", "region"))
OF_SERVICE = Attributes(default="url", names=("url", "host", "port"))


def attributes_of(environment: Environment, target: str) -> Attributes:
    """The attributes of the node called `target`, which must exist."""
    if store := environment.stores.get(target):
        return _of_store(store)
    if target in environment.secrets:
        return _of_secret(environment, target)
    if target in environment.externals:
        return _of_external(environment, environment.externals[target])
    if isinstance(environment.services.get(target), Fargate):
        return OF_SERVICE
    return Attributes(default="name", names=("name",)) if target == NOTIFIER else NOTHING


def _of_store(store: Store) -> Attributes:
    match store:
        case Postgres():
            return OF_POSTGRES
        case Valkey():
            return OF_VALKEY
        case Bucket():
            return OF_BUCKET


def _of_secret(environment: Environment, secret: str) -> Attributes:
    keys = environment.secrets[secret].keys or ("value",)
    return Attributes(default=keys[0] if len(keys) == 1 else None, names=keys, secret=keys)


def _of_external(environment: Environment, external: External) -> Attributes:
    names: tuple[str, ...] = ()
    if external.endpoint or len(external.hosts) == 1:
        names = ("host", "port")
    default = "host" if names else None
    secret: tuple[str, ...] = ()
    if external.secret in environment.secrets:
        keys = environment.secrets[external.secret].keys
        secret = tuple(f"secret.{key}" for key in keys) or ("secret",)
        default = default if keys else "secret"
    return Attributes(default=default, names=names + secret, secret=secret)
