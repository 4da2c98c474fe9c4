"""A stack of one environment: its name, and what it derives from the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.alarms import alarms_of
from config.attributes import attributes_of
from config.credentials import login_of
from config.graph import edges_from
from config.model.programs import Program
from config.model.services import AppRunner
from config.programs import released_name
from stackyard.alarms import watch
from stackyard.edges import ways
from stackyard.names import pascal
from stackyard.node import wire
from stackyard.release import Release, parameter_name
from stackyard.stack import EnvironmentStack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk.aws_cloudwatch import CfnAlarm
    from constructs import Construct

    from config.alarms import Alarm
    from config.model.environment import Environment
    from config.model.programs import Sidecar
    from config.nodes import Runner
    from stackyard.edges import Way
    from stackyard.node import Node, Wiring
    from stackyard.series import Series
    from stackyard.topics import TierTopic

    Linked = Runner | Sidecar


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
        self.releases: dict[str, Release] = {}

    def wiring(
        self, linked: Linked, nodes: Mapping[str, Node], *, release: Release | None = None
    ) -> Wiring:
        """What a runner, or a sidecar of one, gets from its links, and of its release."""
        env = dict(linked.env)
        if release and isinstance(linked, Program | AppRunner) and linked.release_env:
            env[linked.release_env] = release.digest
        return wire(
            env=env,
            uses=linked.uses,
            nodes=nodes,
            default_attribute=lambda node: attributes_of(self.environment_spec, node).default,
            login_of=login_of,
        )

    def release(self, image: str, *, task: str | None = None) -> Release:
        """The released digest of an image, or that of a task which is run before a release."""
        environment = self.environment_spec
        name = released_name(image, task)
        if name not in self.releases:
            self.releases[name] = Release(
                self,
                f"{pascal(name)}Release",
                parameter=parameter_name(
                    system=environment.system, environment=environment.environment, image=name
                ),
                repository=environment.images[image].repository,
            )
        return self.releases[name]

    def alarms_for(self, node: str, *, only: Sequence[str] = ()) -> list[Alarm]:
        """The alarms of a node as the file wants them, some of them where only those are."""
        found = alarms_of(self.environment_spec, node)
        return [alarm for alarm in found if not only or alarm.name in only]

    def ring(
        self,
        node: str,
        alarm: Alarm,
        series: Series,
        *,
        topics: Mapping[str, TierTopic],
        recovery: str | None = None,
    ) -> CfnAlarm:
        """An alarm, which tells its tier's topic; its end may concern another tier."""
        return watch(
            self,
            f"{pascal(node)}{pascal(alarm.name)}Alarm",
            name=f"{self.environment_spec.name}-{node}-{alarm.name}",
            alarm=alarm,
            series=series,
            topic_arn=topics[alarm.tier].arn,
            recovery_topic_arn=topics[recovery or alarm.tier].arn,
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
