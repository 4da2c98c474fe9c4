"""Data that outlives mistakes: deletion, replacement, backups, snapshots, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.rule import Fault, rule
from checks.rules.values import is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
KEEPING = {"Retain", "RetainExceptOnCreate", "Snapshot"}
FEWEST_BACKUP_DAYS = 7


@rule(
    "durability-kept",
    "RDS::DBInstance",
    "RDS::DBCluster",
    "ElastiCache::ReplicationGroup",
    "ElastiCache::ServerlessCache",
    "S3::Bucket",
    "DynamoDB::Table",
    "EFS::FileSystem",
    "KMS::Key",
    "SecretsManager::Secret",
    "ECR::Repository",
    title="what keeps data outlives its stack and its replacement",
    why="a stack that is deleted, or a property that AWS can't change in place, takes the data along",
    source=f"{DOCS}/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html",
)
def kept(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Both policies retain, or take a snapshot."""
    for policy, when in (
        ("DeletionPolicy", "its stack is deleted"),
        ("UpdateReplacePolicy", "it is replaced"),
    ):
        if resource.body.get(policy) not in KEEPING:
            yield Fault(
                message=f"its data is gone when {when}",
                remedy=f"set {policy} to Retain or Snapshot",
            )


@rule(
    "durability-backups",
    "RDS::DBInstance",
    "RDS::DBCluster",
    title=f"databases keep backups of {FEWEST_BACKUP_DAYS} days in production, of one elsewhere",
    why="without them nobody can go back to before a mistake; 0 switches recovery off",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
)
def backups(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A retention long enough to notice what went wrong."""
    if resource.get("SourceDBInstanceIdentifier"):
        return
    least = FEWEST_BACKUP_DAYS if scene.production else 1
    days = number(resource.get("BackupRetentionPeriod", 1))
    if days is not None and days < least:
        yield Fault(
            message=f"backups are kept for {days:g} days",
            remedy=f"keep them for {least} days or more",
            property="BackupRetentionPeriod",
        )


@rule(
    "durability-deletion-protection",
    "RDS::DBInstance",
    "RDS::DBCluster",
    title="databases refuse to be deleted",
    why="one wrong command is enough otherwise",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
    production=True,
)
def deletion_protection(resource: Resource, _: Scene) -> Iterator[Fault]:
    """The service itself refuses."""
    if not is_true(resource.get("DeletionProtection")):
        yield Fault(
            message="one command deletes it",
            remedy="set DeletionProtection to true",
            property="DeletionProtection",
        )
