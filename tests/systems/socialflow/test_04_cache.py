"""4. Cache layer: ElastiCache, and the broker that Celery needs beside it."""

import pytest

from tests.systems.parts import container_of, of_node, secrets_of
from tests.systems.reading import Reading, Thing

STORES = ("cache", "broker")
TYPES = {"dev": "cache.t3.micro", "staging": "cache.t3.small", "prod": "cache.r6g.large"}
NODES = {"dev": 1, "staging": 2, "prod": 3}
FAILOVER = {"dev": False, "staging": True, "prod": True}
SNAPSHOT_DAYS = {"dev": 5, "staging": 5, "prod": 7}
BROKER_NODES = {"dev": 1, "staging": 2, "prod": 2}


@pytest.fixture(params=STORES)
def either(request: pytest.FixtureRequest, read: Reading) -> Thing:
    """The cache of the document, and the broker, which shares all that is no size."""
    return of_node(read, "AWS::ElastiCache::ReplicationGroup", request.param)


def test_the_cache_and_the_broker_are_all_there_is(
    read: Reading, cache: Thing, broker: Thing
) -> None:
    kinds = ("ReplicationGroup", "CacheCluster", "ServerlessCache")
    assert read.all(*(f"AWS::ElastiCache::{kind}" for kind in kinds)) == [cache, broker]


def test_the_engine_speaks_redis(either: Thing) -> None:
    # Deviation: Valkey 8.1 for Redis 7.0.
    assert (either["Engine"], either["EngineVersion"]) == ("valkey", "8.1")
    assert either["Port"] == 6379


def test_nodes_are_the_environments(cache: Thing, stage: str) -> None:
    assert cache["CacheNodeType"] == TYPES[stage]
    assert cache["NumCacheClusters"] == NODES[stage]


def test_the_broker_has_as_many_zones_as_the_environment(broker: Thing, stage: str) -> None:
    assert broker["NumCacheClusters"] == BROKER_NODES[stage]


def test_a_replica_takes_over_in_staging_and_production(either: Thing, stage: str) -> None:
    assert either["AutomaticFailoverEnabled"] is FAILOVER[stage]
    assert either["MultiAZEnabled"] is FAILOVER[stage]


def test_the_cache_has_the_documents_parameters(read: Reading, cache: Thing) -> None:
    group = read.at(cache["CacheParameterGroupName"])
    assert group["CacheParameterGroupFamily"] == "valkey8"
    assert group["Properties"] == {
        "maxmemory-policy": "allkeys-lru",
        "timeout": "300",
        "tcp-keepalive": "300",
    }


def test_the_broker_evicts_nothing_and_leaves_its_workers_connected(
    read: Reading, broker: Thing
) -> None:
    assert read.at(broker["CacheParameterGroupName"])["Properties"] == {
        "maxmemory-policy": "noeviction",
        "timeout": "0",
        "tcp-keepalive": "300",
    }


@pytest.mark.parametrize("service", ["app", "worker", "beat"])
def test_programs_know_the_cache_and_the_broker_apart(
    read: Reading, cache: Thing, broker: Thing, service: str
) -> None:
    secrets = secrets_of(container_of(read, service))
    # Each client has a word of its own for a certificate that it checks.
    known = {
        "REDIS_URL": (cache, "ssl_cert_reqs=required"),
        "CELERY_BROKER_URL": (broker, "ssl_cert_reqs=CERT_REQUIRED"),
    }
    for variable, (store, query) in known.items():
        address = read.at(secrets[variable])["SecretString"]
        assert address.endswith(f"@{store.att('PrimaryEndPoint.Address')}:6379/0?{query}")


# Security.


def test_it_is_encrypted_at_rest(either: Thing, key: Thing) -> None:
    assert either["AtRestEncryptionEnabled"] is True
    assert either["KmsKeyId"] == key.att("Arn")


def test_it_is_encrypted_in_transit(read: Reading, either: Thing) -> None:
    assert either["TransitEncryptionEnabled"] is True
    addresses = [
        secret["SecretString"]
        for secret in read.all("AWS::SecretsManager::Secret")
        if either.att("PrimaryEndPoint.Address") in secret.get("SecretString", "")
    ]
    assert addresses
    assert [address for address in addresses if not address.startswith("rediss://")] == []


def test_nobody_is_let_in_without_a_password(read: Reading, either: Thing) -> None:
    (group,) = either["UserGroupIds"]
    users = [read.at(user) for user in read.at(group)["UserIds"]]
    assert {user["AccessString"] for user in users if user["UserName"] == "default"} == {
        "off -@all"
    }
    assert [user for user in users if not user.get("Passwords")] == []


# Monitoring, backups, patches.


@pytest.mark.parametrize("kind", ["slow-log", "engine-log"])
def test_its_logs_reach_cloudwatch(read: Reading, either: Thing, key: Thing, kind: str) -> None:
    (log,) = [each for each in either["LogDeliveryConfigurations"] if each["LogType"] == kind]
    assert log["DestinationType"] == "cloudwatch-logs"
    group = read.at(log["DestinationDetails"]["CloudWatchLogsDetails"]["LogGroup"])
    assert group["RetentionInDays"] == 30
    assert group["KmsKeyId"] == key.att("Arn")


def test_snapshots_are_kept_five_to_seven_days(either: Thing, stage: str) -> None:
    assert either["SnapshotRetentionLimit"] == SNAPSHOT_DAYS[stage]


def test_minor_versions_are_installed_by_themselves(either: Thing) -> None:
    assert either["AutoMinorVersionUpgrade"] is True
