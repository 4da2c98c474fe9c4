"""Rules for Valkey: what holds a queue keeps it, and several zones take several nodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from config.errors import listed, nearest
from config.model.optouts import SingleZone
from config.model.valkey import EVICTING, NodesValkey, Valkey
from config.nodes import placed_links
from config.offered import CACHE_CLASSES
from config.programs import fargate_services

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings


NOT_A_PARAMETER = {
    "maxmemory-policy": "has a field of its own: `eviction:`",
    "timeout": "has a field of its own: `timeout:`",
    "tcp-keepalive": "has a field of its own: `keepalive:`",
    "cluster-enabled": "is always off: queues fail in cluster mode, and clients have to know of it",
}
# What programs call the address of their queue.
QUEUE_VARIABLE = re.compile(r"BROKER|CELERY|BULL|QUEUE|SIDEKIQ|JOBS", re.IGNORECASE)


def queues_keep_what_they_hold(environment: Environment) -> Findings:
    """What holds a queue evicts nothing; classes and parameters are what they are called."""
    for name, store in environment.stores.items():
        if not isinstance(store, NodesValkey):
            continue
        if store.holds == "queue" and store.policy in EVICTING:
            message = f"{store.policy} would throw jobs away when memory is full: remove it"
            yield ("stores", name, "eviction"), message
        if store.node_class not in CACHE_CLASSES:
            hint = nearest(store.node_class, sorted(CACHE_CLASSES))
            message = f"no class of ElastiCache is called {store.node_class!r}{hint}"
            yield ("stores", name, "class"), message
        for parameter, message in NOT_A_PARAMETER.items():
            if parameter in store.parameters:
                yield ("stores", name, "parameters", parameter), message


def queues_lie_where_they_can(environment: Environment) -> Findings:
    """No queue lies in what may evict it: by names of variables, and by what scaling follows."""
    for path, target, link in placed_links(environment):
        store = environment.stores.get(target)
        if isinstance(store, Valkey) and store.holds != "queue":
            for variable in filter(QUEUE_VARIABLE.search, link.env):
                where = (*path, "env", variable)
                yield where, f"looks like a queue: {_not_for_queues(store)}"
    valkeys = [name for name, store in environment.stores.items() if isinstance(store, Valkey)]
    for service, spec in fargate_services(environment).items():
        queue = spec.scale.queue if spec.scale else None
        where = ("services", service, "scale", "queue", "store")
        followed = environment.stores.get(queue.store) if queue else None
        if queue and not isinstance(followed, Valkey):
            hint = nearest(queue.store, valkeys)
            yield where, f"no Valkey {queue.store!r}{hint}; known: {listed(valkeys)}"
        elif isinstance(followed, Valkey) and followed.holds != "queue":
            yield where, _not_for_queues(followed)
        elif queue and queue.store not in spec.uses:
            yield where, "the service does not use this store: link to it"


def _not_for_queues(store: Valkey) -> str:
    if isinstance(store, NodesValkey):
        return (
            "this store may evict what it holds: put the queue into a Valkey with"
            " `topology: nodes` and `holds: queue`"
        )
    return (
        "a serverless cache is always in cluster mode, where Celery, Sidekiq and BullMQ fail with"
        " CROSSSLOT, and it evicts: use a Valkey with `topology: nodes` and `holds: queue`"
    )


def failover_has_somewhere_to_go(environment: Environment) -> Findings:
    """Several zones take several nodes, and one node is one zone."""
    for name, store in environment.stores.items():
        if isinstance(store, NodesValkey):
            single = isinstance(store.multi_az, SingleZone)
            if store.nodes == 1 and not single:
                message = (
                    "one node is lost with its zone: take two, or say `multi_az: {off: true,"
                    " reason: …}`"
                )
                yield ("stores", name, "nodes"), message


RULES = (
    queues_keep_what_they_hold,
    queues_lie_where_they_can,
    failover_has_somewhere_to_go,
)
