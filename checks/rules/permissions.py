"""What starts programs may read their secrets, no others, and pull their images."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.rules.conditions import acts
from checks.rules.environments import STARTS, asked_of, secret_at
from checks.rules.grants import Grants, grants
from checks.rules.rule import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.environments import Asked
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
ECS = f"{DOCS}/AmazonECS/latest/developerguide"
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 (a type)
READS = {True: "secretsmanager:GetSecretValue", False: "ssm:GetParameters"}
PULLS = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
)
PRIVATE = re.compile(
    r"(\d{12}|<AWS::AccountId>)\.dkr\.ecr\.([\w-]+|<AWS::Region>)\.[\w.]+/([^@:]+)"
)


def _reads(found: Grants, role: Resource, asked: Asked) -> str | None:
    """What a role lacks to read a secret; its key is looked after with all others."""
    secret = secret_at(found.estate, asked.value)
    manager = asked.manager and (bool(secret) or not asked.value.startswith(("/", "arn:aws:ssm:")))
    manager = manager and (":secretsmanager:" in asked.value or "<" in asked.value)
    if secret and secret.kind != SECRET:
        return None if secret.kind != "AWS::SSM::Parameter" else _lacks(found, role, secret)
    if not manager:
        arn = asked.value if asked.value.startswith("arn:") else None
        return None if found.may(role, READS[False], arn) else READS[False]
    wanted = secret or ":".join(asked.value.split(":")[:7])
    return None if found.may(role, READS[True], wanted) else READS[True]


def _lacks(found: Grants, role: Resource, parameter: Resource) -> str | None:
    return None if found.may(role, READS[False], parameter) else READS[False]


@rule(
    "permissions-secrets",
    *(kind.removeprefix("AWS::") for kind in STARTS),
    title="whoever starts a program may read the secrets that it asks for",
    why="the program does not start: ResourceInitializationError, until somebody looks",
    source=f"{ECS}/secrets-envvar-secrets-manager.html",
)
def secrets(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The role that starts it has each of them, and their keys."""
    found = grants(scene.estate)
    path = STARTS[resource.kind]
    role = found.role(resource.get(path))
    for asked in asked_of(resource):
        if resource.get(path) is None:
            yield Fault(
                message=f"nobody may read {asked.name}: it has no role to start with",
                remedy=f"set {path}",
                property=path,
            )
            return
        lacks = _reads(found, role, asked) if role else None
        if role and lacks:
            yield Fault(
                message=f"{role.logical_id} lacks {lacks}, for {asked.name}",
                remedy="allow it to this role",
                property=asked.path,
            )


@rule(
    "permissions-secrets-unused",
    "ECS::TaskDefinition",
    title="whoever starts a program may read no other secrets",
    why="a program that is taken over through its start reads what it never needed",
    source=f"{ECS}/task_execution_IAM_role.html",
    severity="warning",
)
def secrets_unused(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The execution role's secrets are those that its tasks ask for."""
    found = grants(scene.estate)
    role = found.role(resource.get("ExecutionRoleArn"))
    if not role:
        return
    tasks = [
        t
        for t in scene.estate.of(resource.kind)
        if t.get("ExecutionRoleArn") == resource.get("ExecutionRoleArn")
    ]
    asked = {
        secret.ref
        for task in tasks
        for each in asked_of(task)
        if (secret := secret_at(found.estate, each.value))
    }
    for statement in found.policies.get(role, []):
        if statement.allows and acts(statement, READS[True]):
            meant = [s for pattern in statement.resources for s in found.owners.meant(pattern)]
            more = [s.logical_id for s in meant if s.kind == SECRET and s.ref not in asked]
            if more:
                yield Fault(
                    message=f"it may be started with {', '.join(more)}, which it never asks for",
                    remedy="take these secrets out of the role",
                    property=statement.path,
                    at=statement.holder,
                )


@rule(
    "permissions-image",
    *(kind.removeprefix("AWS::") for kind in STARTS),
    title="whoever starts a program may pull its image",
    why="the program does not start: CannotPullContainerError",
    source=f"{ECS}/task_execution_IAM_role.html",
)
def image(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Of a private repository, with a token for the registry."""
    found = grants(scene.estate)
    path, images = _images(resource)
    role = found.role(resource.get(path))
    for place, text in images:
        if wanted := _repository(found, text):
            if resource.get(path) is None:
                yield Fault(
                    message="nobody may pull its image: it has no role to start with",
                    remedy=f"set {path}",
                    property=path,
                )
                return
            missing = [a for a in PULLS if role and not found.may(role, a, wanted)]
            if role and not found.may(role, "ecr:GetAuthorizationToken"):
                missing.append("ecr:GetAuthorizationToken")
            if role and missing:
                yield Fault(
                    message=f"{role.logical_id} lacks {', '.join(missing)} for this image",
                    remedy="allow it to this role, the token on *",
                    property=place,
                )


def _images(program: Resource) -> tuple[str, list[tuple[str, object]]]:
    """The role that pulls, and each image with its place."""
    if program.kind == "AWS::ECS::TaskDefinition":
        containers = program.mappings("ContainerDefinitions")
        return "ExecutionRoleArn", [
            (f"ContainerDefinitions.{number}.Image", each.get("Image"))
            for number, each in enumerate(containers)
        ]
    if program.kind == "AWS::CodeBuild::Project":
        pulls = program.get("Environment.ImagePullCredentialsType") == "SERVICE_ROLE"
        found = [("Environment.Image", program.get("Environment.Image"))]
        return "ServiceRole", found if pulls else []
    place = "SourceConfiguration.ImageRepository.ImageIdentifier"
    return "SourceConfiguration.AuthenticationConfiguration.AccessRoleArn", [
        (place, program.get(place))
    ]


def _repository(found: Grants, text: object) -> Resource | str | None:
    """The private repository of an image: a resource, or its ARN."""
    if not isinstance(text, str):
        return None
    for each in found.estate.named(text):
        if each.kind == "AWS::ECR::Repository":
            return each
    match = PRIVATE.match(text)
    if not match:
        return None
    arn = f"arn:aws:ecr:{match[2]}:{match[1]}:repository/{match[3]}"
    named = found.owners.meant(arn) if "<" not in match[3] else []
    return named[0] if named else arn
