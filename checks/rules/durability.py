"""Data that outlives mistakes: deletion, replacement, backups, snapshots, recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.rule import Fault, rule
from checks.rules.values import attributes, is_false, is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
RETAINING = ("Retain", "RetainExceptOnCreate")
KEEPING = (*RETAINING, "Snapshot")
LOGS = "AWS::Logs::LogGroup"
FEWEST_BACKUP_DAYS = 7
MOST_BACKUP_DAYS = 35
# Another resource holds the data of an instance that names one of these.
COPIES = ("DBClusterIdentifier", "SourceDBInstanceIdentifier")
DATABASES = ("AWS::RDS::DBInstance", "AWS::RDS::DBCluster")


def is_copy(database: Resource) -> bool:
    """Whether an instance belongs to a cluster, or follows another instance."""
    return database.kind.endswith("DBInstance") and any(database.get(name) for name in COPIES)


@rule(
    "durability-kept",
    "RDS::DBInstance",
    "RDS::DBCluster",
    "DocDB::DBCluster",
    "Neptune::DBCluster",
    "ElastiCache::ReplicationGroup",
    "ElastiCache::ServerlessCache",
    "S3::Bucket",
    "DynamoDB::Table",
    "DynamoDB::GlobalTable",
    "EFS::FileSystem",
    "EC2::Volume",
    "OpenSearchService::Domain",
    "Cognito::UserPool",
    "KMS::Key",
    "SecretsManager::Secret",
    "ECR::Repository",
    title="what keeps data outlives its stack and its replacement",
    why="a deleted stack, or a property that AWS can't change in place, takes the data along",
    source=f"{DOCS}/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html",
)
def kept(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Both policies retain, or take a snapshot; CloudFormation does that itself for databases."""
    if is_copy(resource):
        return
    for policy, when in (
        ("DeletionPolicy", "its stack is deleted"),
        ("UpdateReplacePolicy", "it is replaced"),
    ):
        unsaid = policy == "DeletionPolicy" and resource.kind in DATABASES
        said = resource.body.get(policy, "Snapshot" if unsaid else "Delete")
        if isinstance(said, str) and said not in KEEPING:
            yield Fault(
                message=f"its data is gone when {when}",
                remedy=f"set {policy} to Retain or Snapshot",
            )


