"""Functions, builds and App Runner services that AWS takes, runs and goes on supporting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.estate import listed
from checks.rules.ecs import is_off, is_open
from checks.rules.rule import Fault, rule
from checks.rules.sizes import units
from checks.rules.values import is_literal, number
from config.aws import APP_RUNNER_MEMORY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GROUP = "AWS::Logs::LogGroup"
# Since when AWS gives a runtime no more security updates; later ones are not in here.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
RUNTIMES_ENDED = {
    "dotnet6": "2024-12-20",
    "dotnet8": "2026-11-10",
    "dotnet9": "2026-11-10",
    "dotnetcore1.0": "2019-06-27",
    "dotnetcore2.0": "2019-05-30",
    "dotnetcore2.1": "2022-01-05",
    "dotnetcore3.1": "2023-04-03",
    "go1.x": "2024-01-08",
    "java8": "2024-01-08",
    "nodejs": "2016-08-30",
    "nodejs10.x": "2021-07-30",
    "nodejs12.x": "2023-03-31",
    "nodejs14.x": "2023-12-04",
    "nodejs16.x": "2024-06-12",
    "nodejs18.x": "2025-09-01",
    "nodejs20.x": "2026-04-30",
    "nodejs4.3": "2020-03-05",
    "nodejs4.3-edge": "2020-03-05",
    "nodejs6.10": "2019-08-12",
    "nodejs8.10": "2020-03-06",
    "provided": "2024-01-08",
    "provided.al2": "2026-07-31",
    "python2.7": "2021-07-15",
    "python3.10": "2026-10-31",
    "python3.6": "2022-07-18",
    "python3.7": "2023-12-04",
    "python3.8": "2024-10-14",
    "python3.9": "2025-12-15",
    "ruby2.5": "2021-07-30",
    "ruby2.7": "2023-12-07",
    "ruby3.2": "2026-03-31",
}
RUNTIME = re.compile(
    r"python\d\.\d+|nodejs\d*(\.\w+)?(-edge)?|java\d+(\.al\d+)?|ruby\d\.\d|go1\.x"
    r"|dotnet(core)?\d+(\.\d)?|provided(\.al\d+)?"
)
LEAST_MEMORY, MOST_MEMORY = 128, 10240
RUNNER = "SourceConfiguration.ImageRepository"
ENVIRONMENTS = (
    "LINUX_CONTAINER",
    "LINUX_GPU_CONTAINER",
    "ARM_CONTAINER",
    "WINDOWS_CONTAINER",
    "WINDOWS_SERVER_2019_CONTAINER",
    "WINDOWS_SERVER_2022_CONTAINER",
    "LINUX_LAMBDA_CONTAINER",
    "ARM_LAMBDA_CONTAINER",
    "LINUX_EC2",
    "ARM_EC2",
    "WINDOWS_EC2",
    "MAC_ARM",
)


@rule(
    "containers-runtime",
    "Lambda::Function",
    title="a function's runtime still gets security updates",
    why="AWS stops patching it, then refuses changes of the function: a fix can't be deployed",
    source=f"{DOCS}/lambda/latest/dg/lambda-runtimes.html",
)
def runtime(function: Resource, _: Scene) -> Iterator[Fault]:
    """None of those that ended."""
    said = function.get("Runtime")
    if said is not None and not is_open(said) and not RUNTIME.fullmatch(str(said)):
        message = f"there is no runtime {said}"
        yield Fault(message=message, remedy="name one that is", property="Runtime")
    if isinstance(said, str) and said in RUNTIMES_ENDED:
        yield Fault(
            message=f"runs on {said}, which gets no updates since {RUNTIMES_ENDED[said]}",
            remedy="move to a runtime of today",
            property="Runtime",
        )


@rule(
    "containers-function",
    "Lambda::Function",
    title="a function can run: memory that is sold, a handler, room to run, a log group",
    why="Lambda refuses it, or takes it and never runs it; a group that Lambda makes itself keeps"
    " logs for ever",
    source=f"{DOCS}/lambda/latest/dg/configuration-function-common.html",
)
def function(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Each of the four."""
    memory = number(resource.get("MemorySize", LEAST_MEMORY))
    most = MOST_MEMORY if resource.get("CapacityProviderConfig") is None else 32768
    if memory is not None and not LEAST_MEMORY <= memory <= most:
        message = f"has {memory:g} MiB"
        yield Fault(message=message, remedy=f"say {LEAST_MEMORY} to {most}", property="MemorySize")
    code = resource.get("Code")
    image = resource.get("PackageType") == "Image" or (
        isinstance(code, dict) and "ImageUri" in code
    )
    for name in ("Handler", "Runtime"):
        if not image and not resource.get(name):
            yield Fault(message=f"has no {name.lower()}", remedy=f"say {name}", property=name)
    kinds = listed(resource.get("Architectures"))
    if unknown := [each for each in kinds if is_literal(each) and each not in ("arm64", "x86_64")]:
        message = f"is for {unknown[0]}"
        yield Fault(message=message, remedy="say arm64 or x86_64", property="Architectures")
    if number(resource.get("ReservedConcurrentExecutions")) == 0:
        message = "never runs: no execution of it is allowed"
        remedy = "remove it, or say 1 or more"
        yield Fault(message=message, remedy=remedy, property="ReservedConcurrentExecutions")
    said = resource.get("LoggingConfig.LogGroup")
    named = scene.estate.at(said)
    if (said is None and not _has_group(resource, scene)) or (named and named.kind != GROUP):
        yield Fault(
            message="logs to a group that Lambda makes, which keeps everything for ever",
            remedy="name a log group of the template",
            property="LoggingConfig.LogGroup",
        )


