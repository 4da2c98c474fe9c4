"""Figures of secrets: their names, which programs and people know, and how they begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.figures.figure import Figure, only
from config.credentials import credentials
from config.model.postgres import Postgres
from config.model.secrets import GeneratedSecret
from config.nodes import MASTER, login_node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate
    from config.model.environment import Environment

KIND = "SecretsManager::Secret"


def figures(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """The names and shapes that the file gives."""
    named: dict[str, tuple[str, str | None]] = {}
    for name, secret in environment.secrets.items():
        named[name] = (f"secrets.{name}.name", secret.name)
        if isinstance(secret, GeneratedSecret):
            made = only(estate, KIND, name)
            for key, path, wanted in (
                ("length", "PasswordLength", secret.length),
                ("generate", "GenerateStringKey", next(iter(secret.keys), None)),
            ):
                yield Figure(
                    field=f"secrets.{name}.{key}",
                    wanted=wanted,
                    resource=made,
                    path=f"GenerateSecretString.{path}",
                )
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            master = login_node(name, MASTER)
            named[master] = (f"stores.{name}.master.secret", store.master.secret)
            for each in credentials(environment, name):
                login = login_node(name, each.login)
                named[login] = (f"the secret of login {each.login}", each.secret)
    for node, (field, wanted) in named.items():
        if wanted:
            yield Figure(field=field, wanted=wanted, resource=only(estate, KIND, node), path="Name")
