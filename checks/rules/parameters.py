"""Parameters of engines: of the engine's own family, with values that it takes and can bear."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.rules.ceilings import memory_of
from checks.rules.faults import wrong
from checks.rules.naming import known_at
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
CACHE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg"
DB_GROUP = "AWS::RDS::DBParameterGroup"
# What RDS itself takes: memory in bytes by this, and never more than that.
BYTES_PER_CONNECTION, MOST_CONNECTIONS = 9_531_392, 8_388_607
EVICTING = {
    "volatile-lru",
    "allkeys-lru",
    "volatile-lfu",
    "allkeys-lfu",
    "volatile-random",
    "allkeys-random",
    "volatile-ttl",
    "noeviction",
}
CHOICES = {
    "log_statement": {"none", "ddl", "mod", "all"},
    "rds.force_ssl": {"0", "1"},
    "pg_stat_statements.track": {"none", "top", "all"},
    "maxmemory-policy": EVICTING,
}
LEAST = {
    "log_min_duration_statement": -1,
    "max_connections": 6,
    "statement_timeout": 0,
    "idle_in_transaction_session_timeout": 0,
    "timeout": 0,
    "tcp-keepalive": 0,
}
LIBRARIES = {"pg_stat_statements": "pg_stat_statements", "auto_explain": "auto_explain"} | {
    name: name for name in ("pgaudit", "pg_cron", "pg_hint_plan")
}
# Of Redis and Valkey: 0 is never, and less than this cuts whoever thinks for a while.
SHORTEST_TIMEOUT = 20


def _parameters(group: Resource) -> dict[str, Any]:
    name = "Parameters" if group.kind == DB_GROUP else "Properties"
    found = group.get(name)
    return found if isinstance(found, dict) else {}


@rule(
    "limits-parameters",
    "RDS::DBParameterGroup",
    "ElastiCache::ParameterGroup",
    title="parameters have values that the engine takes",
    why="the group is refused, or the database does not start again",
    source=f"{RDS}/Appendix.PostgreSQL.CommonDBATasks.Parameters.html",
)
def parameters(group: Resource, _: Scene) -> Iterator[Fault]:
    """Of the ones that matter: choices, least values, libraries that others need."""
    found = _parameters(group)
    place = "Parameters" if group.kind == DB_GROUP else "Properties"
    for name, value in found.items():
        choices, figure = CHOICES.get(name), number(value)
        if choices and is_literal(str(value)) and str(value) not in choices:
            yield wrong(f"{place}.{name}", f"{value}", f"say one of {', '.join(sorted(choices))}")
        least = LEAST.get(name)
        if least is not None and figure is not None and (figure < least or figure != int(figure)):
            yield wrong(f"{place}.{name}", f"{value}", f"say {least} or more")
        if name == "timeout" and figure and figure < SHORTEST_TIMEOUT:
            message = f"connections end after {value} s"
            yield wrong(f"{place}.timeout", message, f"say 0, or {SHORTEST_TIMEOUT} and more")
    loaded = found.get("shared_preload_libraries")
    for prefix, library in LIBRARIES.items():
        used = next((name for name in found if name.startswith(f"{prefix}.")), None)
        if used and (loaded is None or is_literal(loaded)) and library not in str(loaded):
            message = f"{used} does nothing without its library"
            yield wrong(f"{place}.shared_preload_libraries", message, f"load {library}")


@rule(
    "limits-eviction",
    "ElastiCache::ParameterGroup",
    title="caches say what goes when their memory is full",
    why="by default only what expires goes: a cache of other things refuses to be written to",
    source=f"{CACHE}/redis-memory-management.html",
    severity="warning",
)
def eviction(group: Resource, _: Scene) -> Iterator[Fault]:
    """The policy is said, whichever."""
    redis = "memcached" not in str(group.get("CacheParameterGroupFamily"))
    if redis and "maxmemory-policy" not in _parameters(group):
        message = "nothing says what goes when memory is full"
        yield wrong("Properties.maxmemory-policy", message, "say allkeys-lru, or noeviction")


@rule(
    "limits-connections",
    "RDS::DBInstance",
    title="a database allows as many connections as its memory bears",
    why="it runs out of memory under load, restarts, and meets the same load again",
    source=f"{RDS}/CHAP_Limits.html#RDS_Limits.MaxConnections",
)
def connections(database: Resource, scene: Scene) -> Iterator[Fault]:
    """No more than twice what RDS would allow by itself."""
    group = known_at(scene.estate, database.get("DBParameterGroupName"))
    most = number(_parameters(group).get("max_connections")) if group else None
    memory = memory_of(database.get("DBInstanceClass"))
    if group is None or most is None:
        return
    bearable = 2 * memory / BYTES_PER_CONNECTION if memory else MOST_CONNECTIONS
    if most > bearable:
        yield Fault(
            message=f"{most:g} connections on {database.get('DBInstanceClass')}",
            remedy=f"allow {bearable / 2:.0f} or fewer, or put a proxy in front",
            property="Parameters.max_connections",
            at=group,
        )


@rule(
    "limits-family",
    "RDS::DBInstance",
    "RDS::DBCluster",
    "ElastiCache::ReplicationGroup",
    title="the parameters are of the family of the engine's version",
    why="AWS refuses them, at the next upgrade at the latest",
    source=f"{RDS}/USER_WorkingWithParamGroups.html",
)
def family(store: Resource, scene: Scene) -> Iterator[Fault]:
    """postgres17 for PostgreSQL 17.11, valkey8 for Valkey 8.1, mysql8.4 for MySQL 8.4.3."""
    for name in ("DBParameterGroupName", "DBClusterParameterGroupName", "CacheParameterGroupName"):
        group = known_at(scene.estate, store.get(name))
        said = group.get("Family", group.get("CacheParameterGroupFamily")) if group else None
        meant = _family(str(store.get("Engine")), store.get("EngineVersion"))
        if group and is_literal(said) and meant and not str(said).startswith(meant):
            yield Fault(
                message=f"{said} is not the family of {store.get('Engine')} "
                f"{store.get('EngineVersion')}",
                remedy=f"say {meant}",
                property="Family" if name.startswith("DB") else "CacheParameterGroupFamily",
                at=group,
            )
        elif group and "EngineVersion" not in store.properties:
            message = f"its parameters are of {said}, its version is what AWS picks"
            yield wrong("EngineVersion", message, "say the version")


def _family(engine: str, version: Any) -> str:
    match = re.match(r"(\d+)(?:\.(\d+))?", version) if is_literal(version) else None
    if engine in ("postgres", "valkey", "aurora-postgresql") and match:
        # PostgreSQL 9.6 and older had families of two figures.
        return f"{engine}{match[1]}" if int(match[1]) >= 7 else ""
    if engine == "redis" and match:
        return f"redis{match[1]}"
    if engine in ("mysql", "mariadb") and match and match[2]:
        return f"{engine}{match[1]}.{match[2]}"
    return engine if engine in ("postgres", "valkey", "mysql", "mariadb") else ""
