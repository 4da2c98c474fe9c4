"""Users of caches: with a password, in a group, and without the commands that stop everybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.estate import listed
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
CACHES = ("AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::ServerlessCache")
ADDRESS = re.compile(r"rediss?://([^:/@]+):(\{\{resolve:[^}]*\}\})@(.+)", re.DOTALL)


@rule(
    "identity-cache-user",
    "ElastiCache::User",
    title="each user of a cache has a password, and the default one is off",
    why="a client that sends no name is the default user",
    source=f"{DOCS}/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
)
def cache_user(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A password or IAM; nothing for those who send no name."""
    mode = resource.get("AuthenticationMode.Type")
    words = str(resource.get("AccessString", "")).lower().split()
    without = is_true(resource.get("NoPasswordRequired")) or mode == "no-password-required"
    if without or "nopass" in words:
        yield Fault(
            message="it needs no password",
            remedy="set Passwords to a secret, or AuthenticationMode to iam",
            property="NoPasswordRequired" if without else "AccessString",
        )
    elif mode is None and not listed(resource.get("Passwords")):
        yield Fault(
            message="it has no password",
            remedy="set Passwords to a secret",
            property="Passwords",
        )
    shut = "off" in words and "on" not in words
    if (
        resource.get("UserName") == "default"
        and is_literal(resource.get("AccessString"))
        and not shut
    ):
        yield Fault(
            message="whoever sends no name is let in",
            remedy='let AccessString begin with "off"',
            property="AccessString",
        )


@rule(
    "identity-cache-group",
    "ElastiCache::User",
    title="each user of a cache is on, and in a group of one",
    why="nobody can log in as it: the program fails at its first command",
    source=f"{DOCS}/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
)
def cache_group(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A group names it; but for the default one it may log in."""
    if not scene.estate.users_of(resource, "AWS::ElastiCache::UserGroup"):
        yield Fault(
            message="no user group has it",
            remedy="add it to UserIds of a group",
            property="UserId",
        )
    said = resource.get("AccessString")
    shut = is_literal(said) and "on" not in said.lower().split()
    if shut and resource.get("UserName") != "default":
        yield Fault(
            message="it is switched off",
            remedy='let AccessString begin with "on"',
            property="AccessString",
        )


@rule(
    "identity-cache-address",
    "SecretsManager::Secret",
    title="an address of a cache has the name and password of one of its users",
    why="the program is refused at its first command: WRONGPASS",
    source=f"{DOCS}/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
)
def cache_address(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The cache's groups have a user of this name with this password."""
    match = ADDRESS.match(str(resource.get("SecretString")))
    if not match:
        return
    name, password, host = match.groups()
    caches = [each for each in scene.estate.named(host) if each.kind in CACHES]
    for cache in caches:
        named = [*listed(cache.get("UserGroupIds")), *listed(cache.get("UserGroupId"))]
        groups = [group for each in named if (group := scene.estate.at(each))]
        ids = [each for group in groups for each in listed(group.get("UserIds"))]
        users = [user for each in ids if (user := scene.estate.at(each))]
        if len(groups) < len(named) or len(users) < len(ids):
            continue  # somebody else's
        if not any(
            user.get("UserName") == name and password in listed(user.get("Passwords"))
            for user in users
        ):
            yield Fault(
                message=f"{cache.logical_id} has no user {name} with this password",
                remedy="name a user of the cache's group, and the secret of its password",
                property="SecretString",
            )


@rule(
    "identity-cache-commands",
    "ElastiCache::User",
    title="programs may not administer a cache or empty it",
    why="FLUSHALL, KEYS or CONFIG from a program that was taken over stops everybody",
    source="https://valkey.io/topics/acl/",
    severity="warning",
)
def cache_commands(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Who may everything may not what is dangerous."""
    words = str(resource.get("AccessString", "")).lower().split()
    every = [at for at, word in enumerate(words) if word in ("+@all", "allcommands")]
    if "on" in words and every and not {"-@dangerous", "-@all"} & set(words[every[-1] :]):
        yield Fault(
            message="it may run every command, the dangerous ones included",
            remedy='add "-@admin -@dangerous" after "+@all"',
            property="AccessString",
        )
