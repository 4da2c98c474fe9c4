"""What a team's containers would do, done for real: migrations, the service, its smoke test."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.nodes import depth_of
from delivery.smoke import Outcome, Patience, expectations, poll
from tests.rehearsal.backend.process import Backend, migrated, running_backend
from tests.rehearsal.codebuild import Clients, run
from tests.rehearsal.guard import ROOT
from tests.rehearsal.injected import variable_for, variables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.rehearsal.deployed import Deployed
    from tests.rehearsal.real import Servers

MIGRATE = "python -m tests.rehearsal.backend.migrate"
PATH = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.defpath])
OWNER = ("postgres", "owner")
QUICK = Patience(timeout=10, interval=0.1, request_timeout=5, consecutive=2)


class ProgramError(AssertionError):
    """A program did not do what it had to."""


@dataclass(frozen=True)
class Programs:
    """The programs of a deployed environment, over its real servers."""

    deployed: Deployed
    servers: Servers
    folder: Path

    def migrations(self) -> list[str]:
        """The tasks that log in to a database as its owner."""
        environment = self.deployed.environment
        return [name for name in environment.tasks if variable_for(environment, name, *OWNER)]

    def migrate(self, task: str, *options: str) -> str:
        """Run a task as AWS would, with the reference migrations; returns what it said.

        Raises ProgramError where it fails.
        """
        environment = self.deployed.environment
        words = ["--database", variable_for(environment, task, *OWNER) or "", *options]
        if environment.tasks[task].kind == "codebuild":
            return self._build(task, " ".join([MIGRATE, *words]))
        given = {**variables(self.deployed, task), **self.servers.trust}
        status, said = migrated(given, *words)
        if status:
            raise ProgramError(f"{task} ended with status {status}: {said}")
        return said

    def _build(self, task: str, command: str) -> str:
        client = self.deployed.client
        names = [
            each.physical
            for each in self.deployed.of("AWS::CodeBuild::Project")
            if each.node == task
        ]
        projects = client("codebuild").batch_get_projects(names=names)["projects"]
        if not projects:
            raise ProgramError(f"{task}: there is no project of it")
        project = projects[0]
        clients = Clients(client("s3"), client("secretsmanager"), client("ssm"))
        told = {"COMMAND": command, "DIRECTORY": str(ROOT), **self.servers.trust}
        build = run(project, clients=clients, folder=self.folder, overrides=told, path=PATH)
        said = "\n".join(build.log)
        if str(build.status) != "SUCCEEDED":
            raise ProgramError(f"{task}: the build has {build.status}: {said}")
        return said

    def measure(self) -> list[str]:
        """Let the functions that measure queues do so; returns their nodes."""
        nodes = {depth_of(store) for store in self.deployed.environment.stores}
        found = [each for each in self.deployed.of("AWS::Lambda::Function") if each.node in nodes]
        for each in found:
            answer = self.deployed.client("lambda").invoke(FunctionName=each.physical, Payload="{}")
            if answer.get("FunctionError"):
                raise ProgramError(f"{each.node}: {answer['Payload'].read().decode()}")
        return [str(each.node) for each in found]

    def services(self) -> list[str]:
        """The services that answer, and keep what they know in PostgreSQL."""
        environment = self.deployed.environment
        return [
            name
            for name, service in environment.services.items()
            if service.health and variable_for(environment, name, "postgres")
        ]

    @contextmanager
    def running(self, service: str) -> Iterator[Backend]:
        """The reference backend in place of a service, with exactly the service's variables."""
        environment = self.deployed.environment
        given = {**variables(self.deployed, service), **self.servers.trust}
        release = environment.services[service].release_env
        options = {
            "--database": variable_for(environment, service, "postgres"),
            "--cache": variable_for(environment, service, "valkey"),
            "--release": release,
        }
        words = [word for name, value in options.items() for word in (name, value or "")]
        with running_backend(given, *words) as backend:
            yield backend

    def smoke(self, service: str, backend: Backend, version: str) -> Outcome:
        """The smoke test of delivery, with what the file makes it expect."""
        environment = self.deployed.environment
        asked = version if environment.services[service].release_env else None
        expected = expectations(environment, service, details="/api/health", version=asked)
        return poll(backend.url, expected, QUICK)
