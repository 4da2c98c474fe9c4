"""What every program on ECS Fargate has, whether it serves, works, or runs now and then."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from config.model.base import LogDays, NodeName, OptOut, Part, VariableName, fitting
from config.model.links import Uses

SCRATCH_MIB = 64


SHELL_SIGNS = set("&|;<>$`\"'()")


def _words(value: object) -> object:
    if isinstance(value, str):
        if SHELL_SIGNS & set(value):
            raise ValueError("a list of words: no shell reads it, and quotes would stay")
        value = value.split()
    return tuple(value) if isinstance(value, list) else value


# A text is split at its spaces; an argument that holds one needs the list.
Command = Annotated[tuple[str, ...], BeforeValidator(_words)]
UserName = Annotated[
    str, fitting(r"^[1-9][0-9]{0,9}(:[0-9]{1,10})?$", "a user's number, such as 1000 or 1000:1000")
]
ScratchPath = Annotated[str, fitting(r"^/[^\s:]+$", "a folder such as /tmp")]
LogGroupName = Annotated[
    str, fitting(r"^[A-Za-z0-9_./#-]{1,512}$", "a log group's name such as /ecs/shop")
]
FamilyName = Annotated[
    str, fitting(r"^[A-Za-z0-9_-]{1,255}$", "letters, digits, hyphens and underscores")
]
Architecture = Literal["arm64", "x86_64"]


class Root(OptOut):
    """Runs as root, with the reason."""

    root: Literal[True]


class Writable(OptOut):
    """The root file system may be written to, with the reason."""

    off: Literal[True]


class Container(Part):
    """A container; what it writes to lies in `scratch`, in memory. Sizes in MiB.

    `user` is a number, because nobody can check by name that it is not root.
    """

    command: Command = ()
    user: UserName | Root = "1000:1000"
    read_only: Literal[True] | Writable = True
    scratch: dict[ScratchPath, Annotated[int, Field(ge=1, le=4096)]] = {"/tmp": SCRATCH_MIB}  # noqa: S108
    env: dict[VariableName, str] = {}
    uses: Uses = {}


class Sidecar(Container):
    """A second container of a task, from a public image: a collector, an agent.

    Its ways out are those of its task. `memory` is what is kept free for it; `traces` lets the
    task send traces to X-Ray.
    """

    image: Annotated[
        str,
        fitting(
            r"^[a-z0-9.-]+(:\d+)?/[a-z0-9._/-]+(:[\w.-]+|@sha256:[0-9a-f]{64})$",
            "a registry's image with a version or a digest, such as"
            " public.ecr.aws/datadog/agent:7.71.2",
        ),
    ]
    memory: Annotated[int, Field(ge=6, le=30720)] = 128
    essential: bool = False
    traces: bool = False


class Program(Container):
    """A task of ECS Fargate. CPU in units of 1/1024 vCPU, memory in MiB, times in seconds.

    `release_env` is a variable that holds the digest of the image that runs: a program that repeats
    it under `/health` lets a smoke test tell the new version from the old.
    """

    image: NodeName
    release_env: VariableName | None = None
    cpu: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 512
    memory: Annotated[int, Field(ge=512, le=122880)] = 1024
    architecture: Architecture = "arm64"
    stop_seconds: Annotated[int, Field(ge=2, le=120)] = 30
    sidecars: dict[NodeName, Sidecar] = {}
    family: FamilyName | None = None
    log_group: LogGroupName | None = None
    log_days: LogDays = 90
    group: NodeName | None = None
