"""What programs are given: variables in clear, and secrets, wherever their type keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.functions import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource

IMAGE = "SourceConfiguration.ImageRepository.ImageConfiguration"
PROGRAMS = (
    "AWS::ECS::TaskDefinition",
    "AWS::Lambda::Function",
    "AWS::CodeBuild::Project",
    "AWS::AppRunner::Service",
)
# A Ref to these is the ARN of their secret.
ATTACHED = (
    "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecretsManager::ResourcePolicy",
)
# The property of the role that reads a program's secrets, and of the one it has while it runs.
STARTS = {
    "AWS::ECS::TaskDefinition": "ExecutionRoleArn",
    "AWS::CodeBuild::Project": "ServiceRole",
    "AWS::AppRunner::Service": "InstanceConfiguration.InstanceRoleArn",
}
RUNS = {
    "AWS::ECS::TaskDefinition": "TaskRoleArn",
    "AWS::Lambda::Function": "Role",
    "AWS::CodeBuild::Project": "ServiceRole",
    "AWS::AppRunner::Service": "InstanceConfiguration.InstanceRoleArn",
}


@dataclass(frozen=True)
class Asked:
    """A secret or parameter that a program is started with: its name, and where it stands."""

    name: str
    value: str
    path: str
    manager: bool = True

    @property
    def key(self) -> str:
        """The JSON key that is asked of the secret; empty for all of it."""
        rest = self.value.rsplit(">", 1)[-1] if ">" in self.value else _after(self.value)
        return rest.strip(":").split(":")[0]


def _after(arn: str) -> str:
    """What follows the seven parts of a secret's ARN."""
    return ":".join(arn.split(":")[7:])


def secret_at(estate: Estate, value: str) -> Resource | None:
    """What a value such as `<data/Smtp>:password::` refers to; an attachment is its secret."""
    match = REFERENCE.match(value)
    found = estate.at(match[0]) if match else None
    if found and found.kind in ATTACHED:
        return estate.at(found.get("SecretId"))
    return found


def variables_of(program: Resource) -> Iterator[tuple[str, str, Any]]:
    """Path, name and value of each variable in clear."""
    variables = program.get("Environment.Variables")
    if program.kind == "AWS::Lambda::Function" and isinstance(variables, dict):
        for name, value in variables.items():
            yield f"Environment.Variables.{name}", str(name), value
    for place, each in _entries(program, "Environment", "RuntimeEnvironmentVariables"):
        if each.get("Type", "PLAINTEXT") == "PLAINTEXT":
            yield place, str(each.get("Name")), each.get("Value")


def _entries(program: Resource, *names: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries of the lists of these names; CodeBuild has one list for all."""
    lists: list[tuple[str, Any]] = []
    if program.kind == "AWS::CodeBuild::Project":
        path = "Environment.EnvironmentVariables"
        lists = [(path, program.get(path))]
    elif program.kind == "AWS::AppRunner::Service":
        lists = [(f"{IMAGE}.{name}", program.get(f"{IMAGE}.{name}")) for name in names]
    elif program.kind == "AWS::ECS::TaskDefinition":
        lists = [
            (f"ContainerDefinitions.{at}.{name}", container.get(name))
            for at, container in enumerate(program.mappings("ContainerDefinitions"))
            for name in names
        ]
    for place, found in lists:
        for number, each in enumerate(listed(found)):
            if isinstance(each, dict):
                yield f"{place}.{number}", each


def asked_of(program: Resource) -> Iterator[Asked]:
    """Each secret or parameter that a program is started with."""
    for place, each in _entries(program, "Secrets", "RuntimeEnvironmentSecrets"):
        value = each.get("ValueFrom", each.get("Value"))
        kind = each.get("Type")
        if program.kind == "AWS::CodeBuild::Project" and kind not in (
            "SECRETS_MANAGER",
            "PARAMETER_STORE",
        ):
            continue
        if isinstance(value, str):
            yield Asked(str(each.get("Name")), value, place, kind != "PARAMETER_STORE")
    for at, container in enumerate(program.mappings("ContainerDefinitions")):
        place = f"ContainerDefinitions.{at}"
        log = container.get("LogConfiguration")
        options = listed(log.get("SecretOptions")) if isinstance(log, dict) else []
        for each in options:
            if isinstance(each, dict) and isinstance(each.get("ValueFrom"), str):
                yield Asked(str(each.get("Name")), each["ValueFrom"], f"{place}.LogConfiguration")
        login = container.get("RepositoryCredentials")
        named = login.get("CredentialsParameter") if isinstance(login, dict) else None
        if isinstance(named, str):
            yield Asked("registry", named, f"{place}.RepositoryCredentials")
