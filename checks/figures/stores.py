"""Figures of what keeps: classes, sizes, days, parameters, windows, lifecycles, logins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.figures.figure import Figure, of_node, only
from config import aws
from config.model.buckets import Bucket
from config.model.optouts import AwsKey, NoBackups, SingleZone, Unversioned
from config.model.postgres import Postgres
from config.model.valkey import NodesValkey, ServerlessValkey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Estate, Resource
    from config.model.environment import Environment

CORS_LISTS = ("AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposedHeaders")
ROTATION = "AWS::SecretsManager::RotationSchedule"


def figures(environment: Environment, estate: Estate) -> Iterator[Figure]:
    """The figures of every store."""
    for name, store in environment.stores.items():
        field = f"stores.{name}"
        match store:
            case Postgres():
                yield from _postgres(estate, name, store, field)
            case NodesValkey():
                yield from _nodes(estate, name, store, field)
            case ServerlessValkey():
                yield from _serverless(estate, name, store, field)
            case Bucket():
                yield from _bucket(estate, name, store, field)


def _all(resource: Resource | None, field: str, rows: Any) -> Iterator[Figure]:
    for key, path, wanted in rows:
        if wanted is not None:
            yield Figure(field=f"{field}.{key}", wanted=wanted, resource=resource, path=path)


def _postgres(estate: Estate, name: str, spec: Postgres, field: str) -> Iterator[Figure]:
    instances = of_node(estate, "RDS::DBInstance", name)
    main = next((each for each in instances if not each.get("SourceDBInstanceIdentifier")), None)
    days = 0 if isinstance(spec.backup_days, NoBackups) else spec.backup_days
    yield from _all(
        main,
        field,
        (
            ("class", "DBInstanceClass", f"db.{spec.instance_class}"),
            ("version", "EngineVersion", spec.version),
            ("database", "DBName", spec.database),
            ("name", "DBInstanceIdentifier", spec.name),
            ("storage_gb", "AllocatedStorage", spec.storage_gb),
            ("max_storage_gb", "MaxAllocatedStorage", spec.ceiling_gb),
            ("multi_az", "MultiAZ", not isinstance(spec.multi_az, SingleZone)),
            ("backup_days", "BackupRetentionPeriod", days),
            ("backup_window", "PreferredBackupWindow", spec.backup_window),
            ("maintenance_window", "PreferredMaintenanceWindow", spec.maintenance_window),
            ("monitoring_seconds", "MonitoringInterval", spec.monitoring_seconds),
            ("insights", "DatabaseInsightsMode", spec.insights),
            ("certificate_authority", "CACertificateIdentifier", spec.certificate_authority),
            ("master.username", "MasterUsername", spec.master.username),
            ("port", "Port", _port(main)),
        ),
    )
    group = estate.at(main.get("DBParameterGroupName")) if main else None
    said = group.get("Parameters", {}) if group else {}
    wanted = {"max_connections": str(spec.max_connections), **spec.parameters}
    for parameter, value in wanted.items():
        key = parameter if parameter == "max_connections" else f"parameters.{parameter}"
        yield Figure(
            field=f"{field}.{key}",
            wanted=value,
            resource=group,
            path="Parameters",
            found=said.get(parameter) if isinstance(said, dict) else None,
            spread=True,
        )
    for schedule in estate.of(ROTATION):
        secret = estate.at(schedule.get("SecretId"))
        if secret and (secret.node or "").startswith(f"{name}/"):
            yield Figure(
                field=f"{field}.rotation_days",
                wanted=f"rate({spec.rotation_days} days)",
                resource=schedule,
                path="RotationRules.ScheduleExpression",
            )


def _port(main: Resource | None) -> int | None:
    """The port that all edges lead to, where the instance says another one than RDS' own."""
    said = main.get("Port") if main else None
    return None if said is None else aws.POSTGRES_PORT


def _nodes(estate: Estate, name: str, spec: NodesValkey, field: str) -> Iterator[Figure]:
    cache = only(estate, "ElastiCache::ReplicationGroup", name)
    days = 0 if isinstance(spec.snapshot_days, NoBackups) else spec.snapshot_days
    yield from _all(
        cache,
        field,
        (
            ("class", "CacheNodeType", f"cache.{spec.node_class}"),
            ("version", "EngineVersion", spec.version),
            ("nodes", "NumCacheClusters", spec.nodes),
            ("multi_az", "MultiAZEnabled", not isinstance(spec.multi_az, SingleZone)),
            ("snapshot_days", "SnapshotRetentionLimit", days),
            ("snapshot_window", "SnapshotWindow", spec.snapshot_window),
            ("maintenance_window", "PreferredMaintenanceWindow", spec.maintenance_window),
        ),
    )
    group = estate.at(cache.get("CacheParameterGroupName")) if cache else None
    yield from _all(
        group,
        field,
        (
            ("eviction", "Properties.maxmemory-policy", spec.policy),
            ("timeout", "Properties.timeout", spec.timeout),
            ("keepalive", "Properties.tcp-keepalive", spec.keepalive),
            *((f"parameters.{key}", f"Properties.{key}", v) for key, v in spec.parameters.items()),
        ),
    )


