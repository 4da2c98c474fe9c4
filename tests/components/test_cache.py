"""The cache: over TLS only, with one user, the default one shut, and limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.model.valkey import ServerlessValkey
from stackyard.cache import ServerlessCache
from stackyard.key import EnvironmentKey
from tests.components.building import Made, made, placement_in, resolved, spec, stack_in

KIND, USER, SECRET = (
    "AWS::ElastiCache::ServerlessCache",
    "AWS::ElastiCache::User",
    "AWS::SecretsManager::Secret",
)
OFFERED = ("host", "port", "username", "url", "password")


@pytest.fixture(scope="module")
def both(folder: Path) -> tuple[dict[str, str], Made]:
    """What consumers of the plain cache get, and the template."""
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Caches")
    placement = placement_in(stack)
    fields = {
        "plain": {},
        "loose": {
            "version": "7",
            "snapshot_days": {"none": True, "reason": "Only sessions"},
            "snapshot_time": "02:30",
            "max_gb": 1,
            "max_ecpu_per_second": 1000,
            "access_string": "on ~app:* +@read",
        },
    }
    caches = {
        name: ServerlessCache(
            stack,
            name.title(),
            node=name,
            name=f"demo-{name}",
            spec=spec(ServerlessValkey, kind="valkey", topology="serverless", **more),
            placement=placement,
            key=key,
        )
        for name, more in fields.items()
    }
    node = caches["plain"].node_for_consumers
    offered = {**node.values, **{name: each.value_from for name, each in node.secrets.items()}}
    assert tuple(offered) == OFFERED
    return {name: resolved(stack, value) for name, value in offered.items()}, made(stack)


@pytest.fixture(scope="module")
def caches(both: tuple[dict[str, str], Made]) -> Made:
    return both[1]


def test_the_address_is_one_secret_that_speaks_tls_and_holds_no_password_itself(
    both: tuple[dict[str, str], Made],
) -> None:
    offered, caches = both
    address = "Complete address of cache demo-plain"
    password = "Password of the user of cache demo-plain"
    url_id = caches.name_of(SECRET, Description=address)
    password_id = caches.name_of(SECRET, Description=password)
    cache_id = caches.name_of(KIND, ServerlessCacheName="demo-plain")
    reference = f"{{{{resolve:secretsmanager:<{password_id}>:SecretString:::}}}}"
    host = f"<{cache_id}.Endpoint.Address>"
    url = f"rediss://app:{reference}@{host}:6379/0"
    assert caches.whole(SECRET)[url_id]["Properties"]["SecretString"] == url
    expected = (host, "6379", "app", f"<{url_id}>", f"<{password_id}>")
    assert offered == dict(zip(OFFERED, expected, strict=True))


def test_the_one_user_has_a_password_and_no_dangerous_commands(caches: Made) -> None:
    user = caches.only(USER, UserId="demo-plain-app")
    assert (user["UserName"], user["Engine"]) == ("app", "valkey")
    assert user["AccessString"] == "on ~* &* +@all -@admin -@dangerous +info"
    assert len(user["Passwords"]) == 1
    assert "NoPasswordRequired" not in user


@pytest.mark.parametrize("name", ["plain", "loose"])
def test_the_default_user_is_shut_and_may_do_nothing(caches: Made, name: str) -> None:
    user = caches.only(USER, UserId=f"demo-{name}-default")
    assert (user["UserName"], user["AccessString"]) == ("default", "off -@all")
    assert len(user["Passwords"]) == 1
    assert "NoPasswordRequired" not in user


def test_the_cache_knows_these_two_users_and_no_others(caches: Made) -> None:
    group = caches.name_of("AWS::ElastiCache::UserGroup", UserGroupId="demo-plain")
    users = [caches.name_of(USER, UserId=f"demo-plain-{name}") for name in ("default", "app")]
    found = caches.whole("AWS::ElastiCache::UserGroup")[group]["Properties"]["UserIds"]
    assert found == [f"<{user}>" for user in users]
    assert caches.only(KIND, ServerlessCacheName="demo-plain")["UserGroupId"] == f"<{group}>"


def test_a_cache_is_capped_and_kept_under_the_key_in_its_closed_group(caches: Made) -> None:
    (key,) = caches.whole("AWS::KMS::Key")
    plain = caches.only(KIND, ServerlessCacheName="demo-plain")
    group = caches.name_of("AWS::EC2::SecurityGroup", GroupDescription="Cache demo-plain")
    assert plain["CacheUsageLimits"] == {
        "DataStorage": {"Maximum": 5, "Unit": "GB"},
        "ECPUPerSecond": {"Maximum": 5000},
    }
    assert plain["KmsKeyId"] == f"<{key}.Arn>"
    assert plain["SecurityGroupIds"] == [f"<{group}.GroupId>"]
    assert plain["SubnetIds"] == ["subnet-1", "subnet-2"]
    assert not caches.whole("AWS::EC2::SecurityGroupIngress")


def test_snapshots_are_daily_unless_the_file_turns_them_off(caches: Made) -> None:
    plain, loose = (caches.only(KIND, ServerlessCacheName=f"demo-{n}") for n in ("plain", "loose"))
    assert (plain["SnapshotRetentionLimit"], plain["DailySnapshotTime"]) == (1, "05:00")
    assert (loose["SnapshotRetentionLimit"], loose["DailySnapshotTime"]) == (0, "02:30")


def test_limits_version_and_access_are_the_files(caches: Made) -> None:
    loose = caches.only(KIND, ServerlessCacheName="demo-loose")
    assert loose["MajorEngineVersion"] == "7"
    assert loose["CacheUsageLimits"]["DataStorage"]["Maximum"] == 1
    assert loose["CacheUsageLimits"]["ECPUPerSecond"]["Maximum"] == 1000
    assert caches.only(USER, UserId="demo-loose-app")["AccessString"] == "on ~app:* +@read"


def test_the_cache_and_those_who_may_use_it_outlive_the_stack(caches: Made) -> None:
    for kind in (KIND, USER, "AWS::ElastiCache::UserGroup", SECRET, "AWS::EC2::SecurityGroup"):
        found = caches.whole(kind).values()
        assert found
        assert {each["DeletionPolicy"] for each in found} == {"RetainExceptOnCreate"}, kind
