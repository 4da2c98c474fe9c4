"""Rules for what is accepted: a node that exists, a pack that is on, a day for what is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.attributes import INTERNET, NOTIFIER
from config.compliance import NAMESPACES, namespace_of
from config.errors import listed, nearest
from config.graph import edges
from config.model.buckets import Bucket
from config.programs import fargate_services, fargate_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.model.environment import Environment
    from config.rules.finding import Findings


def _nodes(environment: Environment) -> Iterator[str]:
    """The nodes whose names resources carry."""
    for section in ("images", "secrets", "stores", "services", "tasks"):
        yield from getattr(environment, section)
    for edge in edges(environment):
        yield from {edge.source, edge.target} - {INTERNET}
    yield "network"
    if fargate_services(environment) or fargate_tasks(environment):
        yield "cluster"
    if environment.notifier:
        yield NOTIFIER
    buckets = any(isinstance(store, Bucket) for store in environment.stores.values())
    if buckets or environment.balancer:
        yield "access-logs"


def accepted_names_a_node(environment: Environment) -> Findings:
    """What is accepted is accepted on a node whose resources there are."""
    if not environment.accepted:
        return
    known = list(dict.fromkeys(_nodes(environment)))
    for index, accepted in enumerate(environment.accepted):
        # `database/app` is the login `app` of `database`.
        if accepted.node.partition("/")[0] not in known:
            hint = nearest(accepted.node, known)
            message = f"no node {accepted.node!r} has resources{hint}; known: {listed(known)}"
            yield ("accepted", index, "node"), message


def accepted_is_of_a_pack_that_judges(environment: Environment) -> Findings:
    """A finding of a pack that is not listed can't be found, and needs no acceptance."""
    names = {namespace: pack for pack, namespace in NAMESPACES.items()}
    for index, accepted in enumerate(environment.accepted):
        pack = names.get(namespace_of(accepted.rule))
        if pack and pack not in environment.compliance:
            message = f"is a rule of {pack!r}, which `compliance:` does not list"
            yield ("accepted", index, "rule"), message


def planned_has_a_day(environment: Environment) -> Findings:
    """What is planned is so until a day."""
    for index, accepted in enumerate(environment.accepted):
        if accepted.planned and not accepted.until:
            yield ("accepted", index, "planned"), "needs `until:`, the day by which it is done"


def accepted_stands_once(environment: Environment) -> Findings:
    """A finding is accepted once for a node, with one reason."""
    seen: set[tuple[str, str]] = set()
    for index, accepted in enumerate(environment.accepted):
        key = (accepted.rule, accepted.node)
        if key in seen:
            yield ("accepted", index), f"{accepted.rule} on {accepted.node!r} stands here twice"
        seen.add(key)


RULES = (
    accepted_names_a_node,
    accepted_is_of_a_pack_that_judges,
    planned_has_a_day,
    accepted_stands_once,
)