def _has_group(function: Resource, scene: Scene) -> bool:
    """Whether the group that Lambda would make by a function's name is in the estate."""
    names = [f"/aws/lambda/{name}" for name in (function.get("FunctionName"), function.ref) if name]
    return any(each.get("LogGroupName") in names for each in scene.estate.of(GROUP))


@rule(
    "containers-build",
    "CodeBuild::Project",
    title="a build runs in an environment that exists, with rights to pull its image",
    why="the build fails before its first command",
    source=f"{DOCS}/codebuild/latest/userguide/build-env-ref-compute-types.html",
)
def build(project: Resource, _: Scene) -> Iterator[Fault]:
    """Type, size and credentials agree with the image."""
    kind, image = project.get("Environment.Type"), str(project.get("Environment.Image"))
    compute = project.get("Environment.ComputeType")
    if not is_open(kind) and kind not in ENVIRONMENTS:
        message, remedy = f"there is no environment {kind}", "say LINUX_CONTAINER"
        yield Fault(message=message, remedy=remedy, property="Environment.Type")
    functions = "LAMBDA" in str(kind)
    if is_literal(compute) and not compute.startswith(
        "BUILD_LAMBDA_" if functions else ("BUILD_GENERAL1_", "ATTRIBUTE_BASED", "CUSTOM_INSTANCE")
    ):
        message = f"{kind} has no size {compute}"
        yield Fault(
            message=message, remedy="say one of its sizes", property="Environment.ComputeType"
        )
    wrong = ("x86_64", "ARM") if "ARM" in str(kind) else ("aarch64", "x86")
    if image.startswith("aws/codebuild/") and wrong[0] in image:
        message = f"runs an image for {wrong[0]} on a processor of {wrong[1]}"
        yield Fault(message=message, remedy="take the other image", property="Environment.Image")
    credentials = project.get("Environment.ImagePullCredentialsType", "CODEBUILD")
    curated = image.startswith("aws/codebuild/")
    known = is_open(credentials) or credentials in ("CODEBUILD", "SERVICE_ROLE")
    if (
        not known
        or (".dkr.ecr." in image and credentials == "CODEBUILD")
        or (curated and credentials == "SERVICE_ROLE")
    ):
        wanted = "CODEBUILD" if curated else "SERVICE_ROLE"
        yield Fault(
            message=f"pulls its image with {credentials}, which may not",
            remedy=f"set it to {wanted}",
            property="Environment.ImagePullCredentialsType",
        )


@rule(
    "containers-app-runner",
    "AppRunner::Service",
    title="an App Runner service has a size that is sold, rights to pull, and a way that it uses",
    why="App Runner refuses it, or it reaches neither its image nor its database",
    source=f"{DOCS}/apprunner/latest/dg/architecture.html",
)
def app_runner(service: Resource, _: Scene) -> Iterator[Fault]:
    """Size, image and network agree."""
    base = "InstanceConfiguration"
    cpu, memory = (
        units(service.get(f"{base}.Cpu", 1024)),
        units(service.get(f"{base}.Memory", 2048)),
    )
    if cpu is not None and memory is not None and memory not in APP_RUNNER_MEMORY.get(int(cpu), ()):
        message = f"asks for {memory:g} MiB with cpu {cpu:g}, which App Runner does not sell"
        yield Fault(message=message, remedy="ask for a pair that it sells", property=base)
    image, kind = (
        str(service.get(f"{RUNNER}.ImageIdentifier", "")),
        service.get(f"{RUNNER}.ImageRepositoryType"),
    )
    wanted = "ECR" if ".dkr.ecr." in image else "ECR_PUBLIC" if "public.ecr.aws" in image else kind
    if is_literal(kind) and kind != wanted:
        message, remedy = f"looks for its image in {kind}", f"set it to {wanted}"
        yield Fault(message=message, remedy=remedy, property=f"{RUNNER}.ImageRepositoryType")
    role = "SourceConfiguration.AuthenticationConfiguration.AccessRoleArn"
    if wanted == "ECR" and image and service.get(role) is None:
        message = "nobody may pull its image"
        yield Fault(message=message, remedy="say AccessRoleArn", property=role)
    automatic = "SourceConfiguration.AutoDeploymentsEnabled"
    if image and "@" in image and not is_off(service.get(automatic), unsaid=False):
        message = "deploys what is pushed, and its image is one digest"
        yield Fault(message=message, remedy="set it to false", property=automatic)
    egress = "NetworkConfiguration.EgressConfiguration"
    connector = service.get(f"{egress}.VpcConnectorArn")
    way = service.get(f"{egress}.EgressType", "DEFAULT")
    if not is_open(way) and (way == "VPC") != (connector is not None):
        message = "has a connector and does not use it" if connector else "has no connector"
        remedy = "set EgressType to VPC, with a VpcConnectorArn"
        yield Fault(message=message, remedy=remedy, property=f"{egress}.EgressType")
