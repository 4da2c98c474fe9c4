"""A cache on nodes: failover, TLS, parameters, snapshots, logs; what a file may turn off."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config.model.valkey import NodesValkey
from stackyard.cache_nodes import NodesCache
from stackyard.key import EnvironmentKey
from tests.components.building import Made, Properties, made, placement_in, spec, stack_in
from tests.components.stores import GROUP, described, offered, password, pointed_at

KIND = "AWS::ElastiCache::ReplicationGroup"
SINGLE = {"off": True, "reason": "A trial system"}
FIELDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "queue": {
        "version": "7.2",
        "nodes": 3,
        "holds": "queue",
        "timeout": 600,
        "keepalive": 60,
        "parameters": {"maxmemory-policy": "allkeys-lru", "timeout": "1", "notify": "Ex"},
        "snapshot_days": 5,
        "snapshot_window": "01:00-02:00",
        "maintenance_window": "mon:02:30-mon:03:30",
        "log_days": 30,
    },
    "alone": {
        "version": "9.0",
        "nodes": 1,
        "multi_az": SINGLE,
        "eviction": "volatile-ttl",
        "snapshot_days": {"none": True, "reason": "Only sessions"},
    },
    "one-zone": {"multi_az": SINGLE},
}


class Caches(NamedTuple):
    made: Made
    nodes: dict[str, dict[str, str]]
    accepted: dict[str, str]

    def of(self, name: str) -> Properties:
        """A cache's properties."""
        return self.made.only(KIND, ReplicationGroupId=f"demo-{name}")

    def parameters(self, name: str) -> Properties:
        """A cache's parameter group."""
        return pointed_at(self.made, self.of(name)["CacheParameterGroupName"])


@pytest.fixture(scope="module")
def caches(folder: Path) -> Caches:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Caches", logs=True)
    placement = placement_in(stack)
    found = {
        name: NodesCache(
            stack,
            name.title(),
            node=name,
            name=f"demo-{name}",
            spec=spec(NodesValkey, kind="valkey", topology="nodes", **{"class": "t4g.small"}, **f),
            placement=placement,
            key=key,
            measured=False,
        )
        for name, f in FIELDS.items()
    }
    nodes = {name: offered(stack, each.node_for_consumers) for name, each in found.items()}
    accepted = {
        name: " ".join(str(each.data) for each in cache.cache.node.metadata)
        for name, cache in found.items()
    }
    return Caches(made(stack), nodes, accepted)


def test_without_a_word_everything_is_safe(caches: Caches) -> None:
    expected = {
        "Engine": "valkey",
        "EngineVersion": "8.1",
        "CacheNodeType": "cache.t4g.small",
        "NumCacheClusters": 2,
        "AutomaticFailoverEnabled": True,
        "MultiAZEnabled": True,
        "AtRestEncryptionEnabled": True,
        "TransitEncryptionEnabled": True,
        "AutoMinorVersionUpgrade": True,
        "Port": 6379,
        "SnapshotRetentionLimit": 1,
        "SnapshotWindow": "05:00-06:00",
        "PreferredMaintenanceWindow": "sun:06:30-sun:07:30",
    }
    plain = caches.of("plain")
    assert {key: plain[key] for key in expected} == expected


@pytest.mark.parametrize("name", FIELDS)
def test_no_file_turns_tls_or_encryption_off(caches: Caches, name: str) -> None:
    (key,) = caches.made.whole("AWS::KMS::Key")
    cache = caches.of(name)
    assert cache["TransitEncryptionEnabled"] is True
    # `preferred` would let in clients that speak plain text.
    assert cache.get("TransitEncryptionMode", "required") == "required"
    assert (cache["AtRestEncryptionEnabled"], cache["KmsKeyId"]) == (True, f"<{key}.Arn>")


@pytest.mark.parametrize("name", FIELDS)
def test_who_comes_in_is_a_user_of_its_group_and_never_a_token(caches: Caches, name: str) -> None:
    group = described(caches.made, "AWS::ElastiCache::UserGroup", f"demo-{name}", by="UserGroupId")
    assert caches.of(name)["UserGroupIds"] == [group]
    assert "AuthToken" not in caches.of(name)


@pytest.mark.parametrize(
    ("name", "nodes", "failover", "zones"),
    [
        ("plain", 2, True, True),
        ("queue", 3, True, True),
        # Failover within one zone is still one.
        ("one-zone", 2, True, False),
        # ElastiCache refuses both of a single node.
        ("alone", 1, False, False),
    ],
)
def test_a_replica_takes_over_where_there_is_one(
    caches: Caches, name: str, nodes: int, failover: bool, zones: bool
) -> None:
    cache = caches.of(name)
    assert cache["NumCacheClusters"] == nodes
    assert (cache["AutomaticFailoverEnabled"], cache["MultiAZEnabled"]) == (failover, zones)


