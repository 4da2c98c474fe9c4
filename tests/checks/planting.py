"""Planting a fault into an environment's own templates."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from checks.assembly import find
from checks.estate import worlds
from checks.figures.proof import compare
from checks.finding import Finding
from checks.graph.proof import prove
from checks.template import Template
from config.model.environment import Environment
from tests.assemblies import synthesized


@cache
def _templates(folder: Path) -> tuple[Template, ...]:
    (group,) = find(folder).groups
    return tuple(group)


@dataclass
class Garden:
    """Templates that may be changed, and what the proof then says of them."""

    environment: Environment
    templates: list[Template]

    def resources(self, kind: str, node: str | None = None) -> Iterator[dict[str, Any]]:
        """The resources of a type, of one node where it is given."""
        for template in self.templates:
            for resource in template.section("Resources").values():
                named = resource.get("Metadata", {}).get("Stackyard::Node")
                if resource["Type"] == f"AWS::{kind}" and node in (None, named):
                    yield resource

    def one(self, kind: str, node: str | None = None) -> dict[str, Any]:
        """The first of them."""
        return next(self.resources(kind, node))

    def stack(self, name: str) -> dict[str, Any]:
        """The resources of a stack, by its short name."""
        found = next(t for t in self.templates if t.stack == f"{self.environment.name}-{name}")
        resources: dict[str, Any] = found.body["Resources"]
        return resources

    def reference(self, kind: str, node: str, attribute: str | None = None) -> tuple[str, Any]:
        """A resource's stack, and a reference to it from inside that stack."""
        for template in self.templates:
            for name, resource in template.section("Resources").items():
                named = resource.get("Metadata", {}).get("Stackyard::Node")
                if resource["Type"] == f"AWS::{kind}" and named == node:
                    inside = {"Fn::GetAtt": [name, attribute]} if attribute else {"Ref": name}
                    return template.stack, inside
        raise LookupError(f"no {kind} of {node}")

    def proof(self) -> list[Finding]:
        """What the graph proof says."""
        return sorted(set(prove(worlds(self.templates), self.environment)))

    def figures(self) -> list[Finding]:
        """What differs from the file."""
        return sorted(set(compare(worlds(self.templates), self.environment)))


def garden(system: str = "community", environment: str = "prod") -> Garden:
    """A copy of an environment's templates."""
    assembly = synthesized(system, environment)
    return Garden(assembly.environment, [_copy(each) for each in _templates(assembly.folder)])


def _copy(template: Template) -> Template:
    body = copy.deepcopy(template.body)
    return Template(template.stack, body, account=template.account, region=template.region)
