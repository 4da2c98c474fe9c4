"""The whole file: which parts an environment becomes, and what its header says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.model.fargate import FargateTask
from config.model.postgres import Postgres
from config.model.valkey import NodesValkey, ServerlessValkey
from config.nodes import runners
from reports.compose.caches import cache, redis
from reports.compose.databases import database
from reports.compose.local import PASSWORD, catches_mail, is_redis
from reports.compose.mail import catcher
from reports.compose.part import shouted
from reports.compose.ports import HostPorts
from reports.compose.programs import program
from reports.compose.secrets import questions
from reports.compose.storage import storage
from reports.compose.text import comment, rendered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.model.environment import Environment
    from config.model.services import Task
    from reports.compose.part import Part

MARK = "For a developer's machine, made by `make compose"
NOT_HERE = """
One container of everything, without limits of CPU and memory, for this machine's own processor.
No TLS: addresses begin with http:// and redis://, and say nothing of certificates.
No balancer: each public service has a port of its own on this machine.
Health checks need a shell in the image, and wget, curl, node or python3.
Credentials of AWS are made up and open the buckets here; nothing else of AWS takes them.
No security groups, alarms and rotations. Rights are those of databases, caches and buckets.
""".strip().splitlines()


def compose(environment: Environment) -> str:
    """The text of the Compose file of an environment."""
    made = list(parts(environment))
    return rendered(environment.name, list(_header(environment)), made)


def parts(environment: Environment) -> Iterator[Part]:
    """Programs first, as they stand in the file, then what they use."""
    ports = HostPorts()
    for name, runner in runners(environment).items():
        yield from program(environment, name, runner, ports)
    for name, store in environment.stores.items():
        if isinstance(store, Postgres):
            yield database(environment, name, store, ports)
        elif isinstance(store, NodesValkey | ServerlessValkey):
            yield cache(name, store, ports)
    yield from storage(environment, ports)
    for name, external in environment.externals.items():
        if catches_mail(external):
            yield catcher(name, external.port, ports)
        elif is_redis(external):
            yield redis(name, ports)


def _header(environment: Environment) -> Iterator[str]:
    chosen = f"SYSTEM={environment.system} ENVIRONMENT={environment.environment}"
    yield f"{MARK} {chosen}`."
    yield "Make it again instead of changing it: compose.override.yaml beside it is laid over it."
    yield "Needs Docker 25 and Compose 2.24, or newer ones."
    yield from ("", "  docker compose build")
    # What runs by schedule does not have to run before everything else.
    prepare = [name for name, task in environment.tasks.items() if not _is_scheduled(task)]
    yield from (f"  docker compose run --rm {name}" for name in prepare)
    yield from ("  docker compose up", "  docker compose down --volumes   # start over", "")
    yield "What .env beside it may say:"
    for image in environment.images:
        yield f"  {shouted(image)}_CONTEXT=…   the folder of image {image}'s Dockerfile"
    for variable, description in questions(environment).items():
        yield from comment(f"  {variable}=…   {description}", hanging="    ")
    yield f"  …_HOST_PORT=…   another port of this machine; every password here is {PASSWORD!r}"
    yield ""
    yield "Not as on AWS:"
    for each in NOT_HERE:
        yield from comment(f"- {each}", hanging="  ")


def _is_scheduled(task: Task) -> bool:
    return isinstance(task, FargateTask) and task.schedule is not None
