"""What stands in the account after a deployment, found again from the templates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.model.environment import Environment
    from tests.rehearsal.account import Account
    from tests.rehearsal.assembly import Stack

NODE = "Stackyard::Node"


@dataclass(frozen=True)
class Found:
    """A resource of a template that was created, and what it is called in the account."""

    stack: str
    logical: str
    body: dict[str, Any]
    physical: str

    @property
    def kind(self) -> str:
        """Its type."""
        return str(self.body["Type"])

    @property
    def node(self) -> str | None:
        """The node of the graph that it belongs to, where it says one."""
        found: str | None = self.body.get("Metadata", {}).get(NODE)
        return found

    @property
    def where(self) -> str:
        """The place of its definition, for messages."""
        return f"{self.stack}/{self.logical}"


@dataclass(frozen=True)
class Deployed:
    """An environment that is deployed: all that exists of it."""

    account: Account
    environment: Environment
    stacks: tuple[Stack, ...]

    @cached_property
    def resources(self) -> tuple[Found, ...]:
        """Every resource of every stack that CloudFormation has created."""
        return tuple(self._resources())

    def _resources(self) -> Iterator[Found]:
        for stack in self.stacks:
            made = self.account.resources(stack.name)
            for logical, body in stack.resources.items():
                if logical in made:
                    physical = made[logical]["PhysicalResourceId"]
                    yield Found(stack.name, logical, body, physical)

    def of(self, *kinds: str) -> tuple[Found, ...]:
        """The resources of some types."""
        return tuple(each for each in self.resources if each.kind in kinds)

    def client(self, service: str) -> Any:
        """A client of a service's own API."""
        return self.account.client(service)
