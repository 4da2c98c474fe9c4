"""The files are what the Compose specification allows, and refer to nothing that is not there."""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import jsonschema
import pytest
import yaml

from config.load import load_environment
from reports.compose.file import compose
from tests.assemblies import ENVIRONMENTS
from tests.reports.compose.files import File, made

of_each = pytest.mark.parametrize(("system", "environment"), ENVIRONMENTS)
SCHEMA = Path("builtin_schemas", "vendor", "compose-spec.json")


@cache
def specification() -> jsonschema.protocols.Validator:
    """The specification's own schema, out of the wheel that brings it; checks formats, too."""
    package = find_spec("check_jsonschema")
    assert package is not None
    assert package.origin is not None
    schema = json.loads((Path(package.origin).parent / SCHEMA).read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def wrong(file: File) -> list[str]:
    return [error.message for error in specification().iter_errors(file)]


@of_each
def test_it_is_what_the_specification_allows(system: str, environment: str) -> None:
    assert wrong(made(system, environment)) == []
    # With its questions, too, which stand where Compose takes text.
    assert wrong(yaml.safe_load(compose(load_environment(system, environment)))) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"imagee": "postgres:17"},
        {"image": "postgres:17", "ports": 80},
        {"image": "postgres:17", "depends_on": {"a": {"condition": "whenever"}}},
    ],
)
def test_the_schema_would_find_a_mistake(broken: File) -> None:
    assert wrong({"services": {"database": broken}})


@of_each
def test_it_refers_to_what_is_there(system: str, environment: str) -> None:
    file = made(system, environment)
    services = file["services"]
    configs, volumes = set(), set()
    for name, service in services.items():
        for target, how in service.get("depends_on", {}).items():
            healthy = how["condition"] == "service_healthy"
            assert bool(services[target].get("healthcheck")) or not healthy, name
            assert "profiles" not in services[target]
        if network := service.get("network_mode"):
            shared = services[network.removeprefix("service:")]
            assert shared.get("profiles", []) in ([], service["profiles"])
        configs |= {each["source"] for each in service.get("configs", [])}
        volumes |= {each.partition(":")[0] for each in service.get("volumes", [])}
        # Compose can't write a configuration into such a container (docker/compose#12031).
        assert not (service.get("read_only") and service.get("configs"))
    assert configs == set(file.get("configs", {}))
    assert volumes == set(file.get("volumes", {}))


@of_each
def test_no_port_of_this_machine_is_taken_twice(system: str, environment: str) -> None:
    services = made(system, environment)["services"].values()
    ports = [port.rsplit(":", 1)[0] for each in services for port in each.get("ports", [])]
    assert len(ports) == len(set(ports))
