"""What the file says of each program is what its template says."""

from __future__ import annotations

import pytest

from config.model.services import AppRunner
from config.nodes import runners
from reports.compose.local import LOCAL_ONLY
from reports.compose.values import tls_turned_off
from tests.assemblies import ENVIRONMENTS, synthesized
from tests.reports.compose.files import containers, deployed_variables, made

of_each = pytest.mark.parametrize(("system", "environment"), ENVIRONMENTS)


@of_each
def test_every_program_gets_the_variables_that_it_gets_on_aws(
    system: str, environment: str
) -> None:
    services = made(system, environment)["services"]
    deployed = deployed_variables(synthesized(system, environment))
    assert deployed
    for name, variables in deployed.items():
        local = set(services[name]["environment"])
        assert variables <= local, name
        assert local - variables <= set(LOCAL_ONLY), name


@of_each
def test_nothing_else_is_built_or_is_a_sidecar(system: str, environment: str) -> None:
    services = made(system, environment)["services"]
    programs = {n for n, s in services.items() if "build" in s or "network_mode" in s}
    assert programs == set(deployed_variables(synthesized(system, environment)))


@of_each
def test_plain_variables_have_the_same_values(system: str, environment: str) -> None:
    services = made(system, environment)["services"]
    spec = synthesized(system, environment).environment
    for name, runner in runners(spec).items():
        for variable, text in runner.env.items():
            if variable not in tls_turned_off(runner.env):
                assert services[name]["environment"][variable] == text


@of_each
def test_containers_are_confined_as_on_ecs(system: str, environment: str) -> None:
    services = made(system, environment)["services"]
    for name, container in containers(synthesized(system, environment)).items():
        service = services[name]
        assert service.get("command", []) == container.get("Command", [])
        assert service["user"] == container["User"]
        assert service.get("read_only", False) == container["ReadonlyRootFilesystem"]
        mounts = container["LinuxParameters"]["Tmpfs"]
        assert service["tmpfs"] == [f"{m['ContainerPath']}:size={m['Size']}m" for m in mounts]
        grace = container.get("StopTimeout")
        assert service.get("stop_grace_period") == (f"{grace}s" if grace else None)


@of_each
def test_what_the_public_reaches_has_its_port_on_this_machine(
    system: str, environment: str
) -> None:
    spec = synthesized(system, environment).environment
    for name, service in spec.services.items():
        ports = made(system, environment)["services"][name].get("ports", [])
        if isinstance(service, AppRunner) or service.routes:
            (port,) = ports
            assert port.startswith("127.0.0.1:")
            assert port.endswith(f":{service.port}")
        else:
            assert not ports


@of_each
def test_tasks_run_only_when_they_are_asked_for(system: str, environment: str) -> None:
    spec = synthesized(system, environment).environment
    services = made(system, environment)["services"]
    for name in (*spec.services, *spec.tasks):
        assert services[name].get("profiles", []) == (["tasks"] if name in spec.tasks else [])
