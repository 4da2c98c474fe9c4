"""cdk-nag over all that keeps data: no finding is open, and no acknowledgement is idle."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from config.credentials import Credential
from config.model.buckets import Bucket as BucketSpec
from config.model.network import Network as NetworkSpec
from config.model.secrets import GeneratedSecret
from config.model.valkey import NodesValkey
from stackyard.bucket import Bucket, LogBucket
from stackyard.cache_nodes import NodesCache
from stackyard.database_admin import DatabaseAdmin
from stackyard.database_proxy import DatabaseProxy
from stackyard.database_replica import replica
from stackyard.key import EnvironmentKey
from stackyard.network import Network
from stackyard.queue_depth import QueueDepth
from stackyard.secret import made_up_secret
from stackyard.stack import EnvironmentStack
from tests.components.building import ZONES, placement_in, spec, stack_in
from tests.components.nag import acknowledged, judged, needed
from tests.components.stores import database_in

SINGLE = {"multi_az": {"off": True, "reason": "A trial system"}}
CACHES: dict[str, dict[str, Any]] = {
    "cache": {},
    "broker": {"holds": "queue"},
    "alone": {"nodes": 1, **SINGLE},
    "together": SINGLE,
}


@pytest.fixture(scope="module")
def findings(folder: Path) -> Path:
    """The assembly of a stack with everything; its synthesis fails where a finding is open."""
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Stores", logs=True)
    common: dict[str, Any] = {"placement": placement_in(stack), "key": key}
    for name, fields in CACHES.items():
        add_cache(stack, name, common, fields)
    add_database(stack, common)
    logs = LogBucket(stack, "AccessLogs", of_balancer=True, of_buckets=True)
    files = spec(BucketSpec, kind="bucket", expire_after_days=1)
    Bucket(stack, "Files", node="files", spec=files, key=key, logs=logs)
    LogBucket(stack, "BalancerLogs", of_balancer=True, of_buckets=False)
    secret = spec(GeneratedSecret, generate=True, description="Signs")
    made_up_secret(stack, "Signing", node="signing", spec=secret, key=key)
    add_network(stack, key)
    judged(stack)
    return folder


def add_cache(
    stack: EnvironmentStack, name: str, common: dict[str, Any], fields: dict[str, Any]
) -> None:
    small = {"kind": "valkey", "topology": "nodes", "class": "t4g.small"}
    cache = NodesCache(
        stack,
        name.title(),
        node=name,
        name=f"demo-{name}",
        spec=spec(NodesValkey, **small, **fields),
        measured=name == "broker",
        **common,
    )
    if name == "broker":
        QueueDepth(
            stack,
            "BrokerDepth",
            node="broker-depth",
            store=name,
            url=cache.node_for_consumers.internal["depth"],
            queues={"worker": ["celery"]},
            namespace="demo/queues",
            out=(),
            log_days=30,
            **common,
        )


def add_database(stack: EnvironmentStack, common: dict[str, Any]) -> None:
    database = database_in(stack, "orders", monitoring_seconds=60, **common)
    replica(stack, "OrdersReplica", node="orders", database=database, key=common["key"])
    pooled: dict[str, Any] = {"store": "orders", "database": database, "out": (), **common}
    proxy = DatabaseProxy(stack, "OrdersProxy", node="orders-proxy", logins=["app"], **pooled)
    DatabaseAdmin(
        stack,
        "OrdersAdmin",
        node="orders-admin",
        credentials=[Credential("orders", "app", "application", {}, None, via="proxy")],
        hosts={"proxy": proxy.host},
        colours=proxy.colours,
        **pooled,
    )


def add_network(stack: EnvironmentStack, key: EnvironmentKey) -> None:
    zones = dict(zip(ZONES, ("use1-az6", "use1-az1"), strict=True))
    nat = {"kind": "instance", "reason": "A trial system"}
    Network(
        stack,
        "Network",
        name="demo-prod",
        spec=spec(NetworkSpec, cidr="10.0.0.0/16", zones=zones, nat=nat),
        tiers=("public", "private", "isolated"),
        ports_out=(443,),
        endpoints={},
        key=key,
    )


def ours(findings: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Without what CDK itself accepts for a whole stack."""
    return {(place, finding) for place, finding in findings if place}


def test_every_acknowledgement_is_needed_where_it_stands(findings: Path) -> None:
    assert ours(acknowledged(findings)) == ours(needed(findings))


def test_what_is_accepted_is_this_and_no_more(findings: Path) -> None:
    accepted = defaultdict(set)
    for place, finding in ours(acknowledged(findings)):
        accepted[place.partition("/")[0]].add(finding.partition("[")[0])
    cache = {"AEC6", "SMG4"}
    assert accepted == {
        "Cache": cache,
        "Broker": cache,
        "Alone": cache | {"AEC4"},
        "Together": cache | {"AEC4"},
        "BrokerDepth": {"IAM5"},
        "Orders": {"RDS11", "IAM5"},
        "OrdersReplica": {"RDS2", "RDS3", "RDS11"},
        "OrdersProxy": {"SMG4"},
        "OrdersAdmin": {"IAM5"},
        "BalancerLogs": {"S1"},
        "Signing": {"SMG4"},
        "Network": {"EC28", "EC29"},
    }
