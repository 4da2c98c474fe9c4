"""Encryption at rest: what AWS leaves open, what it encrypts with a key of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.rules.buckets import log_targets
from checks.rules.conditions import acts, is_everybody
from checks.rules.durability import is_copy
from checks.rules.grants import grants
from checks.rules.rule import Fault, rule
from checks.rules.values import is_false, is_literal, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"


@dataclass(frozen=True)
class AtRest:
    """How a type is encrypted: the property of the key, and the switch with its default.

    `only` names a property without which there is nothing to encrypt, `inherits` those of a
    source whose encryption it takes over.
    """

    key: str
    switch: str = ""
    default: bool = True
    only: str = ""
    inherits: tuple[str, ...] = ()


SOURCES = (
    "DBSnapshotIdentifier",
    "SnapshotIdentifier",
    "SourceDBInstanceIdentifier",
    "SourceDBClusterIdentifier",
    "ReplicationSourceIdentifier",
    "GlobalClusterIdentifier",
    "SnapshotId",
)
DATABASE = AtRest("KmsKeyId", "StorageEncrypted", default=False, inherits=SOURCES)
FLAGGED = AtRest("KmsKeyId", "Encrypted", default=False, inherits=SOURCES)
KEYED = AtRest("KmsKeyId")
KINDS: dict[str, tuple[AtRest, ...]] = {
    "RDS::DBInstance": (
        DATABASE,
        AtRest("PerformanceInsightsKMSKeyId", only="EnablePerformanceInsights"),
    ),
    "RDS::DBCluster": (DATABASE,),
    "DocDB::DBCluster": (DATABASE,),
    "Neptune::DBCluster": (DATABASE,),
    "EFS::FileSystem": (FLAGGED,),
    "EC2::Volume": (FLAGGED,),
    "ElastiCache::ReplicationGroup": (AtRest("KmsKeyId", "AtRestEncryptionEnabled"),),
    "ElastiCache::ServerlessCache": (KEYED,),
    "OpenSearchService::Domain": (
        AtRest(
            "EncryptionAtRestOptions.KmsKeyId", "EncryptionAtRestOptions.Enabled", default=False
        ),
    ),
    "Kinesis::Stream": (AtRest("StreamEncryption.KeyId", default=False),),
    "DAX::Cluster": (AtRest("", "SSESpecification.SSEEnabled", default=False),),
    "SQS::Queue": (AtRest("KmsMasterKeyId", "SqsManagedSseEnabled"),),
    "SNS::Topic": (AtRest("KmsMasterKeyId"),),
    "DynamoDB::Table": (AtRest("SSESpecification.KMSMasterKeyId"),),
    "Logs::LogGroup": (KEYED,),
    "SecretsManager::Secret": (KEYED,),
    "ECR::Repository": (AtRest("EncryptionConfiguration.KmsKey"),),
    "Lambda::Function": (AtRest("KmsKeyArn", only="Environment.Variables"),),
    "CodeBuild::Project": (AtRest("EncryptionKey"),),
    "CloudTrail::Trail": (AtRest("KMSKeyId"),),
    "Backup::BackupVault": (AtRest("EncryptionKeyArn"),),
}


def _default(resource: Resource, how: AtRest) -> bool:
    """What the service does where nothing is said; ElastiCache looks at the engine."""
    if resource.kind == "AWS::ElastiCache::ReplicationGroup":
        return str(resource.get("Engine", "redis")).lower() == "valkey"
    return how.default


def _inherits(resource: Resource, how: AtRest) -> bool:
    return bool(how.inherits) and (
        is_copy(resource) or any(resource.get(name) for name in how.inherits)
    )


def _is_open(resource: Resource, how: AtRest) -> bool:
    if _inherits(resource, how):
        return False
    said = resource.get(how.switch) if how.switch else None
    if how.key and resource.get(how.key) and not is_false(said):
        # A key without its switch: RDS refuses it, the others take it for the switch.
        return how is DATABASE and said is None
    if resource.kind == "AWS::SQS::Queue" and resource.get(how.key):
        return False
    return is_false(said) if said is not None else not _default(resource, how)


@rule(
    "encryption-at-rest",
    *KINDS,
    title="what is kept is encrypted",
    why="whoever gets at a disk, a snapshot or a copy reads it",
    source=f"{DOCS}/wellarchitected/latest/security-pillar/sec_protect_data_rest_encrypt.html",
)
def at_rest(resource: Resource, _: Scene) -> Iterator[Fault]:
    """The switch is on, or the service has none and always encrypts."""
    for how in KINDS[resource.kind.removeprefix("AWS::")]:
        if _is_open(resource, how):
            yield Fault(
                message="it is not encrypted",
                remedy=f"set {how.switch} to true" if how.switch else f"set {how.key}",
                property=how.switch or how.key,
            )


@rule(
    "encryption-customer-key",
    *KINDS,
    title="what is kept is encrypted with a key of one's own",
    why="a key of AWS can't be withdrawn or narrowed: nobody can shut out whoever has access",
    source=f"{DOCS}/kms/latest/developerguide/concepts.html#customer-mgn-key",
    severity="warning",
)
def customer_key(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A key is named, and it is none of AWS's."""
    for how in KINDS[resource.kind.removeprefix("AWS::")]:
        needs = not how.only or resource.get(how.only) not in (None, False, "false", {})
        if not how.key or not needs or _inherits(resource, how) or _is_open(resource, how):
            continue
        key = resource.get(how.key)
        if not key or (isinstance(key, str) and key.startswith("alias/aws/")):
            yield Fault(
                message="it is encrypted with a key of AWS",
                remedy=f"set {how.key} to a key of yours",
                property=how.key,
            )


