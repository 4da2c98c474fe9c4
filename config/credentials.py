"""The logins of databases, as links ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.nodes import links

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.model.environment import Environment
    from config.model.links import Link


# A login is two that take turns, so that the former one works on while programs change over.
COLOURS = ("blue", "green")


@dataclass(frozen=True)
class Credential:
    """One login to a database: its connection string is a secret of its own."""

    store: str
    login: str
    role: str
    query: Mapping[str, str]
    secret: str | None
    format: str = "url"
    via: str | None = None


def credentials(environment: Environment, store: str) -> tuple[Credential, ...]:
    """The logins of a database, one for each distinct login name that links ask for."""
    found: dict[str, Credential] = {}
    for _, target, link in links(environment):
        if target == store:
            login = login_of(link)
            found.setdefault(login, credential_of(store, link))
    return tuple(found[login] for login in sorted(found))


def credential_of(store: str, link: Link) -> Credential:
    """The login that a link to a database uses."""
    return Credential(
        store, login_of(link), link.role, dict(link.query), link.secret, link.format, link.via
    )


def login_of(link: Link) -> str:
    """The base name of the login that a link to a database uses."""
    base = "owner" if link.role == "owner" else "app"
    return link.login or (f"{base}-{link.via}" if link.via else base)
