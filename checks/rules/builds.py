"""Builds that have something to run, time to do it, and a log that is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

GUIDE = "https://docs.aws.amazon.com/codebuild/latest/userguide"
SOURCES = {
    "BITBUCKET",
    "CODECOMMIT",
    "CODEPIPELINE",
    "GITHUB",
    "GITHUB_ENTERPRISE",
    "GITLAB",
    "GITLAB_SELF_MANAGED",
    "NO_SOURCE",
    "S3",
}
MACHINES = re.compile(
    r"(ARM|LINUX|LINUX_GPU|LINUX_EC2|ARM_EC2|WINDOWS_EC2|WINDOWS_SERVER_20\d\d|MAC_ARM"
    r"|LINUX_LAMBDA|ARM_LAMBDA|WINDOWS)(_CONTAINER)?"
)
SIZES = re.compile(
    r"BUILD_GENERAL1_(SMALL|MEDIUM|LARGE|XLARGE|2XLARGE)|BUILD_LAMBDA_\d+GB"
    r"|ATTRIBUTE_BASED_COMPUTE|CUSTOM_INSTANCE_TYPE"
)


@rule(
    "builds-source",
    "CodeBuild::Project",
    title="builds have a source, and a buildspec where the source has none",
    why="the build fails before its first command",
    source=f"{GUIDE}/build-spec-ref.html",
)
def source(project: Resource, _: Scene) -> Iterator[Fault]:
    """Types that CodeBuild has, and that go together."""
    kind = project.get("Source.Type")
    spec = project.get("Source.BuildSpec")
    if kind is None or (is_literal(kind) and kind not in SOURCES):
        yield wrong("Source.Type", f"{kind} is no source", "say NO_SOURCE, or where it is")
    if kind == "NO_SOURCE" and not spec:
        yield wrong("Source.BuildSpec", "without a source nothing says what to do", "say it")
    if kind == "NO_SOURCE" and is_literal(spec) and not _is_spec(spec):
        yield wrong("Source.BuildSpec", f"there is no source that {spec} lies in", "say its lines")
    if str(kind) in SOURCES - {"NO_SOURCE", "CODEPIPELINE"} and not project.get("Source.Location"):
        yield wrong("Source.Location", "nothing says where its source is", "say it")
    made = project.get("Artifacts.Type")
    if made is None or (is_literal(made) and made not in ("CODEPIPELINE", "NO_ARTIFACTS", "S3")):
        yield wrong("Artifacts.Type", f"{made} is no kind of artifacts", "say NO_ARTIFACTS or S3")
    elif "CODEPIPELINE" in (kind, made) and kind != made and is_literal(kind):
        yield wrong("Artifacts.Type", "source and artifacts are CODEPIPELINE, or neither", "match")
    if made == "S3" and not project.get("Artifacts.Location"):
        yield wrong("Artifacts.Location", "nothing says where artifacts go", "name a bucket")


def _is_spec(spec: str) -> bool:
    """Whether it is the lines of a buildspec, or the ARN of one; a file would lie in a source."""
    return spec.startswith("arn:") or "version" in spec


@rule(
    "builds-logs",
    "CodeBuild::Project",
    title="builds are logged, in a group or a bucket that exists",
    why="a migration that failed leaves nothing to read",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html",
)
def logs(project: Resource, scene: Scene) -> Iterator[Fault]:
    """Not switched off, and kept in a group whose retention is known."""
    to_group = project.get("LogsConfig.CloudWatchLogs")
    status = project.get("LogsConfig.CloudWatchLogs.Status", "ENABLED" if not to_group else None)
    place = "LogsConfig.CloudWatchLogs"
    in_bucket = project.get("LogsConfig.S3Logs.Status") == "ENABLED"
    if status != "ENABLED" and (status is None or is_literal(status)) and not in_bucket:
        yield wrong(f"{place}.Status", "its builds are not logged", "say ENABLED")
    group = project.get(f"{place}.GroupName")
    found = known_at(scene.estate, group)
    if status == "ENABLED" and not group and not in_bucket:
        message = "it logs to a group that CodeBuild makes and never empties"
        yield wrong(f"{place}.GroupName", message, "name a log group")
    elif found is not None and found.kind != "AWS::Logs::LogGroup":
        yield wrong(f"{place}.GroupName", f"{found.ref} is a {found.kind}", "name a log group")


@rule(
    "builds-time",
    "CodeBuild::Project",
    title="builds end in time that CodeBuild gives",
    why="CodeBuild refuses the project, or a build that hangs is paid for all day",
    source=f"{GUIDE}/limits.html",
)
def time(project: Resource, _: Scene) -> Iterator[Fault]:
    """Five minutes at least, whole ones, eight hours at most; 36 is what CodeBuild takes."""
    for name, most in (("TimeoutInMinutes", 480), ("QueuedTimeoutInMinutes", 480)):
        minutes = number(project.get(name))
        if minutes is not None and (not 5 <= minutes <= most or minutes != int(minutes)):
            yield wrong(name, f"{minutes:g} minutes", f"say 5 to {most} minutes")


@rule(
    "builds-environment",
    "CodeBuild::Project",
    title="builds have an image, and a machine and variables that CodeBuild knows",
    why="CodeBuild refuses the project, or can't pull the image",
    source=f"{GUIDE}/build-env-ref-compute-types.html",
)
def environment(project: Resource, _: Scene) -> Iterator[Fault]:
    """A type, a size and an image; a private image is pulled with the project's own role."""
    for name, known in (("Type", MACHINES), ("ComputeType", SIZES)):
        said = project.get(f"Environment.{name}")
        if said is None or (is_literal(said) and not known.fullmatch(said)):
            yield wrong(f"Environment.{name}", f"{said} is none of CodeBuild", "see its reference")
    image = project.get("Environment.Image")
    pulls = project.get("Environment.ImagePullCredentialsType", "CODEBUILD")
    if not image:
        yield wrong("Environment.Image", "it runs in no image", "name one")
    elif ".dkr.ecr." in str(image) and is_literal(pulls) and pulls != "SERVICE_ROLE":
        message = "CodeBuild's own credentials don't reach a private image"
        yield wrong("Environment.ImagePullCredentialsType", message, "say SERVICE_ROLE")
    if not project.get("ServiceRole"):
        yield wrong("ServiceRole", "it may do nothing", "name a role")
    for at, each in enumerate(project.mappings("Environment.EnvironmentVariables")):
        path = f"Environment.EnvironmentVariables.{at}"
        if not each.get("Name") or "Value" not in each:
            yield wrong(path, "a variable without a name or a value", "give it both")
        kind = each.get("Type", "PLAINTEXT")
        if is_literal(kind) and kind not in ("PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER"):
            yield wrong(f"{path}.Type", f"{kind} is no type", "say SECRETS_MANAGER")


@rule(
    "builds-network",
    "CodeBuild::Project",
    title="builds in a network have all that it takes: network, subnets, groups",
    why="CodeBuild refuses the project, or the build reaches nothing of the network",
    source=f"{GUIDE}/vpc-support.html",
)
def network(project: Resource, _: Scene) -> Iterator[Fault]:
    """All three or none; no more than sixteen subnets and five groups."""
    config = project.get("VpcConfig")
    if not isinstance(config, dict):
        return
    for name in ("VpcId", "Subnets", "SecurityGroupIds"):
        if not config.get(name):
            yield wrong(f"VpcConfig.{name}", f"without {name}", "say it, or leave VpcConfig out")
