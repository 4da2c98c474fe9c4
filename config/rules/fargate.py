"""Rules for programs on ECS Fargate: what ECS would refuse, or take and not honour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config import aws
from config.attributes import INTERNET
from config.errors import listed, nearest
from config.graph import fargate_services, fargate_tasks, group_uses, in_circle, links
from config.model.fargate import Fargate, Rolling
from config.model.programs import Writable
from config.model.postgres import Postgres
from config.model.valkey import Valkey
from config.rules.links import section_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.model.environment import Environment
    from config.model.programs import Program
    from config.rules.finding import Findings


def _programs(environment: Environment) -> Mapping[tuple[str, ...], Program]:
    services = {("services", n): s for n, s in fargate_services(environment).items()}
    tasks = {("tasks", n): t for n, t in fargate_tasks(environment).items()}
    return {**services, **tasks}


def sizes_are_sold(environment: Environment) -> Findings:
    """Fargate sells memory by CPU, and what sidecars keep must leave some to the program."""
    for path, program in _programs(environment).items():
        sold = aws.FARGATE_MEMORY[program.cpu]
        if program.memory not in sold:
            message = f"with cpu {program.cpu} Fargate sells {_range(sold)} MiB"
            yield (*path, "memory"), message
        kept = sum(sidecar.memory for sidecar in program.sidecars.values())
        held = sum(program.scratch.values())
        if kept + held >= program.memory:
            message = f"sidecars ({kept} MiB) and scratch ({held} MiB) leave the program nothing"
            yield (*path, "memory"), message


def _range(sold: tuple[int, ...]) -> str:
    if len(sold) < 5:
        return ", ".join(map(str, sold))
    return f"{sold[0]} to {sold[-1]} in steps of {sold[1] - sold[0]}"


def sidecars_can_start(environment: Environment) -> Findings:
    """A sidecar's image has a version, and a way by which it is pulled."""
    reach = {source for source, target, _ in links(environment) if target == INTERNET}
    for path, program in _programs(environment).items():
        for name, sidecar in program.sidecars.items():
            where = (*path, "sidecars", name)
            if name == aws.MAIN_CONTAINER:
                yield where, f"{name!r} is what the program's own container is called"
            if sidecar.image.endswith(":latest"):
                yield (*where, "image"), "`latest` is another image tomorrow: name a version"
            if path[1] not in reach:
                message = (
                    "is pulled from outside AWS's private network: the program needs"
                    " `internet: {reason: …}` in its `uses`"
                )
                yield (*where, "image"), message


def scaling_is_possible(environment: Environment) -> Findings:
    """Bounds are in order, something is followed between them, and it can be followed."""
    for name, service in fargate_services(environment).items():
        path, scale = ("services", name, "scale"), service.scale
        if scale is None:
            continue
        if service.singleton:
            yield path, "a singleton is one task: remove `scale`"
            continue
        if scale.least > scale.max:
            yield path, f"min {scale.least} is over max {scale.max}"
        followed = (scale.cpu, scale.memory, scale.requests_per_target, scale.queue)
        if scale.least < scale.max and not any(followed):
            yield path, "says nothing to follow: `cpu`, `memory`, `requests_per_target` or `queue`"
        if scale.requests_per_target and not service.routes:
            yield (*path, "requests_per_target"), "the service has no `routes`, so no requests"
        if scale.requests_per_target and service.shifts:
            message = (
                f"does not go with `rollout: {service.rollout.kind}`: the metric is bound to one"
                " target group, and traffic moves between two; use `cpu`"
            )
            yield (*path, "requests_per_target"), message
        if scale.queue and scale.queue.store not in service.uses:
            yield (*path, "queue", "store"), "the service does not use this store: link to it"


def rollouts_are_possible(environment: Environment) -> Findings:
    """Traffic can only shift where there is some, and not under clients that stick."""
    for name, service in fargate_services(environment).items():
        path = ("services", name)
        if service.shifts and not service.routes:
            yield (*path, "rollout"), "there is no traffic to shift without `routes`: use rolling"
        if service.shifts and service.sticky_hours:
            message = (
                f"does not go with `rollout: {service.rollout.kind}`: clients would stay with the"
                " tasks that are being replaced"
            )
            yield (*path, "sticky_hours"), message
        rollout = service.rollout
        if isinstance(rollout, Rolling) and rollout.min_percent == rollout.max_percent:
            yield (*path, "rollout"), "leaves no room to replace a task: raise max_percent"


