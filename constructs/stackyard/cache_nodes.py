"""ElastiCache for Valkey on nodes: a primary, its replicas, failover between zones, logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_elasticache as elasticache

from config import aws
from config.model.optouts import SingleZone
from stackyard.cache import accept_no_snapshots, cache_node, days_of
from stackyard.cache_users import APPLICATION, DEPTH, DEPTH_ACCESS, ENGINE, CacheUsers
from stackyard.edges import NodeGroup
from stackyard.log_group import EncryptedLogGroup
from stackyard.marks import acknowledge, belongs_to, keep
from stackyard.names import pascal
from stackyard.place import Block

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.valkey import NodesValkey
    from stackyard.key import EnvironmentKey
    from stackyard.placement import Placement

LOGS = ("slow-log", "engine-log")


class NodesCache(Block):
    """A replication group without cluster mode, so that queues and any client work with it.

    `measured` gives it a second user, who sees how long queues are and nothing else.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        name: str,
        spec: NodesValkey,
        placement: Placement,
        key: EnvironmentKey,
        measured: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self._name, self._spec, self._key = name, spec, key
        group = NodeGroup(
            self, "Group", node=node, vpc_id=placement.vpc_id, description=f"Cache {name}"
        )
        access = {APPLICATION: spec.access_string, **({DEPTH: DEPTH_ACCESS} if measured else {})}
        users = CacheUsers(self, node=node, name=name, access=access, query=spec.query, key=key)
        subnets = elasticache.CfnSubnetGroup(
            self,
            "Subnets",
            description=f"Subnets of {name}",
            subnet_ids=list(placement.subnet_ids),
        )
        several = spec.nodes > 1
        across = several and not isinstance(spec.multi_az, SingleZone)
        self.cache = elasticache.CfnReplicationGroup(
            self,
            "Cache",
            replication_group_id=name,
            replication_group_description=f"Cache {name}",
            engine=ENGINE,
            engine_version=spec.version,
            cache_node_type=f"cache.{spec.node_class}",
            num_cache_clusters=spec.nodes,
            automatic_failover_enabled=several,
            multi_az_enabled=across,
            cache_subnet_group_name=subnets.ref,
            cache_parameter_group_name=self._parameters().ref,
            security_group_ids=[group.group_id],
            port=aws.VALKEY_PORTS["nodes"][0],
            at_rest_encryption_enabled=True,
            kms_key_id=key.arn,
            transit_encryption_enabled=True,
            user_group_ids=[users.group.ref],
            auto_minor_version_upgrade=True,
            preferred_maintenance_window=spec.maintenance_window,
            snapshot_retention_limit=days_of(spec),
            snapshot_window=spec.snapshot_window,
            log_delivery_configurations=[self._log(kind) for kind in LOGS],
        )
        for kept in (self.cache, group.group, subnets):
            keep(kept)
        belongs_to(self.cache, node)
        self._acknowledge(across=across)
        self.node_for_consumers = cache_node(
            users,
            key,
            group_id=group.group_id,
            host=self.cache.attr_primary_end_point_address,
            port=aws.VALKEY_PORTS["nodes"][0],
        )

    def _parameters(self) -> elasticache.CfnParameterGroup:
        spec = self._spec
        group = elasticache.CfnParameterGroup(
            self,
            "Parameters",
            cache_parameter_group_family=f"valkey{spec.version.split('.')[0]}",
            description=f"Parameters of {self._name}",
            properties={
                **spec.parameters,
                "maxmemory-policy": spec.policy,
                "timeout": str(spec.timeout),
                "tcp-keepalive": str(spec.keepalive),
            },
        )
        keep(group)
        return group

    def _log(self, kind: str) -> dict[str, Any]:
        logs = EncryptedLogGroup(self, pascal(kind), key=self._key, days=self._spec.log_days)
        return {
            "logType": kind,
            "logFormat": "json",
            "destinationType": "cloudwatch-logs",
            "destinationDetails": {"cloudWatchLogsDetails": {"logGroup": logs.name}},
        }

    def _acknowledge(self, *, across: bool) -> None:
        acknowledge(
            self.cache,
            "AEC6",
            reason="Users with passwords and access strings of their own are stricter than one"
            " token for everything, and ElastiCache takes one or the other",
        )
        accept_no_snapshots(self.cache, self._spec)
        if not across and isinstance(self._spec.multi_az, SingleZone):
            reason = f"The file keeps the cache in one zone: {self._spec.multi_az.reason}"
            acknowledge(self.cache, "AEC4", reason=reason)
