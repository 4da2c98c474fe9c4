"""Synthesized templates read as one: references are followed to the resource that they mean.

Values come out as text in which `<data.Key.Arn>` stands for an attribute and `<data.Key>` for a
Ref, whichever stack they were written in and through however many exports they went.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.assemblies import Assembly, short_name, synthesized

NODE = "Stackyard::Node"


@dataclass(frozen=True, eq=False)
class Thing:
    """One resource, its properties with all references followed."""

    stack: str
    name: str
    kind: str
    properties: dict[str, Any]
    node: str | None
    condition: str | None
    deletion: str | None
    replacement: str | None

    def __getitem__(self, key: str) -> Any:
        return self.properties[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self.properties.get(key, default)

    @property
    def ref(self) -> str:
        return f"<{self.stack}.{self.name}>"

    def att(self, attribute: str) -> str:
        return f"<{self.stack}.{self.name}.{attribute}>"

    def __repr__(self) -> str:
        return f"{self.ref} {self.kind}"


class Reading:
    """All stacks of an environment as they are after the first release."""

    def __init__(self, assembly: Assembly) -> None:
        self.environment, self.folder = assembly.environment, assembly.folder
        self.templates = assembly.templates
        self._exports = {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, template in self.templates.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }
        self.things = tuple(
            self._thing(stack, name, resource)
            for stack, template in self.templates.items()
            for name, resource in template["Resources"].items()
        )

    def all(self, *kinds: str, **properties: Any) -> list[Thing]:
        """Every resource of these types, with these properties where some are given."""
        return [
            thing
            for thing in self.things
            if thing.kind in kinds
            and all(thing.get(key) == value for key, value in properties.items())
        ]

    def one(self, kind: str, **properties: Any) -> Thing:
        """The only resource of a type, with these properties where some are given."""
        found = self.all(kind, **properties)
        assert len(found) == 1, f"{len(found)} of {kind} with {properties}: {found}"
        return found[0]

    def at(self, value: str) -> Thing:
        """The resource that a reference means."""
        found = [t for t in self.things if value == t.ref or value.startswith(f"{t.ref[:-1]}.")]
        assert len(found) == 1, f"{value} is no reference to one resource"
        return found[0]

    def outputs(self, stack: str) -> dict[str, str]:
        """What a stack tells its reader, by description."""
        outputs = self.templates[stack].get("Outputs", {}).values()
        return {
            output["Description"]: self._follow(stack, output["Value"])
            for output in outputs
            if "Description" in output
        }

    def zones(self, subnets: list[str]) -> list[str]:
        """The zones of the subnets that these references mean."""
        return sorted(self.at(subnet)["AvailabilityZone"] for subnet in subnets)

    def _thing(self, stack: str, name: str, resource: dict[str, Any]) -> Thing:
        return Thing(
            stack=stack,
            name=name,
            kind=resource["Type"],
            properties=self._follow(stack, resource.get("Properties", {})),
            node=resource.get("Metadata", {}).get(NODE),
            condition=resource.get("Condition"),
            deletion=resource.get("DeletionPolicy"),
            replacement=resource.get("UpdateReplacePolicy"),
        )

    def _follow(self, stack: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._follow(stack, each) for each in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._resolve(stack, function, argument)
        return {key: self._follow(stack, each) for key, each in value.items()}

    def _resolve(self, stack: str, function: str, argument: Any) -> Any:
        known: dict[str, Callable[[], Any]] = {
            "Ref": lambda: self._named(stack, argument),
            "Fn::GetAtt": lambda: f"<{stack}.{'.'.join(argument)}>",
            "Fn::Base64": lambda: self._follow(stack, argument),
            "Fn::Join": lambda: argument[0].join(self._follow(stack, argument[1])),
            "Fn::If": lambda: self._released(stack, *argument),
            "Fn::ImportValue": lambda: self._follow(*self._exports[argument]),
            "Fn::GetStackOutput": lambda: self._output(argument),
        }
        return known[function]()

    def _named(self, stack: str, name: str) -> str:
        pseudo = {
            "AWS::AccountId": self.environment.account,
            "AWS::Partition": "aws",
            "AWS::Region": self.environment.region,
            "AWS::URLSuffix": "amazonaws.com",
        }
        return pseudo.get(name, f"<{stack}.{name}>")

    def _released(self, stack: str, condition: str, then: Any, otherwise: Any) -> Any:
        assert condition.endswith("ReleaseExists"), f"cannot decide {condition} or {otherwise}"
        return self._follow(stack, then)

    def _output(self, argument: dict[str, str]) -> Any:
        stack = short_name(argument["StackName"], self.environment)
        output = self.templates[stack]["Outputs"][argument["OutputName"]]
        return self._follow(stack, output["Value"])


@cache
def reading_of(system: str, environment: str) -> Reading:
    """An environment of this repository, read once in a session."""
    return Reading(synthesized(system, environment))


def texts(value: Any) -> Iterator[str]:
    """Every text inside a value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
