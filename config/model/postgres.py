"""RDS for PostgreSQL."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.model.base import (
    ClassName,
    DailyWindow,
    LogDays,
    Part,
    SecretName,
    StoreName,
    WeeklyWindow,
    fitting,
)
from config.model.optouts import NoBackups, SingleZone

MOST_STORAGE_GB = 65536
ExtensionName = Annotated[
    str, fitting(r"^[a-z][a-z0-9_-]{0,62}$", "an extension's name such as vector")
]


class MasterUser(Part):
    """RDS's master user and the name of the secret that holds its password."""

    username: Annotated[
        str, fitting(r"^[a-z][a-z0-9_]{0,15}$", "16 small letters, digits and underscores at most")
    ] = "postgres_admin"
    secret: SecretName | None = None


class Postgres(Part):
    """RDS for PostgreSQL. Sizes in GiB, days, and RDS's own class names without `db.`.

    Storage grows by itself up to `max_storage_gb`, or to five times `storage_gb`.
    `monitoring_seconds` is the interval of Enhanced Monitoring; `insights` the mode of CloudWatch
    Database Insights, where `advanced` keeps 15 months and costs by vCPU. `replica` adds
    a read replica, `proxy` puts RDS Proxy in front, with 70 percent of the connections: links
    choose them by `via`. RDS wants a replica upgraded first: before a new `version`, say it to
    `aws rds modify-db-instance` for `<name>-replica`, and reboot that for new `max_connections`.
    """

    kind: Literal["postgres"]
    name: StoreName | None = None
    version: Annotated[
        str, fitting(r"^\d{2}\.\d{1,2}$", "major and minor version in quotes, such as 17.11")
    ]
    instance_class: Annotated[ClassName, Field(alias="class")]
    database: Annotated[
        str, fitting(r"^[a-z][a-z0-9_]{0,62}$", "small letters, digits and underscores")
    ]
    extensions: tuple[ExtensionName, ...] = ()
    storage_gb: Annotated[int, Field(ge=20, le=MOST_STORAGE_GB)] = 20
    max_storage_gb: Annotated[int, Field(ge=20, le=MOST_STORAGE_GB)] | None = None
    multi_az: Literal[True] | SingleZone = True
    replica: bool = False
    proxy: bool = False
    backup_days: Annotated[int, Field(ge=1, le=35)] | NoBackups = 7
    backup_window: DailyWindow = "03:00-04:00"
    maintenance_window: WeeklyWindow = "sun:04:30-sun:05:30"
    max_connections: Annotated[int, Field(ge=6, le=262143)] = 100
    parameters: dict[str, str] = {}
    master: MasterUser = MasterUser()
    rotation_days: Annotated[int, Field(ge=1, le=1000)] = 30
    monitoring_seconds: Literal[1, 5, 10, 15, 30, 60] | None = None
    insights: Literal["standard", "advanced"] = "standard"
    log_days: LogDays = 90
    certificate_authority: Literal["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"] = (
        "rds-ca-rsa2048-g1"
    )

    @property
    def ceiling_gb(self) -> int:
        """How far storage grows by itself; five times its size where the file does not say."""
        return self.max_storage_gb or min(5 * self.storage_gb, MOST_STORAGE_GB)