def singletons_are_single(environment: Environment) -> Findings:
    """Nothing of ours starts a second task; what ECS can't promise is a lock's business."""
    for name, service in fargate_services(environment).items():
        path, singleton = ("services", name), service.singleton
        if singleton is None:
            continue
        store = environment.stores.get(singleton.lock)
        lockable = isinstance(store, Postgres) or (
            isinstance(store, Valkey) and store.holds == "queue"
        )
        if not lockable:
            message = (
                "must be a store that keeps a lock: PostgreSQL, or a Valkey with `holds: queue`"
                f"{nearest(singleton.lock, list(environment.stores))}"
            )
            yield (*path, "singleton", "lock"), message
        elif singleton.lock not in service.uses:
            yield (*path, "singleton", "lock"), "the service does not use this store: link to it"
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


def shells_can_open(environment: Environment) -> Findings:
    """ECS Exec writes where a read-only root file system has no place for it."""
    for name, service in fargate_services(environment).items():
        if not service.shell or isinstance(service.read_only, Writable):
            continue
        missing = [folder for folder in aws.SHELL_FOLDERS if folder not in service.scratch]
        if missing:
            message = (
                "ECS Exec does not work with a read-only root file system unless it may write to"
                f" {listed(aws.SHELL_FOLDERS)}: add them to `scratch`, or say"
                " `read_only: {off: true, reason: …}`"
            )
            yield ("services", name, "shell"), message


def services_are_called_in_order(environment: Environment) -> Findings:
    """Who calls must start after whom it calls: nobody in a circle, and no task."""
    services = fargate_services(environment)
    uses = {n: {t for t in s.uses if t in services} for n, s in services.items()}
    for name in in_circle(uses):
        message = "uses services that use it in turn: ECS tells names to those that start later"
        yield ("services", name, "uses"), message
    for group in in_circle(group_uses(environment)):
        for name, service in services.items():
            if service.group == group:
                message = (
                    "its group and others use each other, or one without a group uses it: put"
                    " them into one"
                )
                yield ("services", name, "group"), message
    for source, target, _ in links(environment):
        if target in services and not isinstance(environment.services.get(source), Fargate):
            path = (section_of(environment, source), source, "uses", target)
            yield path, "only services on Fargate learn the names of services"
        elif target == source:
            yield ("services", source, "uses", target), "is the service itself"


def ports_are_free(environment: Environment) -> Findings:
    """Who is called or routed to has a port; below 1024 only root may listen."""
    for name, service in fargate_services(environment).items():
        path = ("services", name)
        if service.routes and not service.port:
            yield (*path, "port"), "is required with `routes`"
        if service.port and service.port < 1024 and isinstance(service.user, str):
            message = f"only root may listen on {service.port}: let the program use 1024 or above"
            yield (*path, "port"), message
        for field in ("health", "sticky_hours"):
            if getattr(service, field) and not service.routes:
                yield (*path, field), "is the balancer's, and there are no `routes`"
        health = service.health
        if health and health.timeout >= health.interval:
            yield (*path, "health", "timeout"), "must be shorter than the interval"


def families_are_apart(environment: Environment) -> Findings:
    """Two programs of one family would be revisions of each other."""
    seen: dict[tuple[str, str], str] = {}
    for path, program in _programs(environment).items():
        for field in ("family", "log_group"):
            value = getattr(program, field)
            if value and seen.setdefault((field, value), path[1]) != path[1]:
                yield (*path, field), f"{seen[field, value]} has {value!r} already"


def schedules_are_theirs(environment: Environment) -> Iterator[tuple[tuple[str, ...], str]]:
    """A zone of time without a schedule means nothing."""
    for name, task in fargate_tasks(environment).items():
        if "timezone" in task.model_fields_set and not task.schedule:
            yield ("tasks", name, "timezone"), "there is no `schedule` that it could be for"


RULES = (
    sizes_are_sold,
    sidecars_can_start,
    scaling_is_possible,
    rollouts_are_possible,
    singletons_are_single,
    shells_can_open,
    services_are_called_in_order,
    ports_are_free,
    families_are_apart,
    schedules_are_theirs,
)
