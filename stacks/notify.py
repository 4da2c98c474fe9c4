"""The notify stack: a topic for each tier, and the Slack notifier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.attributes import NOTIFIER
from config.model.postgres import Postgres
from config.model.services import CodeBuildTask
from config.nodes import store_name, task_name
from stacks.base import GraphStack
from stackyard.database_replica import replica_name
from stackyard.names import pascal
from stackyard.notifier import Notifier
from stackyard.topics import TierTopic

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.environment import Environment
    from stacks.data import DataStack
    from stackyard.node import Node


class NotifyStack(GraphStack):
    """Exposes the topics by tier, and the notifier as a node."""

    def __init__(self, scope: Construct, *, environment: Environment, data: DataStack) -> None:
        super().__init__(
            scope,
            "notify",
            environment=environment,
            description=f"Who hears of what in {environment.name}",
        )
        self.nodes: dict[str, Node] = {}
        self.notifier = self._notifier(data)
        self.topics: dict[str, TierTopic] = {}
        for tier, channel in environment.channels.items():
            topic = TierTopic(
                self,
                f"{tier.capitalize()}Topic",
                key=data.key,
                display_name=f"{environment.name} {tier}",
            )
            self.topics[tier] = topic
            topic.tell_people(channel.email)
            if channel.slack and self.notifier:
                topic.tell_function(self.notifier.function, f"{pascal(tier)}Permission")

    def _notifier(self, data: DataStack) -> Notifier | None:
        spec = self.environment_spec.notifier
        if spec is None:
            return None
        notifier = Notifier(
            self,
            "Notifier",
            node=NOTIFIER,
            name=spec.name,
            webhook=next(iter(data.nodes[spec.webhook].secrets.values())),
            key=data.key,
            log_days=spec.log_days,
        )
        self.nodes[NOTIFIER] = notifier.node_for_consumers
        self._events(notifier)
        return notifier

    def _events(self, notifier: Notifier) -> None:
        environment = self.environment_spec
        builds = [
            task_name(environment, name)
            for name, task in environment.tasks.items()
            if isinstance(task, CodeBuildTask)
        ]
        if builds:
            notifier.tell(
                "Builds",
                description=f"Builds of {environment.name} that ended",
                pattern={
                    "source": ["aws.codebuild"],
                    "detail-type": ["CodeBuild Build State Change"],
                    "detail": {
                        "project-name": builds,
                        "build-status": ["SUCCEEDED", "FAILED", "STOPPED"],
                    },
                },
            )
        databases = [
            store_name(environment, name)
            for name, store in environment.stores.items()
            if isinstance(store, Postgres)
        ]
        databases += [
            replica_name(store_name(environment, name))
            for name, store in environment.stores.items()
            if isinstance(store, Postgres) and store.replica
        ]
        if databases:
            notifier.tell(
                "DatabaseEvents",
                description=f"What befalls the databases of {environment.name}",
                pattern={
                    "source": ["aws.rds"],
                    "detail-type": ["RDS DB Instance Event"],
                    "detail": {
                        "SourceIdentifier": databases,
                        "EventCategories": [
                            "availability",
                            "deletion",
                            "failover",
                            "failure",
                            "low storage",
                            "maintenance",
                            "recovery",
                        ],
                    },
                },
            )
