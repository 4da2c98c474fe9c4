"""What a link delivers under which name: each variable holds what its link asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.figures.figure import Figure, of_node
from config import aws
from config.attributes import attributes_of
from config.credentials import login_of
from config.model.buckets import Bucket
from config.model.fargate import Fargate
from config.model.postgres import Postgres
from config.model.programs import Program
from config.model.services import AppRunner
from config.model.valkey import Valkey
from config.nodes import login_node, placed_links, runners

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from config.model.environment import Environment
    from config.model.links import Link
    from config.nodes import Runner

APP_RUNNER = "SourceConfiguration.ImageRepository.ImageConfiguration"
APP_RUNNER_IMAGE = "SourceConfiguration.ImageRepository.ImageIdentifier"


def figures(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """A figure for each variable of each link, and each plain one of the file."""
    for path, target, link in placed_links(environment):
        node = path[1]
        if node not in runners(environment):
            continue
        for variable, asked in link.env.items():
            wanted = _wanted(environment, target, link, asked)
            resource, found = _delivered(environment, estate, node, variable)
            yield Figure(
                field=".".join((*path, "env", variable)),
                wanted=wanted,
                resource=resource,
                path="",
                found=_meant(environment, estate, found),
                spread=True,
            )
    for name, runner in runners(environment).items():
        if isinstance(runner, Program | AppRunner) and runner.release_env:
            holder, told = _delivered(environment, estate, name, runner.release_env)
            yield Figure(
                field=f"{name}.release_env",
                wanted=_digest(holder),
                resource=holder,
                path="",
                found=told,
                spread=True,
            )
        for variable, value in runner.env.items():
            resource, found = _delivered(environment, estate, name, variable)
            yield Figure(
                field=f"{name}.env.{variable}",
                wanted=value,
                resource=resource,
                path="",
                found=found,
                spread=True,
            )


def _digest(holder: Resource | None) -> str:
    """The digest by which a program's image is named."""
    if holder is None:
        return "the digest of its image"
    containers = holder.mappings("ContainerDefinitions")
    image = containers[0].get("Image") if containers else holder.get(APP_RUNNER_IMAGE)
    return str(image).rpartition("@")[2]


def _wanted(environment: Environment, target: str, link: Link, asked: str) -> str:
    """The node whose secret or value it is, or the text itself where the file knows it."""
    attributes = attributes_of(environment, target)
    attribute = asked or attributes.default or ""
    if attribute in attributes.secret:
        return f"secret of {_credential(environment, target, link)}"
    store, external = environment.stores.get(target), environment.externals.get(target)
    service = environment.services.get(target)
    known: dict[str, Any] = {}
    match store:
        case Postgres():
            known = {"port": aws.POSTGRES_PORT, "database": store.database}
        case Valkey():
            known = {"port": aws.VALKEY_PORTS[store.topology][0], "username": "app"}
        case Bucket():
            known = {"region": environment.region}
    if external:
        inside = f"{external.endpoint}.{environment.region}.{aws.DOMAIN}"
        host = inside if external.endpoint else next(iter(external.hosts), None)
        known = {"port": external.port, "host": host}
    elif isinstance(service, Fargate):
        address = f"{target}:{service.port}"
        known = {"url": f"http://{address}", "host": target, "port": service.port}
    text = known.get(attribute)
    return f"value of {target}" if text is None else str(text)


def _credential(environment: Environment, target: str, link: Link) -> str:
    store, external = environment.stores.get(target), environment.externals.get(target)
    if isinstance(store, Postgres):
        return login_node(target, login_of(link))
    if isinstance(store, Valkey):
        return login_node(target, "app")
    return external.secret if external and external.secret else target


def _meant(environment: Environment, estate: Estate, found: Any) -> str:
    """What a value is, in the same words."""
    owners = [each for each in estate.named(found) if each.node]
    if owners:
        kind = "secret" if owners[0].kind == "AWS::SecretsManager::Secret" else "value"
        return f"{kind} of {owners[0].node}"
    named = {store.name: name for name, store in environment.stores.items() if store.name}
    return f"value of {named[found]}" if found in named else str(found)


def _delivered(
    environment: Environment, estate: Estate, node: str, variable: str
) -> tuple[Resource | None, Any]:
    """Where a variable stands in the template, and what it holds."""
    holder: Resource | None = None
    for holder, entries, key in _sections(runners(environment)[node], estate, node):
        for each in listed(entries):
            if isinstance(each, dict) and each.get("Name") == variable:
                return holder, each.get(key)
    return holder, None


def _sections(runner: Runner, estate: Estate, node: str) -> Iterator[tuple[Resource, Any, str]]:
    """Wherever the variables of a runner stand: the resource, its list, the key of the values."""
    if isinstance(runner, Program):
        for task in of_node(estate, "ECS::TaskDefinition", node):
            for container in task.mappings("ContainerDefinitions"):
                yield task, container.get("Secrets"), "ValueFrom"
                yield task, container.get("Environment"), "Value"
    elif isinstance(runner, AppRunner):
        for service in of_node(estate, "AppRunner::Service", node):
            yield service, service.get(f"{APP_RUNNER}.RuntimeEnvironmentSecrets"), "Value"
            yield service, service.get(f"{APP_RUNNER}.RuntimeEnvironmentVariables"), "Value"
    else:
        for project in of_node(estate, "CodeBuild::Project", node):
            yield project, project.get("Environment.EnvironmentVariables"), "Value"
