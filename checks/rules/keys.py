"""Keys themselves: rotated, in use, administered, and named as KMS does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.rules.conditions import acts
from checks.rules.documents import account_in
from checks.rules.grants import Grants, grants
from checks.rules.rule import Fault, rule
from checks.rules.values import is_false, is_literal, is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.graph.policies import Statement
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
KMS = f"{DOCS}/kms/latest/developerguide"
KEY = re.compile(r"arn:aws[\w-]*:kms:.*|alias/.+|(mrk-)?[0-9a-f-]{32,36}")
# Where types of ours and of others name their key.
NAMES = {
    "CodeBuild::Project": ("EncryptionKey",),
    "ECR::Repository": ("EncryptionConfiguration.KmsKey",),
    "ElastiCache::ReplicationGroup": ("KmsKeyId",),
    "ElastiCache::ServerlessCache": ("KmsKeyId",),
    "Lambda::Function": ("KmsKeyArn",),
    "Logs::LogGroup": ("KmsKeyId",),
    "RDS::DBCluster": ("KmsKeyId",),
    "RDS::DBInstance": ("KmsKeyId", "PerformanceInsightsKMSKeyId"),
    "SNS::Topic": ("KmsMasterKeyId",),
    "SQS::Queue": ("KmsMasterKeyId",),
    "SecretsManager::Secret": ("KmsKeyId",),
}


@rule(
    "encryption-key-rotation",
    "KMS::Key",
    title="keys are rotated by KMS",
    why="what was encrypted with a key that leaked stays readable as long as the key is used",
    source=f"{DOCS}/securityhub/latest/userguide/kms-controls.html#kms-4",
)
def rotation(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Symmetric keys of KMS itself; others can't be."""
    spec, origin = resource.get("KeySpec", "SYMMETRIC_DEFAULT"), resource.get("Origin", "AWS_KMS")
    if spec != "SYMMETRIC_DEFAULT" or origin != "AWS_KMS":
        return
    on = resource.get("EnableKeyRotation")
    if on is None or is_false(on):
        yield Fault(
            message="it is never rotated",
            remedy="set EnableKeyRotation to true",
            property="EnableKeyRotation",
        )


@rule(
    "encryption-key-deletion",
    "KMS::Key",
    title="keys work, and take a week or more to be deleted",
    why="everything that was encrypted with a key is lost with it, and nobody can bring it back",
    source=f"{KMS}/deleting-keys.html",
)
def key_deletion(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Enabled, with a waiting time in which somebody notices."""
    if is_false(resource.get("Enabled")):
        yield Fault(
            message="it is disabled: nothing encrypted with it can be read",
            remedy="set Enabled to true",
            property="Enabled",
        )
    days = number(resource.get("PendingWindowInDays"))
    if days is not None and not 7 <= days <= 30:
        yield Fault(
            message=f"it is deleted after {days:g} days; KMS takes 7 to 30",
            remedy="leave PendingWindowInDays away: 30 days",
            property="PendingWindowInDays",
        )


@rule(
    "encryption-key-administered",
    "KMS::Key",
    title="the account administers its keys, and its IAM policies count",
    why="KMS refuses a key policy that nobody can change again; without the account in it no IAM"
    " policy lets anybody use the key",
    source=f"{KMS}/key-policy-default.html",
)
def administered(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The account, without a condition, may everything with its key."""
    if not isinstance(resource.get("KeyPolicy"), dict):
        return  # KMS writes one that does, where nothing is said
    found = grants(scene.estate)
    if not any(_administers(found, resource, each) for each in found.of(resource)):
        yield Fault(
            message="its policy lets its account neither administer it nor give it to others",
            remedy="allow kms:* to the account's root",
            property="KeyPolicy",
        )


def _administers(found: Grants, key: Resource, statement: Statement) -> bool:
    own = found.account(key)
    return (
        statement.allows
        and any(found.covers(each, key) for each in statement.resources)
        and acts(statement, "kms:PutKeyPolicy")
        and acts(statement, "kms:Decrypt")
        and not statement.conditions
        and any(
            kind == "AWS" and ("<" in who or not own or account_in(who) == own)
            for kind, who in statement.principals
        )
    )


@rule(
    "encryption-key-name",
    *NAMES,
    title="what names a key names one",
    why="the service finds no key of that name, and the deployment fails",
    source=f"{KMS}/find-cmk-id-arn.html",
)
def key_name(resource: Resource, _: Scene) -> Iterator[Fault]:
    """An id, an ARN, or an alias."""
    for path in NAMES[resource.kind.removeprefix("AWS::")]:
        said = resource.get(path)
        if is_literal(said) and not KEY.fullmatch(said):
            yield Fault(
                message=f"{said} is neither id, ARN nor alias of a key",
                remedy="refer to the key",
                property=path,
            )


@rule(
    "encryption-key-multi-region",
    "KMS::Key",
    title="keys stay in their region",
    why="a multi-Region key opens the same data in every region that its replicas are in",
    source=f"{KMS}/multi-region-keys-overview.html",
    severity="warning",
)
def multi_region(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Only keys with a replica are made for several."""
    replicas = scene.estate.users_of(resource, "AWS::KMS::ReplicaKey")
    if is_true(resource.get("MultiRegion")) and not replicas:
        yield Fault(
            message="it can be copied to every region",
            remedy="leave MultiRegion away",
            property="MultiRegion",
        )
