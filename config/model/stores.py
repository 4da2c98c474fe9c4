"""What keeps: databases, caches, buckets, secrets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.model.base import (
    ClockTime,
    DailyWindow,
    LogDays,
    OptOut,
    Part,
    SecretName,
    WeeklyWindow,
    fitting,
)

# What RDS and ElastiCache both take, with room for what is appended to it.
StoreName = Annotated[
    str,
    fitting(
        r"^[a-z]([a-z0-9]|-[a-z0-9]){0,30}$", "small letters, digits and single hyphens, 31 at most"
    ),
]
LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
BucketName = Annotated[
    str,
    fitting(
        rf"^{LABEL}(\.{LABEL})*$",
        "a bucket's name: small letters, digits, hyphens and single dots",
        min_length=3,
        max_length=63,
    ),
]


class NoBackups(OptOut):
    """No automated backups, with the reason."""

    none: Literal[True]


class SingleZone(OptOut):
    """One zone only, with the reason."""

    off: Literal[True]


class MasterUser(Part):
    """RDS's master user and the name of the secret that holds its password."""

    username: Annotated[
        str, fitting(r"^[a-z][a-z0-9_]{0,15}$", "16 small letters, digits and underscores at most")
    ] = "postgres_admin"
    secret: SecretName | None = None


class Postgres(Part):
    """RDS for PostgreSQL. Sizes in GiB, days, and RDS's own class names without `db.`."""

    kind: Literal["postgres"]
    name: StoreName | None = None
    version: Annotated[
        str, fitting(r"^\d{2}\.\d{1,2}$", "major and minor version in quotes, such as 17.11")
    ]
    instance_class: Annotated[
        str,
        Field(alias="class"),
        fitting(r"^[a-z0-9]+\.[a-z0-9]+$", "a class without `db.`, such as t4g.small"),
    ]
    database: Annotated[
        str, fitting(r"^[a-z][a-z0-9_]{0,62}$", "small letters, digits and underscores")
    ]
    storage_gb: Annotated[int, Field(ge=20, le=65536)] = 20
    max_storage_gb: Annotated[int, Field(ge=20, le=65536)] | None = None
    multi_az: Literal[True] | SingleZone = True
    backup_days: Annotated[int, Field(ge=1, le=35)] | NoBackups = 7
    backup_window: DailyWindow = "03:00-04:00"
    maintenance_window: WeeklyWindow = "sun:04:30-sun:05:30"
    max_connections: Annotated[int, Field(ge=6, le=262143)] = 100
    parameters: dict[str, str] = {}
    master: MasterUser = MasterUser()
    rotation_days: Annotated[int, Field(ge=1, le=1000)] = 30
    log_days: LogDays = 90
    certificate_authority: Literal["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"] = (
        "rds-ca-rsa2048-g1"
    )


class Valkey(Part):
    """ElastiCache for Valkey, which speaks the Redis protocol.

    `snapshot_days` are the automatic daily backups; `max_gb` and `max_ecpu_per_second` cap what
    a serverless cache may grow to and cost.
    """

    kind: Literal["valkey"]
    name: StoreName | None = None
    topology: Literal["serverless"]
    version: Literal["7", "8"] = "8"
    snapshot_days: Annotated[int, Field(ge=1, le=35)] | NoBackups = 1
    snapshot_time: ClockTime = "05:00"
    max_gb: Annotated[int, Field(ge=1, le=5000)] = 5
    max_ecpu_per_second: Annotated[int, Field(ge=1000, le=15_000_000)] = 5000
    # INFO is what clients ask for when they connect; the rest of @dangerous stays shut.
    access_string: str = "on ~* &* +@all -@admin -@dangerous +info"


class AwsKey(OptOut):
    """Encryption by S3's own keys instead of the environment's, with the reason."""

    kind: Literal["s3"]


class Unversioned(OptOut):
    """No object versions, with the reason."""

    off: Literal[True]


class Bucket(Part):
    """An S3 bucket: private, encrypted, versioned, over TLS only. Days are of an object's age."""

    kind: Literal["bucket"]
    name: BucketName | None = None
    versioned: Literal[True] | Unversioned = True
    encryption: Literal["key"] | AwsKey = "key"
    expire_old_versions_after_days: Annotated[int, Field(ge=1)] = 90


Store = Annotated[Postgres | Valkey | Bucket, Field(discriminator="kind")]


class BroughtSecret(Part):
    """A secret whose value the team puts in itself; it never stands in a template.

    With `keys` the value is a JSON object with exactly these keys, else it is plain text.
    """

    brought: Literal[True]
    name: SecretName | None = None
    description: str
    keys: tuple[str, ...] = ()
