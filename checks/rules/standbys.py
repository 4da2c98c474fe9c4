"""Databases and caches with a standby in another zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.ecs import is_off, is_open, placed
from checks.rules.rule import Fault, rule
from checks.rules.values import is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
INSTANCE = "AWS::RDS::DBInstance"
# A primary and five replicas.
MOST_NODES = 6


@rule(
    "availability-database",
    "RDS::DBInstance",
    "RDS::DBCluster",
    title="databases have a standby in another zone",
    why="the failure of one zone, and every change of size, is an outage otherwise",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html",
    production=True,
)
def database(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A standby for instances, a second instance for clusters of Aurora."""
    aurora = str(resource.get("Engine")).startswith("aurora")
    if resource.kind == INSTANCE:
        part = resource.get("DBClusterIdentifier") or resource.get("SourceDBInstanceIdentifier")
        if not part and not aurora and is_off(resource.get("MultiAZ")):
            yield Fault(
                message="stands in one zone, without a standby",
                remedy="set MultiAZ to true",
                property="MultiAZ",
            )
    elif aurora and len(scene.estate.users_of(resource, INSTANCE)) == 1:
        yield Fault(
            message="has one instance, so nothing takes over",
            remedy="add a second instance in another zone",
        )


@rule(
    "availability-cache",
    "ElastiCache::ReplicationGroup",
    title="caches have a replica in another zone that takes over",
    why="the failure of one node or zone is an outage otherwise, and what was not saved is gone",
    source=f"{DOCS}/AmazonElastiCache/latest/dg/AutoFailover.html",
)
def cache(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Two nodes, failover and several zones in production; nothing that contradicts anywhere."""
    nodes, path = _nodes(resource)
    failover = resource.get("AutomaticFailoverEnabled")
    spread = resource.get("MultiAZEnabled")
    if nodes is not None and nodes > MOST_NODES:
        message = f"asks for {nodes:g} nodes, and AWS makes {MOST_NODES} at most"
        yield Fault(message=message, remedy="ask for 2 to 6", property=path)
    if nodes is not None and nodes < 2 and (scene.production or is_true(failover)):
        message = "has no replica that could take over"
        yield Fault(message=message, remedy="have two nodes or more", property=path)
    if is_off(failover) and (scene.production or is_true(spread)):
        yield Fault(
            message="no replica takes over when the primary fails",
            remedy="set AutomaticFailoverEnabled to true",
            property="AutomaticFailoverEnabled",
        )
    if scene.production and is_off(spread):
        yield Fault(
            message="all its nodes may stand in one zone",
            remedy="set MultiAZEnabled to true",
            property="MultiAZEnabled",
        )


def _nodes(resource: Resource) -> tuple[float | None, str]:
    """How many nodes a shard has, and the property that says so."""
    shards = placed(resource.get("NodeGroupConfiguration"), "NodeGroupConfiguration")
    if shards:
        counts = [(number(shard.get("ReplicaCount")), path) for path, shard in shards]
        known = [(count + 1, f"{path}.ReplicaCount") for count, path in counts if count is not None]
        return min(known) if known else (None, "")
    if resource.get("ReplicasPerNodeGroup") is not None:
        replicas = number(resource.get("ReplicasPerNodeGroup"))
        return (None if replicas is None else replicas + 1), "ReplicasPerNodeGroup"
    if (number(resource.get("NumNodeGroups")) or 1) > 1:
        return None, ""
    return number(resource.get("NumCacheClusters", 1)), "NumCacheClusters"


@rule(
    "availability-single-cache",
    "ElastiCache::CacheCluster",
    title="caches of Redis or Valkey are replication groups in production",
    why="a cluster of this type has one node, and nothing takes over when it fails",
    source=f"{DOCS}/AmazonElastiCache/latest/dg/Replication.html",
    production=True,
)
def single_cache(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Memcached has no replicas to ask for."""
    engine = resource.get("Engine")
    if engine in ("redis", "valkey"):
        yield Fault(
            message=f"is one node of {engine}",
            remedy="make it an AWS::ElastiCache::ReplicationGroup with a replica",
        )


@rule(
    "availability-replica-zone",
    "RDS::DBInstance",
    title="a read replica that says its zone stands in another one than its source",
    why="one zone would take both along, and the replica could not stand in",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/USER_ReadRepl.html",
    production=True,
)
def replica_zone(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Apart, where both say where."""
    source = scene.estate.at(resource.get("SourceDBInstanceIdentifier"))
    zone = resource.get("AvailabilityZone")
    if source and zone and not is_open(zone) and zone == source.get("AvailabilityZone"):
        yield Fault(
            message=f"stands in {zone}, as its source does",
            remedy="choose another zone, or leave it to AWS",
            property="AvailabilityZone",
        )
