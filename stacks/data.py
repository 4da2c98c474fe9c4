"""The data stack: the key, databases, caches, buckets, secrets and what the services run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from config import aws
from config.graph import admin_of, credentials, store_name
from config.model.stores import Bucket as BucketSpec
from config.model.stores import Postgres, Valkey
from stacks.base import GraphStack, pascal
from stackyard.bucket import Bucket, LogBucket
from stackyard.cache import ServerlessCache
from stackyard.database import Database
from stackyard.database_admin import DatabaseAdmin
from stackyard.key import EnvironmentKey
from stackyard.node import Node
from stackyard.release import parameter_name, release_parameter
from stackyard.secret import BROUGHT_TAG, brought_secret

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.environment import Environment
    from stacks.network import NetworkStack


class DataStack(GraphStack):
    """Exposes every store, secret and external as a node, and the key."""

    def __init__(
        self, scope: Construct, *, environment: Environment, network: NetworkStack
    ) -> None:
        super().__init__(
            scope,
            "data",
            environment=environment,
            description=f"What {environment.name} keeps",
            protected=True,
        )
        self._network = network
        self.key = EnvironmentKey(
            self,
            "Key",
            description=f"Everything that {environment.name} keeps",
            logs=True,
            alarms=True,
        )
        self.nodes: dict[str, Node] = {}
        self.admins: dict[str, DatabaseAdmin] = {}
        for name, secret in environment.secrets.items():
            self.nodes[name] = brought_secret(
                self, f"{pascal(name)}Secret", node=name, spec=secret, key=self.key
            )
        for name in environment.externals:
            self.nodes[name] = self._external(name)
        logs = self._log_bucket()
        for name, store in environment.stores.items():
            match store:
                case Postgres():
                    self.nodes[name] = self._database(name, store)
                case Valkey():
                    self.nodes[name] = self._cache(name, store)
                case BucketSpec():
                    self.nodes[name] = self._bucket(name, store, logs)
        self._releases()
        self._name_empty_secrets()

    def _external(self, name: str) -> Node:
        external = self.environment_spec.externals[name]
        values = {"port": str(external.port)}
        if external.endpoint:
            values["host"] = f"{external.endpoint}.{self.place.region}.{aws.DOMAIN}"
        elif len(external.hosts) == 1:
            values["host"] = external.hosts[0]
        held = self.nodes[external.secret].secrets if external.secret else {}
        secrets = {
            "secret" if key == "value" else f"secret.{key}": value for key, value in held.items()
        }
        return Node(values=values, secrets=secrets)

    def _database(self, name: str, spec: Postgres) -> Node:
        environment, network = self.environment_spec, self._network
        database = Database(
            self,
            f"{pascal(name)}Store",
            node=name,
            identifier=store_name(self.environment_spec, name),
            spec=spec,
            placement=network.for_stores,
            key=self.key,
            protected=environment.production,
        )
        admin = DatabaseAdmin(
            self,
            f"{pascal(name)}Admin",
            node=admin_of(name),
            database=database,
            store=name,
            credentials=credentials(environment, name),
            out=self.out(
                admin_of(name),
                nodes={name: Node(group_id=database.group_id)},
                endpoint_groups=network.endpoint_groups,
            ),
            placement=network.for_programs,
            key=self.key,
        )
        self.admins[name] = admin
        return Node(
            group_id=database.group_id,
            urls=admin.urls,
            values={
                "host": database.instance.db_instance_endpoint_address,
                "port": str(aws.POSTGRES_PORT),
                "database": spec.database,
            },
        )

    def _cache(self, name: str, spec: Valkey) -> Node:
        return ServerlessCache(
            self,
            f"{pascal(name)}Store",
            node=name,
            name=store_name(self.environment_spec, name),
            spec=spec,
            placement=self._network.for_stores,
            key=self.key,
        ).node_for_consumers

    def _bucket(self, name: str, spec: BucketSpec, logs: LogBucket | None) -> Node:
        bucket = Bucket(self, f"{pascal(name)}Store", node=name, spec=spec, key=self.key, logs=logs)
        for reader, external in self.environment_spec.externals.items():
            if name in external.uses:
                bucket.open_to(reader=reader, cidrs=map(str, external.cidrs))
        return bucket.node_for_consumers

    def _log_bucket(self) -> LogBucket | None:
        stores = self.environment_spec.stores.values()
        wanted = any(isinstance(store, BucketSpec) for store in stores)
        return LogBucket(self, "AccessLogs") if wanted else None

    def _releases(self) -> None:
        environment = self.environment_spec
        for service in environment.services:
            name = parameter_name(
                system=environment.system, environment=environment.environment, service=service
            )
            release_parameter(self, f"{pascal(service)}Release", name=name, service=service)

    def _name_empty_secrets(self) -> None:
        if self.environment_spec.secrets:
            cdk.CfnOutput(
                self,
                "SecretsToFill",
                description="Secrets that the team brings; the command lists those still empty",
                value=f"{', '.join(self.environment_spec.secrets)}: aws secretsmanager list-secrets"
                f" --region {self.place.region} --filters Key=tag-key,Values={BROUGHT_TAG}"
                " --query 'SecretList[?!SecretVersionsToStages].[Name,Description]' --output text",
            )
