"""Permissions that work: with the key of what they are on, and on the right part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.graph.owners import literal
from checks.graph.policies import ROLE, trust_of
from checks.rules.conditions import acts
from checks.rules.encryption import bucket_encryption
from checks.rules.grants import Grants, grants
from checks.rules.identity import HOLDERS, policies_in
from checks.rules.rule import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
BUCKET = "AWS::S3::Bucket"
# What takes a key beside the permission itself: the type, the action, what it does with the key,
# the service that it goes through, and where the type names its key.
KEYED = (
    ("AWS::SecretsManager::Secret", "secretsmanager:GetSecretValue", "kms:Decrypt"),
    ("AWS::SecretsManager::Secret", "secretsmanager:PutSecretValue", "kms:GenerateDataKey"),
    (BUCKET, "s3:GetObject", "kms:Decrypt"),
    (BUCKET, "s3:PutObject", "kms:GenerateDataKey"),
    ("AWS::SQS::Queue", "sqs:SendMessage", "kms:GenerateDataKey"),
    ("AWS::SQS::Queue", "sqs:SendMessage", "kms:Decrypt"),
    ("AWS::SQS::Queue", "sqs:ReceiveMessage", "kms:Decrypt"),
    ("AWS::SNS::Topic", "sns:Publish", "kms:GenerateDataKey"),
    ("AWS::SNS::Topic", "sns:Publish", "kms:Decrypt"),
)
OBJECTS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload")
WHOLE = ("s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads")


def _key(found: Grants, resource: Resource) -> Resource | None:
    if resource.kind == BUCKET:
        key = found.estate.at(bucket_encryption(resource)[1])
        return key if key and key.kind == "AWS::KMS::Key" else None
    messages = resource.kind in ("AWS::SQS::Queue", "AWS::SNS::Topic")
    return found.key_of(resource, "KmsMasterKeyId" if messages else "KmsKeyId")


@rule(
    "permissions-key",
    "IAM::Role",
    title="who may read or write something encrypted may use its key",
    why="the service refuses: AccessDenied for a key that nobody thought of",
    source=f"{DOCS}/kms/latest/developerguide/services-s3.html",
)
def key_rights(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Through the service that the permission is of, and for the secret that is meant."""
    found = grants(scene.estate)
    for statement in found.policies.get(resource, []):
        wanted = [each for each in KEYED if statement.allows and acts(statement, each[1])]
        if statement.inverted or not wanted:
            continue
        meant = [m for pattern in statement.resources for m in found.owners.meant(pattern)]
        for kind, action, use in wanted:
            for each in meant:
                key = _key(found, each) if each.kind == kind else None
                secret = each if kind.endswith("Secret") else None
                via = action.split(":")[0]
                if key and not found.uses_key(resource, key, use, via=via, secret=secret):
                    yield Fault(
                        message=f"it may {action} on {each.logical_id} and not {use} with"
                        f" {key.logical_id}",
                        remedy=f"allow {use} on the key, by kms:ViaService {via}",
                        property=statement.path,
                        at=statement.holder,
                    )


@rule(
    "permissions-pass",
    *HOLDERS,
    title="a role is passed to a service that may take it",
    why="the call is refused, although the permission to pass looks given",
    source=f"{DOCS}/IAM/latest/UserGuide/id_roles_use_passrole.html",
)
def passes(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """One of the services in iam:PassedToService is trusted by each role that is passed."""
    found = grants(scene.estate)
    for statement in policies_in(resource):
        to = statement.condition("iam:PassedToService")
        if not statement.allows or not to or not acts(statement, "iam:PassRole"):
            continue
        for role in (r for pattern in statement.resources for r in found.owners.meant(pattern)):
            trusted = {who for each in trust_of(role) for _, who in each.principals}
            if role.kind == ROLE and not trusted & set(to) and not any("<" in w for w in to):
                yield Fault(
                    message=f"{', '.join(to)} may not take {role.logical_id}",
                    remedy="name the service that the role trusts in iam:PassedToService",
                    property=statement.path,
                )


@rule(
    "permissions-objects",
    *HOLDERS,
    title="permissions on objects name what lies in a bucket, those on buckets the bucket",
    why="S3 denies every request, although the permission looks given",
    source=f"{DOCS}/AmazonS3/latest/userguide/security_iam_service-with-iam.html",
)
def objects(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Object actions on `…/*`, bucket actions on the bucket itself."""
    for statement in policies_in(resource):
        if not statement.allows or statement.inverted:
            continue
        named = [each for each in statement.resources if _is_bucket(each, scene)]
        inside = any("/" in _place(each) or each == "*" for each in statement.resources)
        whole = any("/" not in _place(each) for each in statement.resources)
        for actions, there, what in ((OBJECTS, inside, "objects"), (WHOLE, whole, "bucket")):
            asked = [a for a in statement.actions if any(a.lower() == b.lower() for b in actions)]
            if named and asked and not there:
                yield Fault(
                    message=f"{', '.join(asked)} on {literal(named[0])} names no {what}",
                    remedy="add /* for objects, and leave it away for the bucket",
                    property=statement.path,
                )


def _is_bucket(pattern: str, scene: Scene) -> bool:
    if pattern.startswith("arn:aws:s3:::"):
        return True
    return any(each.kind == BUCKET for each in scene.estate.named(pattern))


def _place(pattern: str) -> str:
    """What follows a bucket in an ARN."""
    return pattern.rsplit(">", 1)[-1] if ">" in pattern else pattern.removeprefix("arn:aws:s3:::")


@rule(
    "permissions-buildspec",
    "CodeBuild::Project",
    title="a build may read the buildspec that lies in a bucket",
    why="the build ends before it begins: YAML_FILE_ERROR",
    source=f"{DOCS}/codebuild/latest/userguide/build-spec-ref.html#build-spec-ref-name-storage",
)
def buildspec(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The service role gets the object."""
    found = grants(scene.estate)
    role, said = found.role(resource.get("ServiceRole")), resource.get("Source.BuildSpec")
    stored = isinstance(said, str) and said.startswith("arn:") and ":s3:::" in said
    if role and stored and not found.may(role, "s3:GetObject", said):
        yield Fault(
            message=f"{role.logical_id} lacks s3:GetObject on it",
            remedy="allow it to this role",
            property="Source.BuildSpec",
        )
