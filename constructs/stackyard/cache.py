"""ElastiCache Serverless for Valkey: over TLS only, with one user and no open door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_secretsmanager as secretsmanager

from config import aws
from config.model.stores import NoBackups
from stackyard.edges import NodeGroup
from stackyard.marks import acknowledge, belongs_to, keep
from stackyard.node import Node
from stackyard.place import Block
from stackyard.secret import generated_secret, value_of

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.stores import Valkey
    from stackyard.key import EnvironmentKey
    from stackyard.placement import Placement

USER = "app"
ENGINE = "valkey"


class ServerlessCache(Block):
    """A serverless cache, its user's password, and the complete address as a secret."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        name: str,
        spec: Valkey,
        placement: Placement,
        key: EnvironmentKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self._node, self._name, self._key = node, name, key
        group = NodeGroup(
            self, "Group", node=node, vpc_id=placement.vpc_id, description=f"Cache {name}"
        )
        self.group_id = group.group_id
        self.password = self._secret("Password", f"Password of the user of cache {name}")
        self.cache = elasticache.CfnServerlessCache(
            self,
            "Cache",
            serverless_cache_name=name,
            description=f"Cache {name}",
            engine=ENGINE,
            major_engine_version=spec.version,
            security_group_ids=[group.group_id],
            subnet_ids=list(placement.subnet_ids),
            user_group_id=self._users(spec).ref,
            kms_key_id=key.arn,
            snapshot_retention_limit=(
                0 if isinstance(spec.snapshot_days, NoBackups) else spec.snapshot_days
            ),
            daily_snapshot_time=spec.snapshot_time,
            cache_usage_limits=elasticache.CfnServerlessCache.CacheUsageLimitsProperty(
                data_storage=elasticache.CfnServerlessCache.DataStorageProperty(
                    unit="GB", maximum=spec.max_gb
                ),
                ecpu_per_second=elasticache.CfnServerlessCache.ECPUPerSecondProperty(
                    maximum=spec.max_ecpu_per_second
                ),
            ),
        )
        self.url = self._url()
        for kept in (self.cache, group.group):
            keep(kept)
        belongs_to(self.cache, node)

    @property
    def node_for_consumers(self) -> Node:
        """What links may ask of it."""
        return Node(
            group_id=self.group_id,
            values={
                "host": self.cache.attr_endpoint_address,
                "port": str(aws.VALKEY_PORTS["serverless"][0]),
                "username": USER,
            },
            secrets={
                "url": value_of(self.url, self._key),
                "password": value_of(self.password, self._key),
            },
        )

    def _users(self, spec: Valkey) -> elasticache.CfnUserGroup:
        password = self.password.secret_value.unsafe_unwrap()
        # A group without a user called "default" may get an open one: ours is shut and locked.
        shut = self._user("DefaultUser", f"{self._name}-default", "default", "off -@all", password)
        user = self._user("User", f"{self._name}-{USER}", USER, spec.access_string, password)
        group = elasticache.CfnUserGroup(
            self, "Users", engine=ENGINE, user_group_id=self._name, user_ids=[shut.ref, user.ref]
        )
        keep(group)
        return group

    def _user(
        self, construct_id: str, user_id: str, name: str, access: str, password: str
    ) -> elasticache.CfnUser:
        user = elasticache.CfnUser(
            self,
            construct_id,
            engine=ENGINE,
            user_id=user_id,
            user_name=name,
            access_string=access,
            passwords=[password],
        )
        keep(user)
        return user

    def _secret(self, construct_id: str, description: str) -> secretsmanager.Secret:
        secret = generated_secret(
            self, construct_id, node=self._node, description=description, key=self._key
        )
        self._not_rotated(secret)
        return secret

    def _url(self) -> secretsmanager.Secret:
        # The password stands in the template as a reference that CloudFormation resolves.
        url = cdk.Fn.join(
            "",
            [
                f"rediss://{USER}:",
                self.password.secret_value.unsafe_unwrap(),
                "@",
                self.cache.attr_endpoint_address,
                f":{aws.VALKEY_PORTS['serverless'][0]}/0",
            ],
        )
        secret = secretsmanager.Secret(
            self,
            "Url",
            description=f"Complete address of cache {self._name}",
            encryption_key=self._key,
            secret_string_value=cdk.SecretValue.unsafe_plain_text(url),
        )
        keep(secret)
        belongs_to(secret, self._node)
        self._not_rotated(secret)
        return secret

    @staticmethod
    def _not_rotated(secret: secretsmanager.Secret) -> None:
        acknowledge(
            secret,
            "SMG4",
            reason="ElastiCache has no rotation of a user's password; only the declared edges"
            " reach the cache, it keeps nothing that can't be lost, and docs/architecture.md says"
            " how to replace the password",
        )
