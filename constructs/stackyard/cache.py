"""ElastiCache Serverless for Valkey: over TLS only, with its own users and no open door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_elasticache as elasticache

from config import aws
from config.model.optouts import NoBackups
from stackyard.cache_users import APPLICATION, ENGINE, CacheUsers
from stackyard.edges import NodeGroup
from stackyard.marks import acknowledge, belongs_to, keep
from stackyard.node import Node
from stackyard.place import Block
from stackyard.secret import value_of

if TYPE_CHECKING:
    from aws_cdk import CfnResource
    from constructs import Construct

    from config.model.valkey import ServerlessValkey, Valkey
    from stackyard.key import EnvironmentKey
    from stackyard.placement import Placement


class ServerlessCache(Block):
    """A serverless cache, its user's password, and the complete address as a secret."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        name: str,
        spec: ServerlessValkey,
        placement: Placement,
        key: EnvironmentKey,
    ) -> None:
        super().__init__(scope, construct_id)
        group = NodeGroup(
            self, "Group", node=node, vpc_id=placement.vpc_id, description=f"Cache {name}"
        )
        access = {APPLICATION: spec.access_string}
        users = CacheUsers(self, node=node, name=name, access=access, query=spec.query, key=key)
        self.cache = elasticache.CfnServerlessCache(
            self,
            "Cache",
            serverless_cache_name=name,
            description=f"Cache {name}",
            engine=ENGINE,
            major_engine_version=spec.version,
            security_group_ids=[group.group_id],
            subnet_ids=list(placement.subnet_ids),
            user_group_id=users.group.ref,
            kms_key_id=key.arn,
            snapshot_retention_limit=days_of(spec),
            daily_snapshot_time=spec.snapshot_time,
            cache_usage_limits={
                "dataStorage": {"unit": "GB", "maximum": spec.max_gb},
                "ecpuPerSecond": {"maximum": spec.max_ecpu_per_second},
            },
        )
        for kept in (self.cache, group.group):
            keep(kept)
        belongs_to(self.cache, node)
        accept_no_snapshots(self.cache, spec)
        port = aws.VALKEY_PORTS["serverless"][0]
        self.node_for_consumers = cache_node(
            users, key, group_id=group.group_id, host=self.cache.attr_endpoint_address, port=port
        )


def accept_no_snapshots(cache: CfnResource, spec: Valkey) -> None:
    """Accept that a file turns daily snapshots off, with its reason."""
    if isinstance(spec.snapshot_days, NoBackups):
        reason = f"The file turns snapshots off: {spec.snapshot_days.reason}"
        acknowledge(cache, "durability-cache-snapshots", reason=reason)


def days_of(spec: Valkey) -> int:
    """How many daily snapshots are kept."""
    return 0 if isinstance(spec.snapshot_days, NoBackups) else spec.snapshot_days


def cache_node(
    users: CacheUsers, key: EnvironmentKey, *, group_id: str, host: str, port: int
) -> Node:
    """What links may ask of a cache, and the addresses of all its users."""
    urls = users.urls(host, port)
    return Node(
        group_id=group_id,
        values={"host": host, "port": str(port), "username": APPLICATION},
        secrets={
            "url": urls[APPLICATION],
            "password": value_of(users.passwords[APPLICATION], key),
        },
        internal=urls,
    )
