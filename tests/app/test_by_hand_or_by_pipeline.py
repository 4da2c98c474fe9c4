"""A team may begin by hand and hand over to a pipeline without replacing anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from app import build
from tests.assemblies import ENVIRONMENTS, new_app, synthesized


def templates_of_stage(system: str, environment: str) -> dict[str, Any]:
    """The templates as a Stage deep inside a pipeline's stack would have them."""
    app = new_app()
    stage = cdk.Stage(cdk.Stack(app, "Pipeline"), "Production")
    build(stage, synthesized(system, environment).environment)
    stacks = stage.synth().stacks
    return {stack.stack_name: Path(stack.template_full_path).read_text() for stack in stacks}


@pytest.mark.parametrize(("system", "environment"), ENVIRONMENTS)
def test_a_stage_gives_the_same_bytes_as_an_app(system: str, environment: str) -> None:
    by_hand = {
        file.name.removesuffix(".template.json"): file.read_text()
        for file in synthesized(system, environment).folder.glob("*.template.json")
    }
    assert by_hand == templates_of_stage(system, environment)


@pytest.mark.parametrize(("system", "environment"), ENVIRONMENTS)
def test_a_stack_refers_only_to_those_before_it(system: str, environment: str) -> None:
    manifest = json.loads((synthesized(system, environment).folder / "manifest.json").read_text())
    order = ["images", "network", "data", "notify", "compute", "pipelines", "observability"]
    for name, artifact in manifest["artifacts"].items():
        if artifact["type"] == "aws:cloudformation:stack":
            place = order.index(name.rpartition("-")[2])
            for needed in artifact["dependencies"]:
                if not needed.endswith(".assets"):
                    assert order.index(needed.rpartition("-")[2]) < place, (name, needed)
