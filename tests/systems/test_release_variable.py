"""A program that asks for it learns the digest that runs it: a smoke test can tell new from old."""

from typing import Any

import pytest

from config.model.programs import Program
from config.model.services import AppRunner
from config.nodes import runners
from tests.assemblies import ENVIRONMENTS, synthesized
from tests.systems.reading import texts

ASKING = [
    (system, environment, name)
    for system, environment in ENVIRONMENTS
    for name, runner in runners(synthesized(system, environment).environment).items()
    if isinstance(runner, Program | AppRunner) and runner.release_env
]


@pytest.mark.parametrize(
    ("system", "environment", "name"), ASKING, ids=["-".join(each) for each in ASKING]
)
def test_the_variable_is_the_digest_of_the_image_that_runs(
    system: str, environment: str, name: str
) -> None:
    assembly = synthesized(system, environment)
    runner: Any = runners(assembly.environment)[name]
    kind = "AppRunner::Service" if runner.kind == "app-runner" else "ECS::TaskDefinition"
    (properties,) = assembly.of_node(name, f"AWS::{kind}")
    if kind == "AppRunner::Service":
        repository = properties["SourceConfiguration"]["ImageRepository"]
        image = repository["ImageIdentifier"]
        variables = repository["ImageConfiguration"]["RuntimeEnvironmentVariables"]
    else:
        container = properties["ContainerDefinitions"][0]
        image, variables = container["Image"], container["Environment"]
    (told,) = (each["Value"] for each in variables if each["Name"] == runner.release_env)
    assert told.keys() == {"Ref"}
    assert told["Ref"] in texts(image)


def test_every_service_that_says_how_it_feels_says_which_release_it_is() -> None:
    silent = [
        (system, environment, name)
        for system, environment in ENVIRONMENTS
        for name, service in synthesized(system, environment).environment.services.items()
        if service.health and not service.release_env
    ]
    assert silent == []
