"""What runs on ECS Fargate: who calls whom, in which order it is made, what it is released as."""

from __future__ import annotations

from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, TypeVar

from config.model.fargate import Fargate, FargateTask
from config.nodes import links

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from config.model.environment import Environment
    from config.model.fargate import QueueScale

T = TypeVar("T")


@cache
def fargate_services(environment: Environment) -> Mapping[str, Fargate]:
    """The services on ECS Fargate, each after those that it uses (which a rule keeps possible)."""
    found = {n: s for n, s in environment.services.items() if isinstance(s, Fargate)}
    uses = {name: [t for t in service.uses if t in found] for name, service in found.items()}
    return {name: found[name] for name in in_order(uses)}


def fargate_tasks(environment: Environment) -> Mapping[str, FargateTask]:
    """The tasks on ECS Fargate."""
    return {n: t for n, t in environment.tasks.items() if isinstance(t, FargateTask)}


def family_of(environment: Environment, name: str) -> str:
    """The document's name of a program's task definitions, or one that is unique in the account."""
    programs = {**fargate_services(environment), **fargate_tasks(environment)}
    return programs[name].family or f"{environment.name}-{name}"


def served(environment: Environment) -> Mapping[str, Fargate]:
    """The services behind the balancer."""
    return {n: s for n, s in fargate_services(environment).items() if s.routes}


def called(environment: Environment) -> frozenset[str]:
    """The services that other services link to."""
    services = environment.services
    return frozenset(target for _, target, _ in links(environment) if target in services)


def queues(environment: Environment, store: str) -> Mapping[str, QueueScale]:
    """The services that scale by queues of a store, with what they watch."""
    found = {
        name: service.scale.queue
        for name, service in fargate_services(environment).items()
        if service.scale and service.scale.queue
    }
    return {name: queue for name, queue in found.items() if queue.store == store}


def in_circle(uses: Mapping[T, Iterable[T]]) -> tuple[T, ...]:
    """Nodes that use each other in a circle; none where an order is possible."""
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        circle: list[T] = error.args[1]
        return tuple(dict.fromkeys(circle))
    return ()


def in_order(uses: Mapping[T, Iterable[T]]) -> tuple[T, ...]:
    """Every node after those that it uses; as they came where they use each other in a circle."""
    try:
        return tuple(TopologicalSorter(uses).static_order())
    except CycleError:
        return tuple(uses)


def group_uses(environment: Environment) -> Mapping[str | None, set[str | None]]:
    """Which groups each group of services and tasks uses; None stands for those in no group.

    That is where the cluster and the balancer are, so every other one uses it.
    """
    programs = {**fargate_services(environment), **fargate_tasks(environment)}
    found: dict[str | None, set[str | None]] = {None: set()}
    for program in programs.values():
        uses = found.setdefault(program.group, set())
        others = {programs[t].group for t in program.uses if t in programs} | {None}
        uses |= others - {program.group}
    return found


def groups(environment: Environment) -> tuple[str | None, ...]:
    """The groups, each after those that it uses, which a rule keeps possible."""
    return in_order(group_uses(environment))


def released_name(image: str, task: str | None = None) -> str:
    """What a digest is released for.

    All that runs an image runs one digest of it. A task that somebody starts has its own, since
    what prepares a release (migrations) has to run before it.
    """
    return f"{image}/{task}" if task else image


def released(environment: Environment) -> tuple[str, ...]:
    """Everything that digests are released for."""
    started = (
        released_name(task.image, name)
        for name, task in fargate_tasks(environment).items()
        if not task.schedule
    )
    return (*environment.images, *started)
