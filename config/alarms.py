"""The alarms that each kind of node gets, with thresholds a file may change.

Names and figures only: which metric stands behind a name is said in `stackyard.metrics`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from config.attributes import BALANCER, NAT, NOTIFIER
from config.model.fargate import Fargate, FargateTask
from config.model.postgres import Postgres
from config.model.valkey import EVICTING, NodesValkey, ServerlessValkey
from config.nodes import admin_of, depth_of, proxy_of, replica_of
from config.programs import queues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.model.environment import Environment
    from config.model.outside import AlarmChange, Severity
    from config.model.services import Service


@dataclass(frozen=True)
class Alarm:
    """One alarm: what is watched, when it rings, how loud, and what that means to a person.

    `threshold` is in the unit that `means` names; `minutes` is how long it must hold.
    """

    name: str
    threshold: float
    minutes: int
    tier: Severity
    means: str
    below: bool = False


APP_RUNNER = (
    Alarm("errors", 10, 5, "critical", "more than {} answers of 5xx"),
    Alarm("latency", 2000, 5, "warning", "answers take more than {} ms on average"),
    Alarm("cpu", 80, 10, "warning", "CPU above {} percent"),
    Alarm("memory", 85, 10, "warning", "memory above {} percent"),
)
WITH_DOMAIN = (
    Alarm("domain", 0, 5, "warning", "more than {} attempts to associate the domain failed"),
)
PROBED = (Alarm("probe", 1, 2, "critical", "the public address does not answer well", below=True),)
POSTGRES = (
    Alarm("cpu", 80, 10, "warning", "CPU above {} percent"),
    Alarm("connections", 80, 5, "warning", "more than {} percent of max_connections in use"),
    Alarm("storage", 5, 5, "critical", "less than {} GB of storage free", below=True),
    Alarm("memory", 128, 10, "warning", "less than {} MB of memory free", below=True),
    Alarm("latency", 50, 10, "warning", "reads or writes take more than {} ms"),
)
REPLICA = (Alarm("lag", 300, 10, "warning", "the replica is more than {} s behind"),)
SERVERLESS_CACHE = (
    Alarm("memory", 80, 5, "warning", "more than {} percent of the allowed data stored"),
    Alarm("throttled", 0, 5, "warning", "more than {} commands throttled"),
    Alarm("latency", 100, 5, "warning", "commands take more than {} ms inside the cache"),
    Alarm("refused", 0, 5, "warning", "more than {} logins refused"),
)
NODES_CACHE = (
    Alarm("memory", 80, 5, "warning", "more than {} percent of the memory in use"),
    Alarm("cpu", 80, 5, "warning", "engine CPU above {} percent"),
    Alarm("refused", 0, 5, "warning", "more than {} logins refused"),
)
LAGGING_CACHE = (Alarm("lag", 10, 5, "warning", "a replica is more than {} s behind"),)
EVICTING_CACHE = (Alarm("evictions", 1000, 5, "info", "more than {} entries thrown out"),)
FARGATE = (
    Alarm("cpu", 80, 10, "warning", "CPU above {} percent"),
    Alarm("memory", 85, 10, "warning", "memory above {} percent"),
    Alarm("running", 0, 5, "warning", "more than {} of the wanted tasks are not running"),
)
# `errors` also rolls a deployment back that rings it.
SERVED = (
    Alarm("errors", 10, 1, "critical", "more than {} answers of 5xx"),
    Alarm("latency", 2000, 5, "warning", "answers take more than {} ms on average"),
    Alarm("down", 1, 1, "critical", "fewer than {} healthy tasks behind the balancer", below=True),
)
BALANCER_ALARMS = (
    Alarm("errors", 10, 5, "critical", "the balancer itself answered 5xx more than {} times"),
    Alarm("rejected", 0, 5, "warning", "more than {} connections rejected"),
)
FARGATE_TASK = (Alarm("failed", 0, 5, "warning", "more than {} runs failed"),)
FUNCTION = (
    Alarm("errors", 0, 5, "warning", "more than {} invocations failed"),
    Alarm("throttles", 0, 5, "warning", "more than {} invocations throttled"),
)
CLOCKWORK = (
    *FUNCTION,
    Alarm("silent", 1, 5, "warning", "called fewer than {} times", below=True),
)
PROXY = (
    Alarm("refused", 0, 5, "warning", "more than {} logins refused"),
    Alarm("waiting", 1000, 5, "warning", "a connection is waited for more than {} ms"),
)
REDEPLOYS = (
    Alarm("redeploys", 0, 5, "warning", "more than {} redeployments after a rotation failed"),
)
NOTIFIER_ALARMS = (
    *FUNCTION,
    # Longer than a short outage takes, the first redelivery after it included.
    Alarm("waiting", 0, 30, "critical", "more than {} events wait to be delivered again"),
    Alarm("undelivered", 0, 5, "critical", "more than {} events could not be delivered"),
)
NAT_INSTANCE = (Alarm("failed", 0, 2, "critical", "more than {} failed checks of the instance"),)
BUILD = (Alarm("failed", 0, 5, "warning", "more than {} builds failed"),)


@cache
def catalogue(environment: Environment) -> Mapping[str, tuple[Alarm, ...]]:
    """The alarms of every node of an environment before the file's changes."""
    return dict(_catalogue(environment))


