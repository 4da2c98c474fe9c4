"""A task of ECS Fargate: its containers, its log, and the two roles it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_ecs as ecs

from config.aws import MAIN_CONTAINER
from config.model.programs import Root, Writable
from stackyard.iam import ServiceRole, Statement
from stackyard.log_group import EncryptedLogGroup
from stackyard.marks import acknowledge, acknowledge_wildcard, belongs_to
from stackyard.node import may_read
from stackyard.place import Block
from stackyard.pull import may_pull

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from config.model.programs import Container, Program
    from stackyard.key import EnvironmentKey
    from stackyard.node import Wiring
    from stackyard.release import Release

ARCHITECTURES = {"arm64": "ARM64", "x86_64": "X86_64"}
# https://docs.aws.amazon.com/xray/latest/devguide/security_iam_id-based-policy-examples.html
SEND_TRACES = [
    "xray:GetSamplingRules",
    "xray:GetSamplingStatisticSummaries",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
]
ROOT_USER = "0"


@dataclass(frozen=True, kw_only=True)
class Wired:
    """A program with what its links give: to it, and to its sidecars by their names."""

    spec: Program
    main: Wiring
    sidecars: Mapping[str, Wiring] = field(default_factory=dict)

    @property
    def containers(self) -> list[Container]:
        """What the file says of each container."""
        return [self.spec, *self.spec.sidecars.values()]

    @property
    def all(self) -> list[Wiring]:
        """The wirings of all its containers."""
        return [self.main, *self.sidecars.values()]


class TaskDefinition(Block):
    """What a task of a program is; the definition itself exists once its image is released.

    `extra` are statements for the task's role that come from no link; `more` is laid over the
    main container's definition.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        family: str,
        wired: Wired,
        release: Release,
        key: EnvironmentKey,
        extra: Sequence[Statement] = (),
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._node, self._wired, self._release = node, wired, release
        spec = wired.spec
        self.family = family
        self.logs = EncryptedLogGroup(
            self, "Logs", key=key, days=spec.log_days, name=spec.log_group
        )
        self.start_role, self.run_role = self._start_role(), self._run_role(extra)
        self.definition = ecs.CfnTaskDefinition(
            self,
            "Definition",
            family=family,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(spec.cpu),
            memory=str(spec.memory),
            runtime_platform={
                "cpuArchitecture": ARCHITECTURES[spec.architecture],
                "operatingSystemFamily": "LINUX",
            },
            execution_role_arn=self.start_role.arn,
            task_role_arn=self.run_role.arn,
            container_definitions=[self._main(more or {}), *self._sidecars()],
        )
        release.only_when_released(self.definition)
        belongs_to(self.definition, node)
        self._accept_what_containers_do()
        if any(wiring.variables for wiring in wired.all):
            acknowledge(
                self.definition,
                "ECS2",
                reason="What stands here is no secret: names, ports and modes. Secrets reach the"
                " container from Secrets Manager, and a file with one in `env` is refused",
            )

    def _accept_what_containers_do(self) -> None:
        acknowledge(
            self.definition,
            "CT.ECS.PR.7",
            reason="On Fargate the task's own size is the limit; a lower one for a container would"
            " end it while there is memory left",
        )
        for finding, name, turned_off, what in (
            ("CT.ECS.PR.3", "user", Root, "begins as root"),
            ("CT.ECS.PR.6", "read_only", Writable, "may write to its own files"),
        ):
            found = [getattr(each, name) for each in self._wired.containers]
            reasons = [each.reason for each in found if isinstance(each, turned_off)]
            if reasons:
                text = "; ".join(dict.fromkeys(reasons))
                acknowledge(self.definition, finding, reason=f"By the file one {what}: {text}")

    def _start_role(self) -> ServiceRole:
        """ECS's own role: it pulls, logs, and reads the secrets that it hands to the containers."""
        secrets = [each for wiring in self._wired.all for each in wiring.secrets.values()]
        role = ServiceRole(
            self,
            "StartRole",
            service="ecs-tasks",
            node=self._node,
            only_from={"aws:SourceAccount": self.place.account},
            statements=[
                *may_pull(self._release.repository_arn),
                Statement(
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[self.logs.arn],
                ),
                *may_read(*secrets),
            ],
        )
        acknowledge(
            role,
            "IAM5[Resource::*]",
            reason="ecr:GetAuthorizationToken knows no resource; pulling is limited to the one"
            " repository",
        )
        return role

    def _run_role(self, extra: Sequence[Statement]) -> ServiceRole:
        statements = [each for wiring in self._wired.all for each in wiring.statements]
        if any(sidecar.traces for sidecar in self._wired.spec.sidecars.values()):
            extra = [*extra, Statement(actions=SEND_TRACES, resources=["*"])]
        role = ServiceRole(
            self,
            "RunRole",
            service="ecs-tasks",
            node=self._node,
            only_from={"aws:SourceAccount": self.place.account},
            statements=[*statements, *extra],
        )
        for wiring in self._wired.all:
            for resource, reason in wiring.wildcards.items():
                acknowledge_wildcard(role, resource, reason=reason)
        if any("kms:Decrypt" in statement.actions for statement in extra):
            acknowledge(
                role,
                "identity-key-use",
                reason="The agent of ECS Exec asks for the session's key itself, through no other"
                " service, and only programs that the file opens have it",
            )
        if any("*" in statement.resources for statement in extra):
            acknowledge(
                role,
                "IAM5[Resource::*]",
                reason="Opening the channels of ECS Exec, finding its log group and sending traces"
                " know no resource",
            )
        return role

    def _main(self, more: Mapping[str, Any]) -> dict[str, Any]:
        spec = self._wired.spec
        found = self._container(MAIN_CONTAINER, spec, self._wired.main)
        return {
            **found,
            "image": self._release.image,
            "essential": True,
            "stopTimeout": spec.stop_seconds,
            **more,
        }

    def _sidecars(self) -> list[dict[str, Any]]:
        return [
            {
                **self._container(name, sidecar, self._wired.sidecars[name]),
                "image": sidecar.image,
                "essential": sidecar.essential,
                "memoryReservation": sidecar.memory,
            }
            for name, sidecar in self._wired.spec.sidecars.items()
        ]

    def _container(self, name: str, spec: Container, wiring: Wiring) -> dict[str, Any]:
        secrets = {variable: secret.value_from for variable, secret in wiring.secrets.items()}
        scratch = [{"containerPath": path, "size": size} for path, size in spec.scratch.items()]
        found = {
            "name": name,
            "user": ROOT_USER if isinstance(spec.user, Root) else spec.user,
            "readonlyRootFilesystem": not isinstance(spec.read_only, Writable),
            # Init forwards signals and reaps children, which few programs do as process 1.
            "linuxParameters": {"initProcessEnabled": True, "tmpfs": scratch},
            "logConfiguration": self._log_to(),
        }
        perhaps = {
            "command": list(spec.command),
            "environment": _pairs(wiring.variables, "value"),
            "secrets": _pairs(secrets, "valueFrom"),
        }
        return found | {key: value for key, value in perhaps.items() if value}

    def _log_to(self) -> dict[str, Any]:
        return {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": self.logs.name,
                "awslogs-region": self.place.region,
                "awslogs-stream-prefix": "ecs",
                # Better a lost line than a program that waits for its log.
                "mode": "non-blocking",
                "max-buffer-size": "25m",
            },
        }


def _pairs(values: Mapping[str, str], field_name: str) -> list[dict[str, str]]:
    return [{"name": name, field_name: value} for name, value in sorted(values.items())]
