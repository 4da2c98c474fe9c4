"""Rules for names: of resources, of metrics, of variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.alarms import catalogue
from config.credentials import login_of
from config.model.buckets import Bucket
from config.model.fargate import Fargate
from config.model.postgres import Postgres
from config.model.services import AppRunner, CodeBuildTask
from config.nodes import placed_links, service_name, store_name
from config.programs import released

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings

# https://docs.aws.amazon.com/apprunner/latest/api/API_CreateService.html
LONGEST_SERVICE_NAME = 40
# ElastiCache's users are called after the cache, with `-default`, in 40 characters.
LONGEST_STORE_NAME = 32


def names_are_apart(environment: Environment) -> Findings:
    """What must be unique in an account or an environment stands once."""
    seen: dict[tuple[str, str], str] = {}
    for name, service in environment.services.items():
        unique: dict[str, str] = {
            "name": service_name(environment, name),
            **{f"metrics.{metric}": metric for metric in service.metrics},
        }
        if isinstance(service, AppRunner):
            unique["domain"] = service.domain or name
        for field, value in unique.items():
            # App Runner's names are its account's, Fargate's their cluster's.
            whose = service.kind if field == "name" else ""
            first = seen.setdefault((field, f"{whose} {value}"), name)
            if first != name:
                yield (
                    ("services", name, *field.split(".")),
                    f"service {first} has {value!r} already",
                )


def alarms_are_apart(environment: Environment) -> Findings:
    """An alarm's name, made of node and metric, is that of no other alarm."""
    taken = {
        f"{node}-{alarm.name}": node
        for node, alarms in catalogue(environment).items()
        for alarm in alarms
    }
    for name, service in environment.services.items():
        for metric, spec in service.metrics.items():
            if spec.alarm:
                first = taken.setdefault(f"{name}-{metric}", f"{name}.{metric}")
                if first != f"{name}.{metric}":
                    path = ("services", name, "metrics", metric)
                    yield path, f"{first} has an alarm {name}-{metric} already: choose another name"


def releases_are_apart(environment: Environment) -> Findings:
    """An image is not called like another image and one of its tasks together."""
    seen: dict[str, str] = {}
    for name in released(environment):
        first = seen.setdefault(name.replace("/", "-"), name)
        if first != name:
            task = name.rpartition("/")[2]
            yield (
                ("tasks", task),
                f"image {first!r} is called like this task and its image: rename it",
            )


def logins_are_apart(environment: Environment) -> Findings:
    """The master is no login of a link."""
    for path, target, link in placed_links(environment):
        if isinstance(environment.stores.get(target), Postgres) and login_of(link) == "master":
            yield (*path, "login"), "the master is for RDS and its admin function alone"


def names_fit(environment: Environment) -> Findings:
    """A name that is made of system, environment and node is not too long for AWS."""
    for name, service in environment.services.items():
        made = service_name(environment, name)
        if isinstance(service, AppRunner) and len(made) > LONGEST_SERVICE_NAME:
            message = (
                f"{made} is too long for App Runner ({LONGEST_SERVICE_NAME}): give it a `name:`"
            )
            yield ("services", name), message
    for name, store in environment.stores.items():
        made = store_name(environment, name)
        if not isinstance(store, Bucket) and len(made) > LONGEST_STORE_NAME:
            message = f"{made} is over {LONGEST_STORE_NAME} characters: give it a `name:`"
            yield ("stores", name), message


def variables_are_free(environment: Environment) -> Findings:
    """App Runner keeps some variables for itself, and so does our buildspec.

    https://docs.aws.amazon.com/apprunner/latest/dg/env-variable.html
    """
    for name, task in environment.tasks.items():
        taken = {"COMMAND", "DIRECTORY"} if isinstance(task, CodeBuildTask) else set()
        for variable in sorted(taken & set(task.env)):
            yield ("tasks", name, "env", variable), f"says what `{variable.lower()}:` says"
    for name, service in environment.services.items():
        if isinstance(service, Fargate):
            continue
        linked = {
            variable: ("uses", target, "env", variable)
            for target, link in service.uses.items()
            for variable in link.env
        }
        own = {variable: ("env", variable) for variable in service.env}
        for variable, path in {**linked, **own}.items():
            if variable == "PORT" or variable.startswith("AWSAPPRUNNER"):
                yield ("services", name, *path), "App Runner sets this variable itself"


RULES = (
    names_are_apart,
    alarms_are_apart,
    releases_are_apart,
    logins_are_apart,
    names_fit,
    variables_are_free,
)
