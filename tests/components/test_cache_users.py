"""The users of a cache: one for programs, one that measures queues, and nobody by default."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from config.model.valkey import NodesValkey
from queue_depth.access import ACCESS
from queue_depth.address import Address
from stackyard.cache_nodes import NodesCache
from stackyard.cache_users import DEPTH_ACCESS
from stackyard.key import EnvironmentKey
from tests.components.building import Made, made, placement_in, resolved, spec, stack_in
from tests.components.stores import SECRET, described, password, pointed_at

USER, USERS = "AWS::ElastiCache::User", "AWS::ElastiCache::UserGroup"


class Caches(NamedTuple):
    made: Made
    urls: dict[str, dict[str, str]]

    def secret(self, description: str) -> str:
        """A reference to the secret that says so."""
        return described(self.made, SECRET, description)


@pytest.fixture(scope="module")
def caches(folder: Path) -> Caches:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Caches", logs=True)
    placement = placement_in(stack)
    urls = {}
    for name, measured in {"plain": False, "queue": True}.items():
        cache = NodesCache(
            stack,
            name.title(),
            node=name,
            name=f"demo-{name}",
            spec=spec(NodesValkey, kind="valkey", topology="nodes", **{"class": "t4g.small"}),
            placement=placement,
            key=key,
            measured=measured,
        )
        found = cache.node_for_consumers.internal
        urls[name] = {user: resolved(stack, url.value_from) for user, url in found.items()}
    return Caches(made(stack), urls)


@pytest.mark.parametrize(
    ("name", "users"), [("plain", ["default", "app"]), ("queue", ["default", "app", "depth"])]
)
def test_a_cache_has_a_second_user_only_where_its_queues_are_measured(
    caches: Caches, name: str, users: list[str]
) -> None:
    group = caches.made.only(USERS, UserGroupId=f"demo-{name}")
    expected = [described(caches.made, USER, f"demo-{name}-{u}", by="UserId") for u in users]
    assert group["UserIds"] == expected
    assert group["Engine"] == "valkey"


def test_no_user_is_in_no_group(caches: Caches) -> None:
    grouped = [user for each in caches.made.of(USERS) for user in each["UserIds"]]
    assert sorted(grouped) == sorted(f"<{user}>" for user in caches.made.whole(USER))


@pytest.mark.parametrize("name", ["plain", "queue"])
def test_the_default_user_is_shut_and_may_do_nothing(caches: Caches, name: str) -> None:
    user = caches.made.only(USER, UserId=f"demo-{name}-default")
    assert (user["UserName"], user["AccessString"]) == ("default", "off -@all")


def test_nobody_comes_in_without_a_password(caches: Caches) -> None:
    users = caches.made.of(USER)
    assert len(users) == 5
    for user in users:
        assert len(user["Passwords"]) == 1
        assert not {"NoPasswordRequired", "AuthenticationMode"} & user.keys()


def test_who_measures_may_do_exactly_what_the_function_needs(caches: Caches) -> None:
    user = caches.made.only(USER, UserId="demo-queue-depth")
    assert user["UserName"] == "depth"
    assert user["AccessString"] == DEPTH_ACCESS == ACCESS


def test_programs_may_do_the_same_whether_or_not_queues_are_measured(caches: Caches) -> None:
    app = "on ~* &* +@all -@admin -@dangerous +info"
    for name in ("plain", "queue"):
        assert caches.made.only(USER, UserId=f"demo-{name}-app")["AccessString"] == app


def test_each_user_has_a_password_of_its_own(caches: Caches) -> None:
    app = caches.secret("Password of the user of cache demo-queue")
    depth = caches.secret("Password of user depth of cache demo-queue")
    assert app != depth
    found = {
        user: caches.made.only(USER, UserId=f"demo-queue-{user}")["Passwords"]
        for user in ("app", "depth")
    }
    assert found == {"app": [password(app)], "depth": [password(depth)]}


def test_each_user_has_a_complete_address_of_its_own(caches: Caches) -> None:
    cache = described(
        caches.made, "AWS::ElastiCache::ReplicationGroup", "demo-queue", by="ReplicationGroupId"
    )
    host = cache.replace(">", ".PrimaryEndPoint.Address>")
    urls = caches.urls["queue"]
    assert urls == {
        "app": caches.secret("Complete address of cache demo-queue"),
        "depth": caches.secret("Complete address of cache demo-queue for user depth"),
    }
    depth = password(caches.secret("Password of user depth of cache demo-queue"))
    url = pointed_at(caches.made, urls["depth"])["SecretString"]
    assert url == f"rediss://depth:{depth}@{host}:6379/0"
    assert caches.urls["plain"].keys() == {"app"}


def test_the_function_understands_the_address_that_it_will_find(caches: Caches) -> None:
    url = pointed_at(caches.made, caches.urls["queue"]["depth"])["SecretString"]
    secret = caches.secret("Password of user depth of cache demo-queue")
    cache = url[url.index("<", url.index("@")) : url.rindex(":")]
    found = Address.parse(url.replace(password(secret), "a1B2").replace(cache, "master.demo.aws"))
    assert found == Address("rediss", "depth", "a1B2", "master.demo.aws", 6379)


def test_no_password_stands_in_the_template(caches: Caches) -> None:
    passwords = [each for each in caches.made.of(SECRET) if each["Description"][:2] == "Pa"]
    assert len(passwords) == 3
    for each in passwords:
        # Letters and digits only: an address needs no escapes, and ElastiCache takes 16 to 128.
        assert each["GenerateSecretString"]["ExcludePunctuation"] is True
        assert each["GenerateSecretString"]["PasswordLength"] == 32
        assert "SecretString" not in each
    text = json.dumps([each["Passwords"] for each in caches.made.of(USER)])
    assert text.count("{{resolve:secretsmanager:") == 5
