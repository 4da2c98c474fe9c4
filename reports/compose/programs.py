"""Services and tasks: the same image, command, port, user and variables as on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from config.model.fargate import Fargate
from config.model.programs import Program, Root, Writable
from config.model.services import AppRunner, CodeBuildTask
from reports.compose.health import healthcheck
from reports.compose.local import SIDECARS, STORAGE_SETUP, TASKS, buckets, stands_in
from reports.compose.notes import notes
from reports.compose.part import Part, asked, literal, present, shouted
from reports.compose.storage import variables as to_storage
from reports.compose.values import variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from config.model.environment import Environment
    from config.model.links import Link
    from config.model.programs import Container, Sidecar
    from config.nodes import Runner
    from reports.compose.ports import HostPorts

HEALTHY = {"condition": "service_healthy"}
STARTED = {"condition": "service_started"}
DONE = {"condition": "service_completed_successfully"}


def program(
    environment: Environment, name: str, runner: Runner, ports: HostPorts
) -> Iterator[Part]:
    """A service or task, and its sidecars."""
    port = _public_port(runner)
    body = {
        "image": f"{environment.images[runner.image].repository}:local",
        "build": {"context": asked(f"{shouted(runner.image)}_CONTEXT", ".")},
        "profiles": [TASKS] if name in environment.tasks else [],
        **_container(runner),
        "environment": _environment(environment, name, runner),
        "ports": ports.publish(name, port) if port else [],
        "healthcheck": healthcheck(runner),
        "depends_on": _depends_on(environment, runner.uses),
    }
    yield Part(name=name, body=present(body), notes=tuple(notes(environment, name, runner)))
    if isinstance(runner, Program):
        for sidecar, spec in runner.sidecars.items():
            yield _sidecar(environment, name, sidecar, spec)


def _container(runner: Runner) -> dict[str, Any]:
    if isinstance(runner, Program):
        return {**_confined(runner), "stop_grace_period": f"{runner.stop_seconds}s"}
    if isinstance(runner, CodeBuildTask):
        # CodeBuild runs it with a shell, whatever the image begins with.
        command = {"entrypoint": ["sh", "-c"], "command": [literal(runner.command)]}
        return {"working_dir": runner.directory, **command}
    return {}


def _confined(spec: Container) -> dict[str, Any]:
    return {
        "command": [literal(word) for word in spec.command],
        "user": "0" if isinstance(spec.user, Root) else spec.user,
        "read_only": not isinstance(spec.read_only, Writable),
        "tmpfs": [f"{literal(path)}:size={size}m" for path, size in spec.scratch.items()],
        "init": True,
    }


def _public_port(runner: Runner) -> int | None:
    """What the balancer or App Runner lead to; other ports only services reach."""
    match runner:
        case AppRunner(public=True) | Fargate(routes=(_, *_)):
            return runner.port
    return None


def _environment(environment: Environment, name: str, runner: Runner) -> dict[str, str]:
    told = {}
    if isinstance(runner, CodeBuildTask):
        told = {"COMMAND": runner.command, "DIRECTORY": runner.directory}
    elif runner.release_env:
        told = {runner.release_env: "local"}
    return _complete(environment, name, {**told, **runner.env}, runner.uses)


def _complete(
    environment: Environment, program: str, env: Mapping[str, str], uses: Mapping[str, Link]
) -> dict[str, str]:
    """A container's variables, and those by which it finds the buckets that it uses."""
    found = variables(environment, env, uses)
    stored = set(uses) & set(buckets(environment))
    more = to_storage(environment, program) if stored else {}
    return found | {variable: text for variable, text in more.items() if variable not in found}


def _depends_on(environment: Environment, uses: Mapping[str, Link]) -> dict[str, dict[str, str]]:
    found = {}
    for target in uses:
        external = environment.externals.get(target)
        if target in buckets(environment):
            found[STORAGE_SETUP] = DONE
        elif target in environment.stores or (external and stands_in(external)):
            found[target] = HEALTHY
        elif target in environment.services:
            checked = healthcheck(environment.services[target])
            found[target] = HEALTHY if checked else STARTED
    return found


def _sidecar(environment: Environment, program: str, name: str, spec: Sidecar) -> Part:
    """A sidecar shares its program's network, as in a task; one that may fail waits to be asked."""
    profiles = [SIDECARS] if not spec.essential else []
    if program in environment.tasks:
        profiles = [TASKS]
    body = {
        "image": spec.image,
        "profiles": profiles,
        **_confined(spec),
        "environment": _complete(environment, program, spec.env, spec.uses),
        "network_mode": f"service:{program}",
        "depends_on": _depends_on(environment, spec.uses),
    }
    only = f" Only with `docker compose --profile {profiles[0]} up`." if profiles else ""
    note = f"Sidecar of {program}, in its network.{only}"
    return Part(name=f"{program}.{name}", body=present(body), notes=(note,))