def bucket_encryption(bucket: Resource) -> tuple[str, str | None]:
    """The algorithm of a bucket and its key; S3 takes AES256 where nothing is said."""
    for each in bucket.mappings("BucketEncryption.ServerSideEncryptionConfiguration"):
        found = each.get("ServerSideEncryptionByDefault")
        if isinstance(found, dict):
            key = found.get("KMSMasterKeyID")
            return str(found.get("SSEAlgorithm", "AES256")), key if isinstance(key, str) else None
    return "AES256", None


def _is_read_by_everybody(bucket: Resource, scene: Scene) -> bool:
    return any(
        each.allows and is_everybody(each) and acts(each, "s3:GetObject")
        for each in grants(scene.estate).of(bucket)
    )


@rule(
    "encryption-bucket-key",
    "S3::Bucket",
    title="objects are encrypted with a key of one's own",
    why="S3's own keys open for everybody who may read the object: a wrong policy is enough",
    source=f"{DOCS}/securityhub/latest/userguide/s3-controls.html#s3-17",
    severity="warning",
)
def bucket_key(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """KMS, except where a service writes logs or anonymous readers come: those can't use a key."""
    if resource in log_targets(scene.estate) or _is_read_by_everybody(resource, scene):
        return
    algorithm, key = bucket_encryption(resource)
    if is_literal(algorithm) and (not algorithm.startswith("aws:kms") or not key):
        yield Fault(
            message="it is encrypted with a key of AWS",
            remedy="set SSEAlgorithm to aws:kms and KMSMasterKeyID to a key of yours",
            property="BucketEncryption",
        )
    elif not any(
        is_true(each.get("BucketKeyEnabled"))
        for each in resource.mappings("BucketEncryption.ServerSideEncryptionConfiguration")
    ):
        yield Fault(
            message="each object asks KMS for a key of its own, which costs and is throttled",
            remedy="set BucketKeyEnabled to true",
            property="BucketEncryption",
        )


@rule(
    "encryption-bucket-use",
    "S3::Bucket",
    title="whoever has to can read or write objects with the bucket's encryption",
    why="ELB can't use KMS and S3's log delivery only with its leave, so their logs are lost;"
    " readers without credentials get 403 for every object",
    source=f"{DOCS}/elasticloadbalancing/latest/application/enable-access-logging.html",
)
def bucket_use(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """S3's own key for logs and anonymous readers; no key beside an algorithm without one."""
    algorithm, key = bucket_encryption(resource)
    kms = algorithm.startswith("aws:kms")
    writers = log_targets(scene.estate).get(resource, set())
    found = grants(scene.estate).estate.at(key)
    delivers = found and grants(scene.estate).admits(found, "logging.s3", "kms:GenerateDataKey")
    wrong = None
    if is_literal(algorithm) and algorithm not in ("AES256", "aws:kms", "aws:kms:dsse"):
        wrong = f"{algorithm} is no encryption of S3"
    elif key and not kms and is_literal(algorithm):
        wrong = f"it names a key that {algorithm} does not use: S3 refuses that"
    elif kms and "elasticloadbalancing" in writers:
        wrong = "the balancer can't write its logs with a key of KMS"
    elif kms and "s3" in writers and not delivers:
        wrong = "S3 may not write access logs with its key"
    elif kms and _is_read_by_everybody(resource, scene):
        wrong = "who reads it without credentials can't use its key"
    if wrong:
        yield Fault(
            message=wrong,
            remedy="take AES256 here, or leave the key's name away",
            property="BucketEncryption",
        )
