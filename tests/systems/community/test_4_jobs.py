"""MVP architecture: ElastiCache as cache and job queue, with BullMQ's worker."""

import json

import pytest

from tests.systems.parts import container_of, policies_of, secrets_of, tiers
from tests.systems.reading import Reading, Thing


def test_there_is_one_store_for_queue_and_cache(read: Reading, jobs: Thing) -> None:
    kinds = ("ReplicationGroup", "CacheCluster", "ServerlessCache")
    assert read.all(*(f"AWS::ElastiCache::{kind}" for kind in kinds)) == [jobs]


def test_the_engine_speaks_redis(jobs: Thing) -> None:
    # Deviation: Valkey for Redis. The class is ours.
    assert (jobs["Engine"], jobs["EngineVersion"]) == ("valkey", "8.1")
    assert jobs["CacheNodeType"] == "cache.t4g.small"
    assert jobs["Port"] == 6379


def test_it_can_hold_bullmqs_queues(read: Reading, jobs: Thing) -> None:
    # BullMQ wants noeviction, and scripts whose keys lie in one slot: one shard on nodes.
    properties = read.at(jobs["CacheParameterGroupName"])["Properties"]
    assert properties["maxmemory-policy"] == "noeviction"
    # A worker's blocking connection is idle most of its time.
    assert properties["timeout"] == "0"
    assert "cluster-enabled" not in properties
    assert not jobs.properties.keys() & {"NumNodeGroups", "ClusterMode"}


def test_a_replica_in_another_zone_takes_over(jobs: Thing) -> None:
    assert jobs["NumCacheClusters"] == 2
    assert jobs["AutomaticFailoverEnabled"] is True
    assert jobs["MultiAZEnabled"] is True


def test_it_is_in_subnets_without_a_way_out(read: Reading, jobs: Thing) -> None:
    subnets = read.at(jobs["CacheSubnetGroupName"])["SubnetIds"]
    assert tiers(read, subnets) == {"Isolated"}
    assert read.zones(subnets) == ["us-east-1a", "us-east-1b"]


def test_it_is_encrypted_at_rest_and_on_the_way(jobs: Thing, key: Thing) -> None:
    assert jobs["AtRestEncryptionEnabled"] is True
    assert jobs["KmsKeyId"] == key.att("Arn")
    assert jobs["TransitEncryptionEnabled"] is True


def test_jobs_can_be_brought_back_for_a_week(jobs: Thing) -> None:
    # The document gives no days for it: these are the database's.
    assert jobs["SnapshotRetentionLimit"] == 7


@pytest.mark.parametrize("service", ["app", "worker"])
def test_programs_know_its_address_as_a_secret(read: Reading, jobs: Thing, service: str) -> None:
    url = read.at(secrets_of(container_of(read, service))["REDIS_URL"])
    address = url["SecretString"]
    assert address.startswith("rediss://app:")
    assert address.endswith(f"@{jobs.att('PrimaryEndPoint.Address')}:6379/0")


def test_workers_follow_the_depth_of_bullmqs_queue(read: Reading, stage: str) -> None:
    policies = policies_of(read, "worker")
    assert policies.keys() == {"Queue"}
    metrics = policies["Queue"]["CustomizedMetricSpecification"]["Metrics"]
    queries = {each["Id"]: each for each in metrics}
    depth = queries["jobs"]["MetricStat"]["Metric"]
    assert depth == {
        "Namespace": f"Stackyard/community-{stage}",
        "MetricName": "QueueDepth",
        "Dimensions": [{"Name": "Service", "Value": "worker"}],
    }
    # How many jobs are one task's share is ours.
    assert policies["Queue"]["TargetValue"] == 50


def test_that_depth_is_published_every_minute(read: Reading, stage: str) -> None:
    (function,) = [f for f in read.all("AWS::Lambda::Function") if f.node == "jobs-depth"]
    variables = function["Environment"]["Variables"]
    assert variables["NAMESPACE"] == f"Stackyard/community-{stage}"
    keys = ["bull:default:wait", "bull:default:prioritized"]
    assert json.loads(variables["QUEUES"]) == {"worker": keys}
    (rule,) = [
        rule
        for rule in read.all("AWS::Events::Rule")
        if [target["Arn"] for target in rule["Targets"]] == [function.att("Arn")]
    ]
    assert rule["ScheduleExpression"] == "rate(1 minute)"
