"""What programs ask of secrets: that they are secrets, and have the keys that are asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.estate import texts
from checks.rules.documents import json_of
from checks.rules.environments import PROGRAMS, Asked, asked_of, secret_at
from checks.rules.rule import Fault, rule
from checks.rules.secrets import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
BROUGHT = "stackyard:brought"
DYNAMIC = re.compile(r"\{\{resolve:secretsmanager:(<[^<>]+>):SecretString:([^:}]+)")
PARAMETER = "AWS::SSM::Parameter"
PLAIN: frozenset[str] = frozenset()
SERVICES = ("secretsmanager", "ssm")
# What writes a secret anew, with keys that no template tells.
WRITERS = (
    "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::SecretsManager::RotationSchedule",
)


def keys_of_secret(secret: Resource, scene: Scene) -> frozenset[str] | None:
    """The JSON keys that a secret has, none for plain text; None where nobody can know."""
    if scene.estate.users_of(secret, *WRITERS):
        return None
    tags = {str(each.get("Key")): each.get("Value") for each in secret.mappings("Tags")}
    if isinstance(said := tags.get(BROUGHT), str):
        return PLAIN if said == "text" else frozenset(said.split())
    made, text = secret.get("GenerateSecretString"), secret.get("SecretString")
    if isinstance(made, dict):
        template = json_of(made.get("SecretStringTemplate"))
        generated = made.get("GenerateStringKey")
        if generated is None:
            return PLAIN
        return frozenset({*(template if isinstance(template, dict) else ()), str(generated)})
    found = json_of(text)
    if isinstance(found, dict):
        return frozenset(map(str, found))
    return PLAIN if isinstance(text, str) and not text.lstrip().startswith(("{", "<")) else None


@rule(
    "secrets-keys",
    *(kind.removeprefix("AWS::") for kind in PROGRAMS),
    "RDS::DBInstance",
    "RDS::DBCluster",
    "ElastiCache::User",
    "ElastiCache::ReplicationGroup",
    "SecretsManager::Secret",
    title="a key that is asked of a secret is in it",
    why="the task does not start, or the deployment fails, because the key is not there",
    source=f"{DOCS}/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html",
)
def keys(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Keys of what is generated, written or brought are known."""
    asked = [(each.value, each.key, each.path) for each in asked_of(resource)]
    if resource.kind not in PROGRAMS:
        asked += [
            (ref, key, "")
            for text in texts(dict(resource.properties))
            for ref, key in DYNAMIC.findall(text)
        ]
    for value, key, path in asked:
        secret = _secret(value, scene)
        known = keys_of_secret(secret, scene) if secret and key else None
        if secret and known is not None and key not in known:
            has = ", ".join(sorted(known)) or "plain text"
            yield Fault(
                message=f"it asks {secret.logical_id} for {key}; that holds {has}",
                remedy="ask for a key that the secret has, or for all of it",
                property=path,
            )


def _secret(value: str, scene: Scene) -> Resource | None:
    """The secret that a value such as `<data/Smtp>:password::` means."""
    found = secret_at(scene.estate, value)
    return found if found and found.kind == SECRET else None


@rule(
    "secrets-value",
    "SecretsManager::Secret",
    title="a secret has a value from its first day",
    why="programs don't start until somebody remembers to fill it",
    source=f"{DOCS}/secretsmanager/latest/userguide/create_secret.html",
    severity="warning",
)
def value(resource: Resource, _: Scene) -> Iterator[Fault]:
    """It is generated or written, or a tag says who brings it."""
    tags = {str(each.get("Key")) for each in resource.mappings("Tags")}
    names = ("GenerateSecretString", "SecretString")
    if BROUGHT not in tags and not any(resource.get(name) for name in names):
        yield Fault(
            message="it is empty until somebody fills it by hand",
            remedy="set GenerateSecretString, or SecretString to a reference",
            property="GenerateSecretString",
        )


@rule(
    "secrets-references",
    *(kind.removeprefix("AWS::") for kind in PROGRAMS if not kind.endswith("Function")),
    title="what a program asks for as a secret is one",
    why="the program does not start: nothing of that name can be read as a secret",
    source=f"{DOCS}/AmazonECS/latest/APIReference/API_Secret.html",
)
def references(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A secret, a parameter, or an ARN of one; each variable once."""
    seen: set[tuple[str, str]] = set()
    for asked in asked_of(resource):
        container = asked.path.rsplit(".", 2)[0]
        if wrong := _is_none(asked, scene):
            yield Fault(
                message=f"{asked.name} is {wrong}, not a secret",
                remedy="name a secret of Secrets Manager or a parameter",
                property=asked.path,
            )
        elif (container, asked.name) in seen:
            yield Fault(
                message=f"{asked.name} is asked for twice",
                remedy="ask for it once",
                property=asked.path,
            )
        seen.add((container, asked.name))


def _is_none(asked: Asked, scene: Scene) -> str | None:
    found = secret_at(scene.estate, asked.value)
    if found and found.kind not in (SECRET, PARAMETER):
        return found.kind.removeprefix("AWS::")
    text = asked.value
    if "<" not in text and text.startswith("arn:") and f"{text}::".split(":")[2] not in SERVICES:
        return text
    return None
