"""What runs: services and tasks; those on ECS Fargate are in `config.model.fargate`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.model.base import (
    HostName,
    LogDays,
    NodeName,
    Part,
    Port,
    UrlPath,
    VariableName,
    fitting,
)
from config.model.fargate import Fargate, FargateTask
from config.model.links import Uses
from config.model.watched import LogMetric, Probe


class Health(Part):
    """The path that says whether an instance may take traffic. Times in seconds."""

    path: UrlPath
    interval: Annotated[int, Field(ge=1, le=20)] = 10
    timeout: Annotated[int, Field(ge=1, le=20)] = 5
    healthy: Annotated[int, Field(ge=1, le=20)] = 1
    unhealthy: Annotated[int, Field(ge=1, le=20)] = 5


class AppRunnerScale(Part):
    """Instances, and how many requests at once make App Runner add one."""

    min: Annotated[int, Field(ge=1, le=25)] = 2
    max: Annotated[int, Field(ge=1, le=25)] = 25
    concurrency: Annotated[int, Field(ge=1, le=200)] = 100


class AppRunner(Part):
    """An AWS App Runner service. CPU in units of 1/1024 vCPU, memory in MiB.

    AWS takes no new App Runner customers since 30 April 2026; `existing_customer` states that
    the account already used it. `release_env` is a variable that holds the digest of the image.
    """

    kind: Literal["app-runner"]
    existing_customer: bool = False
    name: (
        Annotated[
            str,
            fitting(
                r"^[A-Za-z0-9][A-Za-z0-9_-]{3,39}$",
                "4 to 40 letters, digits, hyphens and underscores",
            ),
        ]
        | None
    ) = None
    image: NodeName
    release_env: VariableName | None = None
    port: Port
    health: Health | None = None
    cpu: Literal[256, 512, 1024, 2048, 4096] = 1024
    memory: Literal[512, 1024, 2048, 3072, 4096, 6144, 8192, 10240, 12288] = 2048
    scale: AppRunnerScale = AppRunnerScale()
    public: bool = True
    domain: HostName | None = None
    dns: Annotated[str, fitting(r"^[\w .-]+$", "a provider's name such as Cloudflare")] = (
        "your DNS provider"
    )
    probe: Probe | None = None
    env: dict[VariableName, str] = {}
    uses: Uses = {}
    log_days: LogDays = 90
    metrics: dict[NodeName, LogMetric] = {}


Service = Annotated[AppRunner | Fargate, Field(discriminator="kind")]


class CodeBuildTask(Part):
    """Something that is run once, by hand or by a release, in the VPC, from an image (linux/amd64).

    `command` runs in `directory` of the image. Timeout in minutes.
    """

    kind: Literal["codebuild"]
    name: (
        Annotated[
            str,
            fitting(
                r"^[A-Za-z0-9][A-Za-z0-9_-]{1,254}$",
                "2 to 255 letters, digits, hyphens and underscores",
            ),
        ]
        | None
    ) = None
    role_name: (
        Annotated[
            str,
            fitting(
                r"^[A-Za-z0-9+=,.@_-]{1,64}$", "at most 64 letters, digits and signs of +=,.@_-"
            ),
        ]
        | None
    ) = None
    image: NodeName
    buildspec: Annotated[
        str, fitting(r"^[\w./-]+\.ya?ml$", "a file of this repository that ends in .yml")
    ]
    compute: Literal["BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"] = (
        "BUILD_GENERAL1_SMALL"
    )
    command: str
    directory: UrlPath = "/app"
    timeout: Annotated[int, Field(ge=5, le=480)] = 30
    env: dict[VariableName, str] = {}
    uses: Uses = {}
    log_days: LogDays = 90


Task = Annotated[CodeBuildTask | FargateTask, Field(discriminator="kind")]
