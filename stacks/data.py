"""The data stack: the key, databases, caches, buckets, secrets and what the services run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from config import aws
from config.credentials import credentials
from config.model.buckets import Bucket as BucketSpec
from config.model.postgres import Postgres
from config.model.secrets import BroughtSecret
from config.model.valkey import NodesValkey, ServerlessValkey
from config.nodes import admin_of, proxy_of, store_name
from config.programs import queues, released
from stacks.base import GraphStack
from stackyard.bucket import Bucket, LogBucket
from stackyard.cache import ServerlessCache
from stackyard.cache_nodes import NodesCache
from stackyard.database import Database
from stackyard.database_admin import DatabaseAdmin
from stackyard.database_proxy import DatabaseProxy
from stackyard.database_replica import replica
from stackyard.key import EnvironmentKey
from stackyard.names import pascal
from stackyard.node import Node
from stackyard.release import parameter_name, release_parameter
from stackyard.secret import BROUGHT_TAG, brought_secret, made_up_secret

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.environment import Environment
    from config.model.secrets import Secret
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
            self.nodes[name] = self._secret(name, secret)
        for name in environment.externals:
            self.nodes[name] = self._external(name)
        self.log_bucket = self._log_bucket()
        for name, store in environment.stores.items():
            match store:
                case Postgres():
                    self.nodes[name] = self._database(name, store)
                case ServerlessValkey() | NodesValkey():
                    self.nodes[name] = self._cache(name, store)
                case BucketSpec():
                    self.nodes[name] = self._bucket(name, store, self.log_bucket)
        self._releases()
        self._name_empty_secrets()

    def _secret(self, name: str, spec: Secret) -> Node:
        construct_id = f"{pascal(name)}Secret"
        if isinstance(spec, BroughtSecret):
            return brought_secret(self, construct_id, node=name, spec=spec, key=self.key)
        return made_up_secret(self, construct_id, node=name, spec=spec, key=self.key)

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
        hosts: dict[str | None, str] = {None: database.instance.db_instance_endpoint_address}
        if spec.replica:
            copy = replica(
                self, f"{pascal(name)}Replica", node=name, database=database, key=self.key
            )
            hosts["reader"] = copy.attr_endpoint_address
        nodes = {name: Node(group_id=database.group_id)}
        proxy = self._proxy(name, spec, database, nodes) if spec.proxy else None
        if proxy:
            hosts["proxy"] = proxy.host
            self.nodes[proxy_of(name)] = Node(group_id=proxy.group_id)
        admin = DatabaseAdmin(
            self,
            f"{pascal(name)}Admin",
            node=admin_of(name),
            database=database,
            store=name,
            credentials=credentials(environment, name),
            hosts=hosts,
            colours=proxy.colours if proxy else {},
            out=self.out(admin_of(name), nodes=nodes, endpoint_groups=network.endpoint_groups),
            placement=network.for_programs,
            key=self.key,
        )
        self.admins[name] = admin
        if proxy:
            proxy.wait_for(admin.schedules)
        return Node(
            group_id=database.group_id,
            urls=admin.urls,
            values={
                "host": hosts[None],
                "port": str(aws.POSTGRES_PORT),
                "database": spec.database,
            },
        )

    def _proxy(
        self, name: str, spec: Postgres, database: Database, nodes: dict[str, Node]
    ) -> DatabaseProxy:
        through = [c.login for c in credentials(self.environment_spec, name) if c.via == "proxy"]
        return DatabaseProxy(
            self,
            f"{pascal(name)}Proxy",
            node=proxy_of(name),
            store=name,
            database=database,
            logins=through,
            out=self.out(proxy_of(name), nodes=nodes, endpoint_groups={}),
            placement=self._network.for_stores,
            key=self.key,
        )

    def _cache(self, name: str, spec: ServerlessValkey | NodesValkey) -> Node:
        common: dict[str, Any] = {
            "node": name,
            "name": store_name(self.environment_spec, name),
            "placement": self._network.for_stores,
            "key": self.key,
        }
        construct_id = f"{pascal(name)}Store"
        if isinstance(spec, ServerlessValkey):
            return ServerlessCache(self, construct_id, spec=spec, **common).node_for_consumers
        measured = bool(queues(self.environment_spec, name))
        cache = NodesCache(self, construct_id, spec=spec, measured=measured, **common)
        return cache.node_for_consumers

    def _bucket(self, name: str, spec: BucketSpec, logs: LogBucket | None) -> Node:
        bucket = Bucket(self, f"{pascal(name)}Store", node=name, spec=spec, key=self.key, logs=logs)
        for reader, external in self.environment_spec.externals.items():
            if name in external.uses:
                bucket.open_to(reader=reader, cidrs=map(str, external.cidrs))
        return bucket.node_for_consumers

    def _log_bucket(self) -> LogBucket | None:
        environment = self.environment_spec
        balanced = environment.balancer is not None
        kept = any(isinstance(store, BucketSpec) for store in environment.stores.values())
        if not kept and not balanced:
            return None
        return LogBucket(self, "AccessLogs", of_balancer=balanced, of_buckets=kept)

    def _releases(self) -> None:
        environment = self.environment_spec
        for each in released(environment):
            name = parameter_name(
                system=environment.system, environment=environment.environment, image=each
            )
            construct_id = f"{pascal(each)}Release"
            release_parameter(self, construct_id, name=name, image=each.rpartition("/")[2])

    def _name_empty_secrets(self) -> None:
        secrets = self.environment_spec.secrets.items()
        brought = [name for name, secret in secrets if isinstance(secret, BroughtSecret)]
        if brought:
            # CloudFormation tags what it makes with the stack's name.
            cdk.CfnOutput(
                self,
                "SecretsToFill",
                description="Secrets that the team brings; the command lists those still empty",
                value=f"{', '.join(brought)}: aws secretsmanager list-secrets"
                f" --region {self.place.region} --filters Key=tag-key,Values={BROUGHT_TAG}"
                f" Key=tag-value,Values={self.stack_name}"
                " --query 'SecretList[?!SecretVersionsToStages].[Name,Description]' --output text",
            )
