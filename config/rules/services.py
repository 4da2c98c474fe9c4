"""Rules for what runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from config import aws
from config.errors import listed, nearest
from config.model.fargate import Fargate
from config.model.programs import Program
from config.model.services import AppRunner, CodeBuildTask
from config.nodes import runners
from config.rules.links import section_of

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings


REPOSITORY = Path(__file__).resolve().parents[2]
# Variables that hold credentials by their very name must come from a secret.
SECRET_VARIABLE = re.compile(
    r"(PASSWORD|PASSWD|PASSPHRASE|SECRET|PRIVATE_KEY|API_KEY|ACCESS_KEY|SECRET_KEY|TOKEN|DSN)$",
    re.IGNORECASE,
)
# Values that are credentials by their form: an address with a password, keys of known services.
SECRET_VALUE = re.compile(
    r"://[^/\s:@]*:[^@\s]+@|^[sr]k_(live|test)_|^gh[opsu]_|^github_pat_|^AKIA[0-9A-Z]{16}$|^xox[abprs]-"
    r"|^eyJ[\w-]+\.|^sk-[\w-]{16,}|-----BEGIN "
)
# Commands that write a schema without a migration file: nobody can review or undo them.
SCHEMA_PUSH = re.compile(r"drizzle-kit\b.*\bpush\b|\bdb[\s:]+push\b", re.DOTALL)
# Route 53 publishes the metrics of its health checks there and nowhere else.
PROBE_REGION = "us-east-1"


def images_are_declared(environment: Environment) -> Findings:
    """What runs names an image of this file."""
    known = list(environment.images)
    for name, runner in runners(environment).items():
        if runner.image not in known:
            path = (section_of(environment, name), name, "image")
            hint = nearest(runner.image, known)
            yield path, f"no image {runner.image!r}{hint}; known: {listed(known)}"


def repositories_are_distinct(environment: Environment) -> Findings:
    """Two images can't share a repository: their releases would push each other out."""
    seen: dict[str, str] = {}
    for name, image in environment.images.items():
        if image.repository in seen:
            path = ("images", name, "repository")
            yield path, f"{image.repository} holds image {seen[image.repository]!r} already"
        seen.setdefault(image.repository, name)


def secrets_do_not_stand_in_files(environment: Environment) -> Findings:
    """What is a credential by its name or its form does not stand in a file."""
    for name, runner in runners(environment).items():
        path: tuple[str, ...] = (section_of(environment, name), name)
        found = [(path, runner.env)]
        if isinstance(runner, Program):
            found += [((*path, "sidecars", n), s.env) for n, s in runner.sidecars.items()]
        for where, env in found:
            for variable, value in env.items():
                if value and (SECRET_VARIABLE.search(variable) or SECRET_VALUE.search(value)):
                    message = "looks like a credential: declare a secret and link to it by `uses`"
                    yield (*where, "env", variable), message


def app_runner_is_usable(environment: Environment) -> Findings:
    """App Runner's own conditions: an existing customer, sizes that are sold, bounds in order."""
    for name, service in environment.services.items():
        if not isinstance(service, AppRunner):
            continue
        path = ("services", name)
        if environment.region not in aws.APP_RUNNER_REGIONS:
            yield (*path, "kind"), f"App Runner is not offered in {environment.region}"
        if not service.existing_customer:
            yield (
                (*path, "existing_customer"),
                (
                    "App Runner takes no new customers since 30 April 2026: say"
                    " `existing_customer: true` if this account already uses it, otherwise run the"
                    " container on ECS Fargate"
                ),
            )
        if service.memory not in aws.APP_RUNNER_MEMORY[service.cpu]:
            allowed = ", ".join(map(str, aws.APP_RUNNER_MEMORY[service.cpu]))
            yield (*path, "memory"), f"with cpu {service.cpu} App Runner sells {allowed} MiB"
        if service.scale.min > service.scale.max:
            yield (*path, "scale"), f"min {service.scale.min} is over max {service.scale.max}"


def public_services_are_checked(environment: Environment) -> Findings:
    """What is public has a health path, App Runner is, and a probe has a host to call."""
    for name, service in environment.services.items():
        path = ("services", name)
        public = bool(service.routes) if isinstance(service, Fargate) else service.public
        if public and service.health is None:
            yield (*path, "health"), "a public service needs `health: {path: …}`"
        if isinstance(service, AppRunner) and not service.public:
            yield (
                (*path, "public"),
                "nobody could reach it: a private service needs a VPC ingress connection",
            )
        if service.probe and not service.domain:
            yield (*path, "probe"), "needs a public host name to call"
        if service.probe and environment.region != PROBE_REGION:
            yield (
                (*path, "probe"),
                (
                    f"Route 53 publishes its metrics in {PROBE_REGION} only, this environment"
                    f" is in {environment.region}"
                ),
            )


def migrations_are_reviewed(environment: Environment) -> Findings:
    """Production is never migrated by a schema push."""
    for name, runner in runners(environment).items():
        command = getattr(runner, "command", "")
        words = command if isinstance(command, str) else " ".join(command)
        if environment.production and SCHEMA_PUSH.search(words):
            path = (section_of(environment, name), name, "command")
            yield path, "schema pushes are forbidden in production: generate and apply migrations"


def buildspecs_are_files(environment: Environment) -> Findings:
    """A buildspec is a file of the repository."""
    for name, task in environment.tasks.items():
        if isinstance(task, CodeBuildTask) and not _is_in_repository(REPOSITORY / task.buildspec):
            yield ("tasks", name, "buildspec"), f"{task.buildspec} is not a file of this repository"


def _is_in_repository(file: Path) -> bool:
    try:
        return file.resolve().is_relative_to(REPOSITORY) and file.is_file()
    except OSError:  # for example a name that is too long
        return False


RULES = (
    images_are_declared,
    repositories_are_distinct,
    secrets_do_not_stand_in_files,
    app_runner_is_usable,
    public_services_are_checked,
    migrations_are_reviewed,
    buildspecs_are_files,
)