@rule(
    "durability-kept-whole",
    "RDS::DBInstance",
    "RDS::DBCluster",
    "ElastiCache::ReplicationGroup",
    "ElastiCache::ServerlessCache",
    title="what a kept database or cache stands on is kept with it",
    why="AWS refuses to delete a group that is in use, and the stack can't be deleted; a role or a"
    " key goes, and the database loses its measurements or its data",
    source=f"{DOCS}/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html",
)
def kept_whole(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Whatever of the same stack it names stays, too; log groups have a rule of their own."""
    if resource.body.get("DeletionPolicy") not in RETAINING:
        return
    for needed in dict.fromkeys(scene.estate.named(resource.properties)):
        own = needed.stack == resource.stack and needed.kind not in (LOGS, resource.kind)
        said = needed.body.get("DeletionPolicy", "Delete")
        if own and isinstance(said, str) and said not in RETAINING:
            yield Fault(
                message=f"it stays when its stack is deleted, and needs {needed.logical_id},"
                " which does not",
                remedy=f"set DeletionPolicy of {needed.logical_id} to Retain",
            )


@rule(
    "durability-logs-kept",
    "Logs::LogGroup",
    title="logs outlive their stack",
    why="what led to a stack being deleted, or did it, is read in its logs",
    source=f"{DOCS}/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html",
    severity="warning",
    production=True,
)
def logs_kept(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Both policies retain; the retention ends them."""
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        said = resource.body.get(policy, "Delete")
        if isinstance(said, str) and said not in KEEPING:
            yield Fault(
                message="its logs go with it",
                remedy=f"set {policy} to Retain",
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
    """A retention long enough to notice what went wrong, and one that RDS takes."""
    if is_copy(resource):
        return
    least = FEWEST_BACKUP_DAYS if scene.production else 1
    days = number(resource.get("BackupRetentionPeriod", 1))
    if days is not None and days < least:
        yield Fault(
            message=f"backups are kept for {days:g} days",
            remedy=f"keep them for {least} days or more",
            property="BackupRetentionPeriod",
        )
    elif days is not None and days > MOST_BACKUP_DAYS:
        yield Fault(
            message=f"RDS keeps no backups for {days:g} days",
            remedy=f"keep them for {MOST_BACKUP_DAYS} days at most",
            property="BackupRetentionPeriod",
        )


@rule(
    "durability-automated-backups",
    "RDS::DBInstance",
    title="automated backups outlive their database",
    why="who deletes the database deletes the way back with it: RDS does so where nothing is said",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",
    production=True,
)
def automated_backups(resource: Resource, _: Scene) -> Iterator[Fault]:
    """DeleteAutomatedBackups is false."""
    said = resource.get("DeleteAutomatedBackups")
    if (said is None or is_true(said)) and not is_copy(resource):
        yield Fault(
            message="its backups are deleted with it",
            remedy="set DeleteAutomatedBackups to false",
            property="DeleteAutomatedBackups",
        )


@rule(
    "durability-cache-snapshots",
    "ElastiCache::ReplicationGroup",
    "ElastiCache::ServerlessCache",
    title="caches are backed up each day",
    why="after a failure of all nodes, or a FLUSHALL, it is empty; ElastiCache keeps no snapshots"
    " where nothing is said",
    source=f"{DOCS}/AmazonElastiCache/latest/dg/backups-automatic.html",
    production=True,
)
def cache_snapshots(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A snapshot or more, and as many as ElastiCache keeps."""
    kept_for = number(resource.get("SnapshotRetentionLimit", 0))
    if str(resource.get("Engine", "redis")).lower() == "memcached" or kept_for is None:
        return
    if not 1 <= kept_for <= MOST_BACKUP_DAYS:
        yield Fault(
            message=f"snapshots are kept for {kept_for:g} days",
            remedy=f"set SnapshotRetentionLimit to 1 to {MOST_BACKUP_DAYS}",
            property="SnapshotRetentionLimit",
        )


@rule(
    "durability-recovery",
    "DynamoDB::Table",
    "EFS::FileSystem",
    title="tables and file systems can be taken back to an earlier state",
    why="one wrong write is final otherwise",
    source=f"{DOCS}/amazondynamodb/latest/developerguide/Point-in-time-recovery.html",
    production=True,
)
def recovery(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Point-in-time recovery, or AWS Backup."""
    table = resource.kind == "AWS::DynamoDB::Table"
    path = "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"
    on = is_true(resource.get(path)) or resource.get("BackupPolicy.Status") == "ENABLED"
    if not on and "<" not in str(resource.get(path)):
        yield Fault(
            message="nothing is backed up",
            remedy="switch it on",
            property=path if table else "BackupPolicy.Status",
        )


@rule(
    "durability-balancer-protection",
    "ElasticLoadBalancingV2::LoadBalancer",
    title="balancers refuse to be deleted",
    why="its address is lost with it, and DNS everywhere points to nothing",
    source=f"{DOCS}/securityhub/latest/userguide/elb-controls.html#elb-6",
    production=True,
)
def balancer_protection(resource: Resource, _: Scene) -> Iterator[Fault]:
    """The attribute is on; ELB has it off where nothing is said."""
    said = attributes(resource, "LoadBalancerAttributes")
    if said.get("deletion_protection.enabled", "false") == "false":
        yield Fault(
            message="one command deletes it",
            remedy="set deletion_protection.enabled to true",
            property="LoadBalancerAttributes",
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
    said = resource.get("DeletionProtection")
    if (said is None or is_false(said)) and not is_copy(resource):
        yield Fault(
            message="one command deletes it",
            remedy="set DeletionProtection to true",
            property="DeletionProtection",
        )
