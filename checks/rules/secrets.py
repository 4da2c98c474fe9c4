"""Secrets: none in clear, long enough, of characters that their users take, with the keys asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.estate import listed, texts
from checks.rules.environments import variables_of
from checks.rules.rule import Fault, rule
from checks.rules.values import is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
MANAGER = f"{DOCS}/secretsmanager/latest/userguide"
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 (a type)
# Properties that hold a secret itself.
HELD = {
    "RDS::DBInstance": ("MasterUserPassword",),
    "RDS::DBCluster": ("MasterUserPassword",),
    "DocDB::DBCluster": ("MasterUserPassword",),
    "Redshift::Cluster": ("MasterUserPassword",),
    "ElastiCache::ReplicationGroup": ("AuthToken",),
    "ElastiCache::User": ("Passwords", "AuthenticationMode.Passwords"),
    "SecretsManager::Secret": ("SecretString",),
    "OpenSearchService::Domain": ("AdvancedSecurityOptions.MasterUserOptions.MasterUserPassword",),
    "IAM::User": ("LoginProfile.Password",),
    "AmazonMQ::Broker": ("Users",),
    "DMS::Endpoint": ("Password",),
}
RESOLVED = re.compile(r"\{\{resolve:(?:secretsmanager|ssm-secure):[^}]*\}\}")
PLAIN_PARAMETER = re.compile(r"\{\{resolve:ssm:")
REFERRED = re.compile(r"<[^<>]*[/:][^<>]*>|<unknown>")
NAMES = re.compile(
    r"(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?"
    r"|SIGNING_?KEY|ENCRYPTION_?KEY)S?$"
)
IN_ADDRESS = re.compile(r"://[^:/@\s]*:([^@/\s]+)@")
ACCESS_KEY = re.compile(r"\b(AKIA|ASIA)[A-Z0-9]{16}\b")
SHORTEST, DEFAULT_LENGTH = 16, 32
LONGEST = {"postgres": 128, "mysql": 41, "mariadb": 41}
LONGEST_OF_CACHE = 128
# Characters that RDS refuses in a master user's password.
REFUSED = '/@"'


def is_clear(value: Any) -> bool:
    """Whether a secret stands in the template: no reference makes all of it up."""
    return (
        isinstance(value, str)
        and bool(value)
        and not (RESOLVED.search(value) or REFERRED.search(value))
    )


@rule(
    "secrets-literal",
    *HELD,
    title="no secret stands in a template",
    why="it is in the repository, in CloudFormation and in every log of a deployment, for ever",
    source=f"{DOCS}/AWSCloudFormation/latest/UserGuide/security-best-practices.html#creds",
)
def literal_secret(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A dynamic reference to Secrets Manager stands where a secret goes."""
    for path in HELD[resource.kind.removeprefix("AWS::")]:
        for value in listed(resource.get(path)):
            said = value.get("Password") if isinstance(value, dict) else value
            found = IN_ADDRESS.search(said) if isinstance(said, str) else None
            within = bool(found) and is_clear(found[1]) if found else False
            if is_clear(said) or within:
                yield Fault(
                    message="the secret stands in the template",
                    remedy="let Secrets Manager make it, and write {{resolve:secretsmanager:…}}",
                    property=path,
                )
            elif isinstance(said, str) and PLAIN_PARAMETER.search(said):
                yield Fault(
                    message="the secret lies in clear in a parameter of Systems Manager",
                    remedy="use a secret of Secrets Manager, or a SecureString with ssm-secure",
                    property=path,
                )


@rule(
    "secrets-variables",
    "ECS::TaskDefinition",
    "Lambda::Function",
    "CodeBuild::Project",
    "AppRunner::Service",
    title="no variable of a program holds a secret",
    why="everybody who may describe the program reads it, and whoever reads a log that prints it",
    source=f"{DOCS}/securityhub/latest/userguide/ecs-controls.html#ecs-8",
)
def variables(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Neither by its name nor by what it looks like; the secret's ARN may stand there."""
    for place, name, value in variables_of(resource):
        if _is_secret(name, value):
            yield Fault(
                message=f"{name} holds a secret that everybody can read",
                remedy="hand it over as a secret: Secrets, RuntimeEnvironmentSecrets, or its ARN",
                property=place,
            )


def _is_secret(name: str, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    address = IN_ADDRESS.search(value)
    if RESOLVED.search(value) or ACCESS_KEY.search(value) or (address and is_clear(address[1])):
        return True
    plain = value.lower() in ("", "true", "false", "none") or number(value) is not None
    return (
        bool(NAMES.search(name.upper()))
        and is_clear(value)
        and not plain
        and not value.startswith(("arn:", "/", "http://", "https://"))
    )


def _users(resource: Resource, scene: Scene) -> Iterator[tuple[Resource, str]]:
    """What a generated secret becomes, whole: a master user's password, a cache's, an address."""
    for user in scene.estate.users_of(resource):
        for path in HELD.get(user.kind.removeprefix("AWS::"), ()):
            for text in texts(user.get(path)):
                if any(f"secretsmanager:{resource.ref[:-1]}{end}" in text for end in ">."):
                    yield user, "address" if "://" in text else user.kind


@rule(
    "secrets-length",
    "SecretsManager::Secret",
    title=f"generated passwords have {SHORTEST} characters or more, and as few as are taken",
    why="a short one is guessed; one that is too long is refused when the database is made",
    source=f"{MANAGER}/best-practices.html",
)
def length(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Secrets Manager makes 32 characters where nothing is said."""
    path = "GenerateSecretString.PasswordLength"
    if not isinstance(resource.get("GenerateSecretString"), dict):
        return
    has = number(resource.get(path, DEFAULT_LENGTH))
    limits = [
        LONGEST.get(str(user.get("Engine")), LONGEST_OF_CACHE)
        for user, kind in _users(resource, scene)
        if kind != "address" and user.kind != SECRET
    ]
    if has is not None and has < SHORTEST:
        yield Fault(
            message=f"it has {has:g} characters",
            remedy=f"set PasswordLength to {DEFAULT_LENGTH}",
            property=path,
        )
    elif has is not None and limits and has > min(limits):
        yield Fault(
            message=f"it has {has:g} characters, and its user takes {min(limits)}",
            remedy=f"set PasswordLength to {DEFAULT_LENGTH}",
            property=path,
        )


@rule(
    "secrets-characters",
    "SecretsManager::Secret",
    title="generated passwords hold only characters that their users take",
    why="RDS refuses / @ and quotes, ElastiCache most punctuation, and in an address they end the"
    " password: the deployment fails now and then, by chance",
    source=f"{DOCS}/AmazonRDS/latest/APIReference/API_CreateDBInstance.html",
)
def characters(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """No punctuation, or none of what is refused."""
    said = resource.get("GenerateSecretString")
    if not isinstance(said, dict):
        return
    excluded = str(said.get("ExcludeCharacters", ""))
    kinds = {kind for _, kind in _users(resource, scene)}
    all_out = is_true(said.get("ExcludePunctuation")) or len(set(excluded) - {" "}) >= 30
    refused = [each for each in REFUSED if each not in excluded]
    strict = kinds & {"address", "AWS::ElastiCache::User", "AWS::ElastiCache::ReplicationGroup"}
    databases = kinds & {"AWS::RDS::DBInstance", "AWS::RDS::DBCluster", "AWS::DocDB::DBCluster"}
    if not all_out and (strict or (databases and refused)):
        yield Fault(
            message="it may hold characters that whoever uses it refuses",
            remedy="set ExcludePunctuation to true",
            property="GenerateSecretString",
        )
