"""References between stacks: every import and every output leads to something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.rehearsal.wiring.fact import Fact, true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal.deployed import Deployed


def facts(deployed: Deployed) -> Iterator[Fact]:
    """Stacks stand, whole, and what one imports another exports."""
    exports = {
        each["Name"]: each["Value"]
        for page in deployed.client("cloudformation").get_paginator("list_exports").paginate()
        for each in page["Exports"]
    }
    outputs = {}
    for stack in deployed.stacks:
        status = deployed.account.status(stack.name)
        done = status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        yield true("is deployed", stack.name, done, f"it is {status}")
        outputs[stack.name] = deployed.account.outputs(stack.name)
        there = deployed.account.resources(stack.name)
        for logical in stack.resources:
            yield true("is there", f"{stack.name}/{logical}", logical in there, "it was not made")
    for stack in deployed.stacks:
        for export in sorted(set(_asked(stack.template["Resources"], "Fn::ImportValue"))):
            yield true(f"import of {export}", stack.name, exports.get(export), "nobody exports it")
        for other, name in sorted(set(_outputs(stack.template["Resources"]))):
            value = outputs.get(other, {}).get(name)
            yield true(f"output {name} of {other}", stack.name, value, "there is none")


def _asked(value: Any, function: str) -> Iterator[Any]:
    if isinstance(value, dict):
        if function in value:
            yield value[function]
        for each in value.values():
            yield from _asked(each, function)
    elif isinstance(value, list):
        for each in value:
            yield from _asked(each, function)


def _outputs(value: Any) -> Iterator[tuple[str, str]]:
    for each in _asked(value, "Fn::GetStackOutput"):
        yield each["StackName"], each["OutputName"]
