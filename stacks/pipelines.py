"""Images, which environments of an account share, and what is run in the VPC by hand or release.

Both stand here because image and pipeline belong together; only the order of deployment parts
them: a service needs the repository, the pipeline needs the service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from config.model.services import CodeBuildTask
from config.nodes import task_name
from stacks.base import GraphStack
from stackyard.build_task import BuildTask
from stackyard.images import ImageRepository
from stackyard.key import EnvironmentKey
from stackyard.names import pascal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from config.model.environment import Environment
    from stacks.data import DataStack
    from stacks.network import NetworkStack
    from stacks.notify import NotifyStack
    from stackyard.node import Node


class ImagesStack(GraphStack):
    """`<system>-images`: one for a system in an account, whatever environments it has there."""

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(
            scope,
            "images",
            environment=environment,
            prefix=environment.system,
            description=f"Images of {environment.system}",
            protected=True,
        )
        key = EnvironmentKey(self, "Key", description=f"Images of {environment.system}")
        for name, image in environment.images.items():
            ImageRepository(self, f"{pascal(name)}Repository", node=name, spec=image, key=key)


class PipelinesStack(GraphStack):
    """The tasks that CodeBuild runs; exposes their projects' names."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        network: NetworkStack,
        data: DataStack,
        notify: NotifyStack,
    ) -> None:
        super().__init__(
            scope,
            "pipelines",
            environment=environment,
            description=f"What is run once in {environment.name}",
        )
        self._network, self._data = network, data
        self._nodes: Mapping[str, Node] = {**data.nodes, **notify.nodes}
        self.projects = {
            name: self._task(name, task)
            for name, task in environment.tasks.items()
            if isinstance(task, CodeBuildTask)
        }

    def _task(self, name: str, spec: CodeBuildTask) -> str:
        task = BuildTask(
            self,
            f"{pascal(name)}Task",
            node=name,
            name=task_name(self.environment_spec, name),
            spec=spec,
            release=self.release(spec.image),
            wiring=self.wiring(spec, self._nodes),
            placement=self._network.for_programs,
            out=self.out(name, nodes=self._nodes, endpoint_groups=self._network.endpoint_groups),
            key=self._data.key,
        )
        return task.project.ref
