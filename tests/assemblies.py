"""Synthesized environments, each made once and shared by all tests that read them."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import stackyard  # noqa: F401  (first: it chooses the Node.js that aws_cdk then starts)

# isort: split
import aws_cdk as cdk

from app import CDK_JSON, build
from config.load import ROOT, load_environment, systems
from config.model.environment import Environment

ENVIRONMENTS = tuple(
    (system, environment)
    for system, environments in systems().items()
    for environment in environments
)
Template = dict[str, Any]
Resource = dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """A cloud assembly, its environment, and its templates by the stacks' short names."""

    environment: Environment
    folder: Path
    templates: dict[str, Template]

    def resources(self, stack: str, kind: str | None = None) -> dict[str, Resource]:
        """The resources of a stack by logical id, of one type where it is given."""
        found: dict[str, Resource] = self.templates[stack]["Resources"]
        return {name: each for name, each in found.items() if kind in (None, each["Type"])}

    def only(self, stack: str, kind: str) -> Resource:
        """The properties of the one resource of a type."""
        (resource,) = self.resources(stack, kind).values()
        properties: Resource = resource["Properties"]
        return properties

    def of_node(self, node: str, kind: str) -> list[Resource]:
        """The properties of all resources of a type that name a node, over all stacks."""
        return [
            resource["Properties"]
            for stack in self.templates
            for resource in self.resources(stack, kind).values()
            if resource.get("Metadata", {}).get("Stackyard::Node") == node
        ]


def new_app(outdir: Path | None = None, **context: Any) -> cdk.App:
    """An App with the project's own context, as the CLI would make it."""
    own = json.loads(CDK_JSON.read_text())["context"]
    own["aws:cdk:disable-creation-stack-traces"] = True
    folder = str(outdir or tempfile.mkdtemp(prefix="assembly-"))
    return cdk.App(context={**own, **context}, outdir=folder, analytics_reporting=False)


def synthesize(environment: Environment, *, outdir: Path | None = None) -> Assembly:
    """Synthesize an environment without packs; an assembly is never shared by accident."""
    app = new_app(outdir)
    build(app, environment)
    assembly = app.synth()
    templates = {
        short_name(stack.stack_name, environment): json.loads(
            Path(stack.template_full_path).read_text()
        )
        for stack in assembly.stacks
    }
    return Assembly(environment=environment, folder=Path(assembly.directory), templates=templates)


def short_name(stack: str, environment: Environment) -> str:
    """`network` of `daadaar-prod-network`, `images` of `daadaar-images`."""
    return stack.removeprefix(f"{environment.name}-").removeprefix(f"{environment.system}-")


@cache
def synthesized(system: str, environment: str) -> Assembly:
    """An environment of this repository, synthesized once in a session."""
    return synthesize(load_environment(system, environment))


def environment_of(text: str, folder: Path, *, system: str = "demo") -> Environment:
    """The environment that a YAML text describes, read from a file as any other."""
    home = folder / "systems" / system
    home.mkdir(parents=True, exist_ok=True)
    (home / "prod.yaml").write_text(text)
    return load_environment(system, "prod", root=folder / "systems")


__all__ = ["ENVIRONMENTS", "ROOT", "Assembly", "environment_of", "new_app", "synthesized"]
