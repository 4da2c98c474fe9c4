"""The nodes of a file, their names, and the links between them as they are declared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.model.fargate import Fargate, FargateTask
from config.model.programs import Program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.model.environment import Environment
    from config.model.links import Link
    from config.model.services import AppRunner, CodeBuildTask

    Runner = AppRunner | CodeBuildTask | Fargate | FargateTask

# The login that only the database and its admin know.
MASTER = "master"


def endpoint_node(service: str) -> str:
    """How an edge names an AWS service's endpoint in the VPC."""
    return f"endpoint:{service}"


def admin_of(store: str) -> str:
    """The node that bootstraps a database and rotates its credentials."""
    return f"{store}-admin"


def proxy_of(store: str) -> str:
    """The node that pools a database's connections."""
    return f"{store}-proxy"


def replica_of(store: str) -> str:
    """What a database's replica is called where it is watched."""
    return f"{store}-replica"


def login_node(store: str, login: str) -> str:
    """How the credentials of one user of a store are called, so that nobody mixes them up."""
    return f"{store}/{login}"


def depth_of(store: str) -> str:
    """The node that measures the queues of a store."""
    return f"{store}-depth"


def service_name(environment: Environment, service: str) -> str:
    """The document's name of a service, or one that is unique in the account or cluster."""
    spec = environment.services[service]
    own = service if isinstance(spec, Fargate) else f"{environment.name}-{service}"
    return spec.name or own


def store_name(environment: Environment, store: str) -> str:
    """The document's name of a store, or one that is unique in the account."""
    return environment.stores[store].name or f"{environment.name}-{store}"


def task_name(environment: Environment, task: str) -> str:
    """The document's name of a CodeBuild task's project, or one that is unique in the account."""
    spec = environment.tasks[task]
    named = None if isinstance(spec, FargateTask) else spec.name
    return named or f"{environment.name}-{task}"


def runners(environment: Environment) -> Mapping[str, Runner]:
    """Everything that the file says runs, by name."""
    return {**environment.services, **environment.tasks}


def links(environment: Environment) -> Iterator[tuple[str, str, Link]]:
    """Every declared link: source, target, details. A sidecar's links are its program's."""
    for (_, source, *_), target, link in placed_links(environment):
        yield source, target, link


def placed_links(environment: Environment) -> Iterator[tuple[tuple[str, ...], str, Link]]:
    """Every declared link: its path in the file (section, source, …, target), target, details."""
    for section in ("services", "tasks", "externals"):
        for source, node in getattr(environment, section).items():
            for target, link in node.uses.items():
                yield (section, source, "uses", target), target, link
    for section in ("services", "tasks"):
        for source, runner in getattr(environment, section).items():
            for name, sidecar in runner.sidecars.items() if isinstance(runner, Program) else ():
                for target, link in sidecar.uses.items():
                    path = (section, source, "sidecars", name, "uses", target)
                    yield path, target, link
