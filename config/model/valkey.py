"""ElastiCache for Valkey, which speaks the Redis protocol: serverless, or on nodes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.model.base import (
    ClassName,
    ClockTime,
    DailyWindow,
    LogDays,
    Part,
    StoreName,
    WeeklyWindow,
)
from config.model.optouts import NoBackups, SingleZone

EVICTING = (
    "allkeys-lru", "allkeys-lfu", "allkeys-random",
    "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
)  # fmt: skip
Eviction = Literal[
    "noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random",
    "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
]  # fmt: skip


class Valkey(Part):
    """What both topologies have.

    `snapshot_days` are the automatic daily backups. `access_string` is what the programs' user
    may do, `query` what their client wants at the end of the address (Celery: `ssl_cert_reqs`).
    """

    kind: Literal["valkey"]
    name: StoreName | None = None
    snapshot_days: Annotated[int, Field(ge=1, le=35)] | NoBackups = 1
    query: dict[str, str] = {}
    # INFO is what clients ask for when they connect; the rest of @dangerous stays shut.
    access_string: str = "on ~* &* +@all -@admin -@dangerous +info"


class ServerlessValkey(Valkey):
    """A cache that AWS scales; `max_gb` and `max_ecpu_per_second` cap what it may cost."""

    topology: Literal["serverless"]
    version: Literal["7", "8"] = "8"
    snapshot_time: ClockTime = "05:00"
    max_gb: Annotated[int, Field(ge=1, le=5000)] = 5
    max_ecpu_per_second: Annotated[int, Field(ge=1000, le=15_000_000)] = 5000

    @property
    def holds(self) -> str:
        """A queue can't live here: its keys would lie in different slots."""
        return "cache"


class NodesValkey(Valkey):
    """A replication group: one primary and `nodes` - 1 replicas, failover where there are any.

    `holds: queue` is for what must not be lost (Celery, BullMQ): nothing is evicted then. Idle
    connections are closed after `timeout` seconds (0: never), and asked for a sign of life every
    `keepalive` seconds. Windows are in UTC; `parameters` are further ones of ElastiCache.
    """

    topology: Literal["nodes"]
    version: Literal["7.2", "8.0", "8.1", "8.2", "9.0"] = "8.1"
    node_class: Annotated[ClassName, Field(alias="class")]
    nodes: Annotated[int, Field(ge=1, le=6)] = 2
    multi_az: Literal[True] | SingleZone = True
    holds: Literal["cache", "queue"] = "cache"
    eviction: Eviction | None = None
    timeout: Annotated[int, Field(ge=0, le=86400)] = 0
    keepalive: Annotated[int, Field(ge=0, le=86400)] = 300
    parameters: dict[str, str] = {}
    snapshot_window: DailyWindow = "05:00-06:00"
    maintenance_window: WeeklyWindow = "sun:06:30-sun:07:30"
    log_days: LogDays = 90

    @property
    def policy(self) -> str:
        """What happens when memory is full."""
        return self.eviction or ("noeviction" if self.holds == "queue" else "allkeys-lru")
