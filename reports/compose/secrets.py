"""Secrets on a developer's machine: asked for by the variables that programs read them from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.attributes import attributes_of
from config.model.secrets import GeneratedSecret
from config.nodes import placed_links
from reports.compose.local import PASSWORD, catches_mail, is_redis
from reports.compose.part import asked, shouted

if TYPE_CHECKING:
    from config.model.environment import Environment

MADE_UP = "local"


def secret_behind(environment: Environment, target: str) -> str | None:
    """The secret that a link to a secret or to an outside service reads."""
    if target in environment.secrets:
        return target
    external = environment.externals.get(target)
    return external.secret if external else None


def value(environment: Environment, target: str, variable: str) -> str:
    """What a variable holds that is a secret on AWS: what .env says, or what works without it."""
    return asked(asking_name(environment, target, variable), _default(environment, target))


def asking_name(environment: Environment, target: str, variable: str) -> str:
    """What it is called in .env: as the program calls it, unless two programs mean two things."""
    meant = {
        secret_behind(environment, other)
        for _, other, link in placed_links(environment)
        if variable in link.env and is_secret(environment, other, link.env[variable])
    }
    return variable if len(meant) == 1 else f"{shouted(target)}_{variable}"


def is_secret(environment: Environment, target: str, attribute: str) -> bool:
    """Whether an attribute of a node comes out of one of the file's secrets."""
    attributes = attributes_of(environment, target)
    named = attribute or attributes.default
    return secret_behind(environment, target) is not None and named in attributes.secret


def questions(environment: Environment) -> dict[str, str]:
    """What .env may set, each with what it is."""
    found: dict[str, str] = {}
    for _, target, link in placed_links(environment):
        for variable, attribute in link.env.items():
            secret = secret_behind(environment, target)
            if secret and is_secret(environment, target, attribute):
                name = asking_name(environment, target, variable)
                found.setdefault(name, environment.secrets[secret].description)
    return found


def _default(environment: Environment, target: str) -> str:
    external = environment.externals.get(target)
    secret = environment.secrets[str(secret_behind(environment, target))]
    if isinstance(secret, GeneratedSecret):
        return (MADE_UP * secret.length)[: secret.length]
    if external and is_redis(external) and not secret.keys:
        return f"redis://default:{PASSWORD}@{target}:{external.port}/0"
    if external and (catches_mail(external) or is_redis(external)):
        return PASSWORD
    return ""
