"""Rules for programs on ECS Fargate: what ECS would refuse, or take and not honour."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from config import aws
from config.attributes import INTERNET
from config.errors import listed, nearest
from config.model.programs import Program, Writable
from config.nodes import links, placed_links
from config.programs import family_of, fargate_services, fargate_tasks, group_uses, in_circle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from config.model.environment import Environment
    from config.rules.finding import Findings


def _programs(environment: Environment) -> Mapping[tuple[str, ...], Program]:
    return {
        (section, name): node
        for section in ("services", "tasks")
        for name, node in getattr(environment, section).items()
        if isinstance(node, Program)
    }


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
    if sold[1] - sold[0] != sold[-1] - sold[-2] or len(sold) < 5:
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
    uses = {n: {t for t in s.uses if t in services and t != n} for n, s in services.items()}
    circle = in_circle(uses)
    for path, target, _ in placed_links(environment):
        source = path[1]
        if target not in services:
            continue
        if path[0] != "services" or source not in services:
            yield path, "only services on Fargate learn the names of services"
        elif len(path) > 4:
            yield path, "a sidecar is told no names of services: link to it in the program's `uses`"
        elif target == source:
            yield path, "is the service itself"
        elif {source, target} <= set(circle):
            message = f"goes round in a circle ({listed(circle)}): ECS tells names to those that"
            yield path, f"{message} start later"


def groups_are_made_in_order(environment: Environment) -> Findings:
    """A group uses groups that are there before it: those of no group stand first."""
    services = fargate_services(environment)
    named: dict[str | None, set[str | None]] = {
        group: uses - {None} for group, uses in group_uses(environment).items() if group
    }
    circle = in_circle(named)
    for path, target, _ in placed_links(environment):
        source, called = services.get(path[1]), services.get(target)
        if source is None or called is None or called.group in (None, source.group):
            continue
        if source.group is None:
            message = (
                f"is in group {called.group!r}, which is made later: give {path[1]} a group too"
            )
            yield path, message
        elif {source.group, called.group} <= set(circle):
            message = f"is in group {called.group!r}, which uses group {source.group!r} in turn"
            yield path, f"{message}: put them into one"


def ports_are_free(environment: Environment) -> Findings:
    """Who is called or routed to has a port; below 1024 only root may listen."""
    for name, service in fargate_services(environment).items():
        path = ("services", name)
        if service.routes and not service.port:
            yield (*path, "port"), "is required with `routes`"
        if service.port and service.port < 1024 and isinstance(service.user, str):
            message = f"only root may listen on {service.port}: let the program use 1024 or above"
            yield (*path, "port"), message
        for field in ("health", "sticky_hours", "draining"):
            if field in service.model_fields_set and not service.routes:
                yield (*path, field), "is the balancer's, and there are no `routes`"
        if service.spot and service.spot.base >= service.bounds[1]:
            message = f"with at most {service.bounds[1]} tasks none would be on Spot: lower it"
            yield (*path, "spot", "base"), message
        health = service.health
        if health and health.timeout >= health.interval:
            yield (*path, "health", "timeout"), "must be shorter than the interval"


def families_are_apart(environment: Environment) -> Findings:
    """Two programs of one family would be revisions of each other."""
    seen: dict[tuple[str, str], str] = {}
    programs = _programs(environment)
    # What is named goes first: who took over its name by accident is to be told.
    for path, program in sorted(programs.items(), key=lambda each: not each[1].family):
        found = {"family": family_of(environment, path[1]), "log_group": program.log_group}
        for field, value in found.items():
            if value and seen.setdefault((field, value), path[1]) != path[1]:
                yield (*path, field), f"{seen[field, value]} has {value!r} already"


def schedules_are_theirs(environment: Environment) -> Findings:
    """A schedule names days in one of two ways; its zone exists, and is for a schedule."""
    for name, task in fargate_tasks(environment).items():
        if "timezone" in task.model_fields_set and not task.schedule:
            yield ("tasks", name, "timezone"), "there is no `schedule` that it could be for"
        # Listing the zones reads a folder of files: only for those who name one.
        if task.timezone != "UTC" and task.timezone not in available_timezones():
            hint = nearest(task.timezone, sorted(available_timezones()))
            yield ("tasks", name, "timezone"), f"there is no zone {task.timezone!r}{hint}"
        fields = (task.schedule or "").removeprefix("cron(").split(" ")
        # https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
        if len(fields) == 6 and (fields[2] == "?") == (fields[4] == "?"):
            message = (
                "one of the fields three and five has to be `?`, and only one: days go by month or"
                " by week, such as cron(0 6 * * ? *) or cron(0 6 ? * MON *)"
            )
            yield ("tasks", name, "schedule"), message


RULES = (
    sizes_are_sold,
    sidecars_can_start,
    shells_can_open,
    services_are_called_in_order,
    groups_are_made_in_order,
    ports_are_free,
    families_are_apart,
    schedules_are_theirs,
)