def _serverless(estate: Estate, name: str, spec: ServerlessValkey, field: str) -> Iterator[Figure]:
    days = 0 if isinstance(spec.snapshot_days, NoBackups) else spec.snapshot_days
    yield from _all(
        only(estate, "ElastiCache::ServerlessCache", name),
        field,
        (
            ("version", "MajorEngineVersion", spec.version),
            ("snapshot_days", "SnapshotRetentionLimit", days),
            ("snapshot_time", "DailySnapshotTime", spec.snapshot_time),
            ("max_gb", "CacheUsageLimits.DataStorage.Maximum", spec.max_gb),
            (
                "max_ecpu_per_second",
                "CacheUsageLimits.ECPUPerSecond.Maximum",
                spec.max_ecpu_per_second,
            ),
        ),
    )


def _bucket(estate: Estate, name: str, spec: Bucket, field: str) -> Iterator[Figure]:
    bucket = only(estate, "S3::Bucket", name)
    versioned = not isinstance(spec.versioned, Unversioned)
    algorithm = "AES256" if isinstance(spec.encryption, AwsKey) else "aws:kms"
    rules = bucket.mappings("LifecycleConfiguration.Rules") if bucket else []
    active = [each for each in rules if each.get("Status") == "Enabled"]
    said: dict[str, Any] = {
        "expire_after_days": _first(active, "ExpirationInDays"),
        "expire_old_versions_after_days": _first(
            active, "NoncurrentVersionExpiration", "NoncurrentDays"
        ),
        "glacier_after_days": _transition(active),
        "versioned": bucket and bucket.get("VersioningConfiguration.Status") == "Enabled",
        "encryption": _algorithm(bucket),
        "cors": sorted(
            " ".join(map(str, (*rule.get(k, ()), "|"))) + str(rule.get("MaxAge"))
            for rule in (bucket.mappings("CorsConfiguration.CorsRules") if bucket else [])
            for k in CORS_LISTS
            if isinstance(rule.get(k, ()), list)
        ),
        "logs": _log_bucket(estate, bucket),
    }
    wanted: dict[str, Any] = {
        "expire_after_days": spec.expire_after_days,
        "expire_old_versions_after_days": spec.expire_old_versions_after_days,
        "glacier_after_days": spec.glacier_after_days,
        "versioned": versioned,
        "encryption": algorithm,
        "cors": sorted(
            " ".join((*values, "|")) + str(cors.max_age)
            for cors in spec.cors
            for values in (cors.origins, cors.methods, cors.headers, cors.exposed)
        ),
        "logs": "access-logs",
    }
    if not versioned:
        # Without versions there are no old ones.
        del wanted["expire_old_versions_after_days"]
    for key, value in wanted.items():
        yield Figure(
            field=f"{field}.{key}",
            wanted=value,
            resource=bucket,
            path="LifecycleConfiguration",
            found=said[key],
            spread=True,
        )
    if spec.name:
        yield Figure(field=f"{field}.name", wanted=spec.name, resource=bucket, path="BucketName")


def _log_bucket(estate: Estate, bucket: Resource | None) -> Any:
    """The node of the bucket that access is logged in."""
    target = bucket.get("LoggingConfiguration.DestinationBucketName") if bucket else None
    found = estate.at(target)
    return found.node if found else target


def _first(rules: list[dict[str, Any]], *path: str) -> Any:
    for rule in rules:
        found: Any = rule
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None:
            return found
    return None


def _transition(rules: list[dict[str, Any]]) -> Any:
    for rule in rules:
        for each in rule.get("Transitions") or []:
            if isinstance(each, dict) and "GLACIER" in str(each.get("StorageClass")):
                return each.get("TransitionInDays")
    return None


def _algorithm(bucket: Resource | None) -> Any:
    rules = bucket.mappings("BucketEncryption.ServerSideEncryptionConfiguration") if bucket else []
    for rule in rules:
        default = rule.get("ServerSideEncryptionByDefault")
        if isinstance(default, dict):
            return default.get("SSEAlgorithm")
    return None
