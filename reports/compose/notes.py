"""What the file says above a program: where it differs from AWS, and how it is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.attributes import NOTIFIER, OF_POSTGRES, OF_VALKEY
from config.model.fargate import Fargate, FargateTask
from config.model.links import DEFAULT_ATTRIBUTE
from config.model.postgres import Postgres
from config.model.services import AppRunner
from config.model.valkey import Valkey
from reports.compose.values import plain, tls_turned_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.model.environment import Environment
    from config.nodes import Runner

# The attribute that says more than a name or a number, as `env` may call it.
URL = (DEFAULT_ATTRIBUTE, OF_POSTGRES.default, OF_VALKEY.default)


def notes(environment: Environment, name: str, runner: Runner) -> Iterator[str]:
    """A sentence for each."""
    if name in environment.tasks:
        yield f"Task: docker compose run --rm {name}"
    if isinstance(runner, FargateTask) and runner.schedule:
        yield f"On AWS by schedule: {runner.schedule}, {runner.timezone}."
    if addresses := ", ".join(_addresses(runner)):
        yield f"On AWS: {addresses}"
    different = {**tls_turned_off(runner.env), **_queries(environment, runner)}
    if different:
        said = ", ".join(f"{variable}: {text}" for variable, text in different.items())
        yield f"On AWS with TLS, which no store here speaks ({said})."
    if NOTIFIER in runner.uses:
        yield f"There is no {NOTIFIER} here: invoking it fails."


def _addresses(runner: Runner) -> Iterator[str]:
    match runner:
        case AppRunner(domain=domain) if domain:
            yield f"https://{domain}"
        case Fargate(routes=routes):
            for route in routes:
                yield f"https://{route.host or '…'}{route.path.removesuffix('/*')}"


def _queries(environment: Environment, runner: Runner) -> dict[str, str]:
    """What addresses of stores say on AWS and not here, by variable."""
    found: dict[str, str] = {}
    for target, link in runner.uses.items():
        store = environment.stores.get(target)
        query = {Postgres: link.query, Valkey: getattr(store, "query", {})}
        for kind, said in query.items():
            left = {key: text for key, text in said.items() if plain({key: text}) != {key: text}}
            if isinstance(store, kind) and left:
                text = "&".join(f"{key}={value}" for key, value in left.items())
                urls = [name for name, asked in link.env.items() if asked in URL]
                found |= dict.fromkeys(urls, text)
    return found
