"""The resources of two commits side by side: kept, gone and new."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.estate import Estate, Resource
    from checks.template import Template


def abandoned(before: Sequence[Template], after: Sequence[Template]) -> frozenset[str]:
    """Stacks that no template describes any more, at the account and region where they are."""
    places = {(each.stack, each.account, each.region) for each in after}
    return frozenset(
        each.stack for each in before if (each.stack, each.account, each.region) not in places
    )


@dataclass(frozen=True, eq=False)
class Pairing:
    """Resources by stack and logical id; those of `abandoned` stacks are left where they are."""

    before: Estate
    after: Estate
    abandoned: frozenset[str] = frozenset()

    @cached_property
    def kept(self) -> list[tuple[Resource, Resource]]:
        """Both sides of each resource that both commits describe, of whatever type."""
        found = ((each, self.after.at(each.ref)) for each in self._managed)
        return [(old, new) for old, new in found if new]

    @cached_property
    def gone(self) -> list[Resource]:
        """What a deploy takes out of a stack that stays."""
        return [each for each in self._managed if not self.after.at(each.ref)]

    @cached_property
    def left(self) -> list[Resource]:
        """What stays in AWS, in stacks whose names have gone: to move one elsewhere is meant."""
        gone = self.abandoned - {each.stack for each in self.after.templates}
        return [each for each in self.before.resources if each.stack in gone]

    @cached_property
    def new(self) -> list[Resource]:
        """What a deploy adds."""
        return [each for each in self.after.resources if not self.origin(each)]

    @cached_property
    def described(self) -> list[Resource]:
        """The new side but for stacks that move: of those everything is new, as in a new system."""
        return [each for each in self.after.resources if each.stack not in self.abandoned]

    def origin(self, resource: Resource) -> Resource | None:
        """What a new side's resource was in the other commit, None if it was not there."""
        return None if resource.stack in self.abandoned else self.before.at(resource.ref)

    @cached_property
    def _managed(self) -> list[Resource]:
        return [each for each in self.before.resources if each.stack not in self.abandoned]