@pytest.mark.parametrize("name", FIELDS)
def test_cluster_mode_is_off_so_that_a_queue_has_one_place(caches: Caches, name: str) -> None:
    shards = {"NumNodeGroups", "ReplicasPerNodeGroup", "NodeGroupConfiguration", "ClusterMode"}
    assert not shards & caches.of(name).keys()
    assert "cluster-enabled" not in caches.parameters(name)["Properties"]


@pytest.mark.parametrize(
    ("name", "family", "said"),
    [
        ("plain", "valkey8", ("allkeys-lru", "0", "300")),
        ("queue", "valkey7", ("noeviction", "600", "60")),
        ("alone", "valkey9", ("volatile-ttl", "0", "300")),
    ],
)
def test_parameters_say_what_is_evicted_and_when_idle_clients_are_dropped(
    caches: Caches, name: str, family: str, said: tuple[str, str, str]
) -> None:
    group = caches.parameters(name)
    assert group["CacheParameterGroupFamily"] == family
    more = {"notify": "Ex"} if name == "queue" else {}
    keys = ("maxmemory-policy", "timeout", "tcp-keepalive")
    assert group["Properties"] == {**dict(zip(keys, said, strict=True)), **more}


def test_snapshots_and_windows_are_the_files(caches: Caches) -> None:
    queue = caches.of("queue")
    assert (queue["SnapshotRetentionLimit"], queue["SnapshotWindow"]) == (5, "01:00-02:00")
    assert queue["PreferredMaintenanceWindow"] == "mon:02:30-mon:03:30"
    assert caches.of("alone")["SnapshotRetentionLimit"] == 0


@pytest.mark.parametrize(("name", "days"), [("plain", 90), ("queue", 30)])
def test_slow_and_engine_log_go_to_groups_with_key_and_end(
    caches: Caches, name: str, days: int
) -> None:
    (key,) = caches.made.whole("AWS::KMS::Key")
    groups = {}
    for each in caches.of(name)["LogDeliveryConfigurations"]:
        assert (each["LogFormat"], each["DestinationType"]) == ("json", "cloudwatch-logs")
        group = each["DestinationDetails"]["CloudWatchLogsDetails"]["LogGroup"]
        expected = {"KmsKeyId": f"<{key}.Arn>", "RetentionInDays": days}
        assert pointed_at(caches.made, group) == expected
        groups[each["LogType"]] = group
    assert groups.keys() == {"slow-log", "engine-log"}
    assert len(set(groups.values())) == 2


def test_it_is_in_its_own_closed_group_and_the_given_subnets(caches: Caches) -> None:
    plain = caches.of("plain")
    group = described(caches.made, GROUP, "Cache demo-plain", by="GroupDescription")
    assert plain["SecurityGroupIds"] == [group.replace(">", ".GroupId>")]
    assert "SecurityGroupIngress" not in pointed_at(caches.made, group)
    subnets = pointed_at(caches.made, plain["CacheSubnetGroupName"])
    assert subnets["SubnetIds"] == ["subnet-1", "subnet-2"]
    assert not caches.made.whole("AWS::EC2::SecurityGroupIngress")


def test_consumers_get_the_primary_whoever_it_is(caches: Caches) -> None:
    cache = described(caches.made, KIND, "demo-plain", by="ReplicationGroupId")
    host = cache.replace(">", ".PrimaryEndPoint.Address>")
    node = caches.nodes["plain"]
    assert (node["host"], node["port"], node["username"]) == (host, "6379", "app")
    url = pointed_at(caches.made, node["url"])["SecretString"]
    assert url == f"rediss://app:{password(node['password'])}@{host}:6379/0"


def test_what_a_file_turns_off_is_accepted_with_the_files_reason(caches: Caches) -> None:
    assert "AwsSolutions-AEC4" not in caches.accepted["plain"]
    assert "A trial system" in caches.accepted["alone"]


def test_all_that_a_cache_stands_on_outlives_the_stack(caches: Caches) -> None:
    groups = ("SubnetGroup", "ParameterGroup", "UserGroup", "User")
    kinds = [KIND, GROUP, "AWS::Logs::LogGroup", *(f"AWS::ElastiCache::{g}" for g in groups)]
    for kind in kinds:
        found = caches.made.whole(kind).values()
        assert len(found) >= len(FIELDS), kind
        assert {each["DeletionPolicy"] for each in found} == {"RetainExceptOnCreate"}, kind
        assert {each["UpdateReplacePolicy"] for each in found} == {"Retain"}, kind
