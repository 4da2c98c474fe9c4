"""Rules for services on ECS Fargate: how many there are, and how they are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.errors import nearest
from config.model.fargate import Rolling
from config.model.postgres import Postgres
from config.model.valkey import Valkey
from config.programs import fargate_services

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.model.fargate import Fargate, Scale
    from config.rules.finding import Findings


def scaling_is_possible(environment: Environment) -> Findings:
    """Bounds are in order, something is followed between them, and it can be followed."""
    for name, service in fargate_services(environment).items():
        path, scale = ("services", name, "scale"), service.scale
        if scale is None:
            continue
        if service.singleton:
            yield path, "a singleton is one task: remove `scale`"
            continue
        if scale.least > scale.most:
            yield path, f"min {scale.least} is over max {scale.most}"
        followed = any((scale.cpu, scale.memory, scale.requests_per_target, scale.queue))
        if scale.least < scale.most and not followed:
            yield path, "says nothing to follow: `cpu`, `memory`, `requests_per_target` or `queue`"
        if scale.least == scale.most and followed:
            yield (
                path,
                f"there is nothing to scale between {scale.least} and {scale.most}: say `max`",
            )
        yield from ((path + where, message) for where, message in _unfollowed(service, scale))


def _unfollowed(service: Fargate, scale: Scale) -> Findings:
    """What the number of tasks shall follow and can't."""
    if scale.requests_per_target and not service.routes:
        yield ("requests_per_target",), "the service has no `routes`, so no requests"
    elif scale.requests_per_target and service.shifts:
        message = (
            f"does not go with `rollout: {{kind: {service.rollout.kind}}}`: the metric is bound to"
            " one target group, and traffic moves between two; use `cpu`"
        )
        yield ("requests_per_target",), message


def rollouts_are_possible(environment: Environment) -> Findings:
    """Traffic can only shift where there is some, and not under clients that stick."""
    for name, service in fargate_services(environment).items():
        if service.singleton:
            continue
        path, rollout = ("services", name), service.rollout
        if service.shifts and not service.routes:
            yield (*path, "rollout"), "there is no traffic to shift without `routes`: use rolling"
        elif service.shifts and service.sticky_hours:
            message = (
                f"does not go with `rollout: {{kind: {rollout.kind}}}`: clients would stay with"
                " the tasks that are being replaced"
            )
            yield (*path, "sticky_hours"), message
        if service.shifts and len(service.routes) > 1:
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html
            message = (
                f"with `rollout: {{kind: {rollout.kind}}}` there can be one: ECS moves the traffic"
                " of one listener rule, and the others would stay with the tasks that go"
            )
            yield (*path, "routes"), message
        if isinstance(rollout, Rolling) and rollout.max_percent == 100:
            if rollout.min_percent == 100:
                yield (*path, "rollout"), "leaves no room to replace a task: raise max_percent"
            elif service.rebalance:
                # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
                message = "ECS starts a task before it moves one: raise the rollout's max_percent"
                yield (*path, "rebalance"), message


def singletons_are_single(environment: Environment) -> Findings:
    """Nothing of ours starts a second task; what ECS can't promise is a lock's business."""
    for name, service in fargate_services(environment).items():
        path, singleton = ("services", name), service.singleton
        if singleton is None:
            continue
        yield from _unlockable(environment, name, singleton.lock)
        if service.rebalance:
            message = "ECS would start a second task to move the first: remove it"
            yield (*path, "rebalance"), message
        if service.rollout != Rolling(kind="rolling"):
            message = "a singleton is stopped before the next one starts: remove `rollout`"
            yield (*path, "rollout"), message
        if service.spot:
            yield (*path, "spot"), "a singleton would be away with each interruption: remove it"
        if service.routes:
            yield (*path, "routes"), "a singleton is away during each release: serve elsewhere"


def _unlockable(environment: Environment, service: str, lock: str) -> Findings:
    path = ("services", service, "singleton", "lock")
    store = environment.stores.get(lock)
    if not isinstance(store, Postgres | Valkey) or getattr(store, "holds", "queue") != "queue":
        hint = "" if store else nearest(lock, list(environment.stores))
        message = "must be a store that keeps a lock: PostgreSQL, or a Valkey with `holds: queue`"
        yield path, message + hint
    elif lock not in environment.services[service].uses:
        yield path, "the service does not use this store: link to it"
    elif environment.services[service].uses[lock].via == "reader":
        yield path, "a read replica keeps no lock: link to the database without `via: reader`"


RULES = (
    scaling_is_possible,
    rollouts_are_possible,
    singletons_are_single,
)
