"""What the functions of this project are told: without these variables none of them starts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from checks.figures.figure import Figure, only
from config import aws
from config.attributes import NOTIFIER
from config.model.postgres import Postgres
from config.nodes import MASTER, admin_of, depth_of, login_node
from config.programs import queues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from config.model.environment import Environment
    from config.model.stores import Store

KIND, SECRET = "Lambda::Function", "AWS::SecretsManager::Secret"


def figures(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """The variables of every function, by what it is for."""
    yield from _handlers(environment, estate)
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            yield from _admin(estate, name, store)
        elif queues(environment, name):
            yield from _depth(environment, estate, name, store)
    if environment.notifier:
        function = only(estate, KIND, NOTIFIER)
        wanted = {"WEBHOOK_SECRET_ARN": environment.notifier.webhook}
        yield from _nodes(estate, function, "notifier", wanted)
        if environment.notifier.name:
            yield Figure(
                field="notifier.name",
                wanted=environment.notifier.name,
                resource=function,
                path="FunctionName",
            )


def _handlers(environment: Environment, estate: Estate) -> Iterator[Figure]:
    packages = {NOTIFIER: "slack_notifier"} if environment.notifier else {}
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            packages[admin_of(name)] = "database_admin"
        elif queues(environment, name):
            packages[depth_of(name)] = "queue_depth"
    for node, package in packages.items():
        yield Figure(
            field=f"lambda/{package}, for {node}",
            wanted=f"{package}.handler.handle",
            resource=only(estate, KIND, node),
            path="Handler",
        )


def _admin(estate: Estate, name: str, store: Postgres) -> Iterator[Figure]:
    function, field = only(estate, KIND, admin_of(name)), f"stores.{name}"
    wanted = {"MASTER_SECRET_ARN": login_node(name, MASTER), "DATABASE_HOST": name}
    yield from _nodes(estate, function, field, wanted)
    said = _variables(function)
    for key, variable, value in (
        ("database", "DATABASE_NAME", store.database),
        ("master.username", "MASTER_USERNAME", store.master.username),
        ("port", "DATABASE_PORT", aws.POSTGRES_PORT),
    ):
        yield _variable(function, f"{field}.{key}", variable, value, said.get(variable))
    extensions = _json(said.get("EXTENSIONS", "[]"))
    yield _variable(
        function, f"{field}.extensions", "EXTENSIONS", list(store.extensions), extensions
    )
    # Beside the secrets it names the hosts that each login is for.
    named = estate.named(said.get("CREDENTIALS"))
    logins = {each.node for each in named if each.kind == SECRET}
    yield _variable(
        function,
        f"{field}: its logins",
        "CREDENTIALS",
        sorted(_logins(estate, name)),
        sorted(each for each in logins if each),
    )


def _logins(estate: Estate, store: str) -> set[str]:
    """The credentials of a store that are in the templates, but for the master."""
    secrets = estate.of(SECRET)
    return {
        each.node
        for each in secrets
        if each.node
        and each.node.startswith(f"{store}/")
        and each.node != login_node(store, MASTER)
    }


def _depth(environment: Environment, estate: Estate, name: str, _: Store) -> Iterator[Figure]:
    function, field = only(estate, KIND, depth_of(name)), f"stores.{name}: its queues"
    yield from _nodes(estate, function, field, {"URL_SECRET_ARN": login_node(name, "depth")})
    said = _variables(function)
    wanted = {service: list(each.keys) for service, each in queues(environment, name).items()}
    yield _variable(
        function,
        field,
        "QUEUES",
        json.dumps(wanted, sort_keys=True),
        json.dumps(_by_service(estate, _json(said.get("QUEUES"))), sort_keys=True),
    )


def _by_service(estate: Estate, said: Any) -> Any:
    """Queues by the node of the service that works them off."""
    if not isinstance(said, dict):
        return said
    return {_owner(estate, service): keys for service, keys in said.items()}


def _owner(estate: Estate, service: str) -> str:
    return next((each.node for each in estate.named(service) if each.node), service) or service


def _nodes(
    estate: Estate, function: Resource | None, field: str, wanted: Mapping[str, str]
) -> Iterator[Figure]:
    said = _variables(function)
    for variable, node in wanted.items():
        found = next((each.node for each in estate.named(said.get(variable)) if each.node), None)
        yield _variable(function, field, variable, node, found)


def _variables(function: Resource | None) -> Mapping[str, Any]:
    found = function.get("Environment.Variables") if function else None
    return found if isinstance(found, dict) else {}


def _variable(
    function: Resource | None, field: str, variable: str, wanted: Any, found: Any
) -> Figure:
    return Figure(
        field=f"{field}, {variable} of the function",
        wanted=wanted,
        resource=function,
        path="Environment",
        found=found,
        spread=True,
    )


def _json(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None