def _catalogue(environment: Environment) -> Iterator[tuple[str, tuple[Alarm, ...]]]:
    for name, service in environment.services.items():
        yield name, _of_service(service)
    if environment.balancer:
        yield BALANCER, BALANCER_ALARMS
    for name, task in environment.tasks.items():
        yield name, FARGATE_TASK if isinstance(task, FargateTask) else BUILD
    yield from _of_stores(environment)
    if environment.network.way_out == "instance":
        yield NAT, NAT_INSTANCE
    if environment.notifier:
        yield NOTIFIER, NOTIFIER_ALARMS


def _of_service(service: Service) -> tuple[Alarm, ...]:
    probed = PROBED if service.probe else ()
    if isinstance(service, Fargate):
        return FARGATE + (SERVED if service.routes else ()) + probed
    return APP_RUNNER + (WITH_DOMAIN if service.domain else ()) + probed


def _of_stores(environment: Environment) -> Iterator[tuple[str, tuple[Alarm, ...]]]:
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            yield name, POSTGRES
            if store.replica:
                yield replica_of(name), POSTGRES + REPLICA
            if store.proxy:
                yield proxy_of(name), PROXY
            yield admin_of(name), FUNCTION + (REDEPLOYS if _is_served(environment, name) else ())
        elif isinstance(store, ServerlessValkey):
            yield name, SERVERLESS_CACHE
        elif isinstance(store, NodesValkey):
            lagging = LAGGING_CACHE if store.nodes > 1 else ()
            evicting = EVICTING_CACHE if store.policy in EVICTING else ()
            yield name, NODES_CACHE + lagging + evicting
            if queues(environment, name):
                yield depth_of(name), CLOCKWORK


def _is_served(environment: Environment, store: str) -> bool:
    return any(store in service.uses for service in environment.services.values())


def alarms_of(environment: Environment, node: str) -> tuple[Alarm, ...]:
    """The alarms of one node as the file wants them."""
    return tuple(
        _changed(alarm, environment.alarms.get(f"{node}.{alarm.name}"))
        for alarm in catalogue(environment).get(node, ())
    )


def _changed(alarm: Alarm, change: AlarmChange | None) -> Alarm:
    if change is None:
        return alarm
    threshold = change.below if alarm.below else change.above
    return replace(
        alarm,
        threshold=alarm.threshold if threshold is None else threshold,
        minutes=change.minutes or alarm.minutes,
        tier=change.tier or alarm.tier,
    )
