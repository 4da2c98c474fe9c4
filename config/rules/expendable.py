"""Rules for what a change may lose."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.model.environment import Environment
    from config.rules.finding import Findings


def expendables_are_its_own(environment: Environment) -> Findings:
    """What is named by its stack is in a stack of this environment.

    Nodes may be unknown: the change that loses one's data is often the one that takes it out.
    """
    images = f"{environment.system}-images"
    for name in environment.expendable:
        stack, _, logical_id = name.partition("/")
        named = logical_id[:1].isupper()
        if named and stack != images and not stack.startswith(f"{environment.name}-"):
            message = (
                f"{stack} is no stack of this environment, whose stacks are {environment.name}-…"
            )
            yield ("expendable", name), message


RULES = (expendables_are_its_own,)
