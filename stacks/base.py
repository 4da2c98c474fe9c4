"""A stack of one environment: its name, and what it derives from the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.attributes import attributes_of
from config.graph import edges_from, login_of
from stackyard.edges import ways
from stackyard.node import wire
from stackyard.release import Release, parameter_name
from stackyard.stack import EnvironmentStack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from config.graph import Runner
    from config.model.environment import Environment
    from stackyard.edges import Way
    from stackyard.node import Node, Wiring


class GraphStack(EnvironmentStack):
    """Named `<system>-<environment>-<stack>`, by its construct id too, which `cdk ls` shows."""

    def __init__(
        self,
        scope: Construct,
        stack: str,
        *,
        environment: Environment,
        description: str,
        prefix: str | None = None,
        protected: bool = False,
        zones: Sequence[str] = (),
    ) -> None:
        name = f"{prefix or environment.name}-{stack}"
        super().__init__(
            scope,
            name,
            stack_name=name,
            description=description,
            account=environment.account,
            region=environment.region,
            zones=zones,
            protected=protected,
        )
        self.environment_spec = environment

    def wiring(self, runner: Runner, nodes: Mapping[str, Node]) -> Wiring:
        """What a runner gets from its links."""
        return wire(
            env=runner.env,
            uses=runner.uses,
            nodes=nodes,
            default_attribute=lambda node: attributes_of(self.environment_spec, node).default,
            login_of=login_of,
        )

    def release(self, name: str, *, service: str) -> Release:
        """The released image of a service, as this stack's template reads it."""
        environment = self.environment_spec
        return Release(
            self,
            f"{pascal(name)}Release",
            parameter=parameter_name(
                system=environment.system, environment=environment.environment, service=service
            ),
            repository=environment.images[environment.services[service].image].repository,
        )

    def out(
        self, node: str, *, nodes: Mapping[str, Node], endpoint_groups: Mapping[str, str]
    ) -> tuple[Way, ...]:
        """The declared edges of a node, and no others."""
        group_ids = {name: each.group_id for name, each in nodes.items() if each.group_id}
        return ways(
            edges_from(self.environment_spec, node),
            group_ids={**endpoint_groups, **group_ids},
            region=self.place.region,
        )


def pascal(name: str) -> str:
    """A node's name as a construct id."""
    return "".join(word.capitalize() for word in name.split("-"))
