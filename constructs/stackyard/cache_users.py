"""The users of a Valkey: each with a password and a complete address, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aws_cdk as cdk
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_secretsmanager as secretsmanager

from config.nodes import login_node
from stackyard.marks import acknowledge, belongs_to, keep
from stackyard.place import Block
from stackyard.secret import generated_secret, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from stackyard.key import EnvironmentKey
    from stackyard.node import SecretValue

ENGINE = "valkey"
APPLICATION, DEPTH = "app", "depth"
# What measuring queues takes: it sees how long they are, and not what is in them. The same stands
# in lambda/queue_depth, whose tests try it on a real server; a test compares both.
DEPTH_ACCESS = "on ~* -@all +type +llen +zcard +xlen +scard"


class CacheUsers:
    """A user group with one user for each access string, and a shut `default`.

    `secrets` and `urls` hold the passwords and addresses by user. The resources are the scope's
    own, so that their ids don't depend on this class.
    """

    def __init__(
        self,
        scope: Block,
        *,
        node: str,
        name: str,
        access: Mapping[str, str],
        query: Mapping[str, str],
        key: EnvironmentKey,
    ) -> None:
        self._scope, self._node, self._name, self._key = scope, node, name, key
        self._query = f"?{urlencode(query)}" if query else ""
        self.passwords = {user: self._password(user) for user in access}
        password = self.passwords[APPLICATION].secret_value.unsafe_unwrap()
        # A group without a user called "default" may get an open one: ours is shut and locked.
        shut = self._user("DefaultUser", "default", "off -@all", password)
        users = [
            self._user(
                _id(user, "User"), user, allowed, self.passwords[user].secret_value.unsafe_unwrap()
            )
            for user, allowed in access.items()
        ]
        self.group = elasticache.CfnUserGroup(
            scope,
            "Users",
            engine=ENGINE,
            user_group_id=name,
            user_ids=[user.ref for user in (shut, *users)],
        )
        keep(self.group)

    def urls(self, host: str, port: int) -> dict[str, SecretValue]:
        """The complete address of each user as a secret."""
        return {user: value_of(self._url(user, host, port), self._key) for user in self.passwords}

    def _password(self, user: str) -> secretsmanager.Secret:
        whose = "the user" if user == APPLICATION else f"user {user}"
        secret = generated_secret(
            self._scope,
            _id(user, "Password"),
            node=login_node(self._node, user),
            description=f"Password of {whose} of cache {self._name}",
            key=self._key,
        )
        _not_rotated(secret)
        return secret

    def _user(
        self, construct_id: str, name: str, access: str, password: str
    ) -> elasticache.CfnUser:
        user = elasticache.CfnUser(
            self._scope,
            construct_id,
            engine=ENGINE,
            user_id=f"{self._name}-{name}",
            user_name=name,
            access_string=access,
            passwords=[password],
        )
        keep(user)
        return user

    def _url(self, user: str, host: str, port: int) -> secretsmanager.Secret:
        # The password stands in the template as a reference that CloudFormation resolves.
        password = self.passwords[user].secret_value.unsafe_unwrap()
        end = f":{port}/0" + (self._query if user == APPLICATION else "")
        url = cdk.Fn.join("", [f"rediss://{user}:", password, "@", host, end])
        of_user = "" if user == APPLICATION else f" for user {user}"
        secret = secretsmanager.Secret(
            self._scope,
            _id(user, "Url"),
            description=f"Complete address of cache {self._name}{of_user}",
            encryption_key=self._key,
            secret_string_value=cdk.SecretValue.unsafe_plain_text(url),
        )
        keep(secret)
        belongs_to(secret, login_node(self._node, user))
        _not_rotated(secret)
        return secret


def _id(user: str, kind: str) -> str:
    return kind if user == APPLICATION else f"{user.capitalize()}{kind}"


def _not_rotated(secret: Construct) -> None:
    acknowledge(
        secret,
        "SMG4",
        reason="ElastiCache has no rotation of a user's password; only the declared edges reach"
        " the cache, and docs/architecture.md says how to replace the password",
    )
