"""RDS Proxy in front of a database: many short connections become few long ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_rds as rds

from config.credentials import COLOURS
from config.nodes import login_node
from stackyard.edges import NodeGroup
from stackyard.iam import ServiceRole
from stackyard.log_group import EncryptedLogGroup
from stackyard.marks import acknowledge, belongs_to
from stackyard.names import pascal
from stackyard.node import may_read
from stackyard.place import Block
from stackyard.secret import generated_secret, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import aws_secretsmanager as secretsmanager
    from constructs import Construct, IDependable

    from stackyard.database import Database
    from stackyard.edges import Way
    from stackyard.key import EnvironmentKey
    from stackyard.placement import Placement

# The rest is for who goes to the database itself; the alarm for connections rings at 80.
SHARE_OF_CONNECTIONS = 70


def proxy_name(identifier: str) -> str:
    """What a database's proxy is called."""
    return f"{identifier}-proxy"


class DatabaseProxy(Block):
    """A proxy that knows both of the alternating logins of each credential that goes through it.

    `colours` are their secrets by login: the admin writes them whenever it rotates one, so that
    the proxy accepts the former login as long as the database does.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        store: str,
        database: Database,
        logins: Iterable[str],
        out: tuple[Way, ...],
        placement: Placement,
        key: EnvironmentKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self._node, self._store, self._database, self._key = node, store, database, key
        group = NodeGroup(
            self,
            "Group",
            node=node,
            vpc_id=placement.vpc_id,
            description=f"Proxy of {database.identifier}",
            out=out,
        )
        self.group_id = group.group_id
        self.colours = {
            login: {colour: self._secret(login, colour) for colour in COLOURS} for login in logins
        }
        known = [secret for pair in self.colours.values() for secret in pair.values()]
        role = ServiceRole(
            self,
            "Role",
            service="rds",
            node=node,
            # AWS documents no condition on the account here; a wrong one would shut all out.
            statements=may_read(*(value_of(secret, key) for secret in known)),
        )
        proxy = rds.CfnDBProxy(
            self,
            "Proxy",
            db_proxy_name=proxy_name(database.identifier),
            engine_family="POSTGRESQL",
            require_tls=True,
            role_arn=role.arn,
            auth=[
                {"authScheme": "SECRETS", "iamAuth": "DISABLED", "secretArn": secret.secret_arn}
                for secret in known
            ],
            vpc_subnet_ids=list(placement.subnet_ids),
            vpc_security_group_ids=[group.group_id],
        )
        belongs_to(proxy, node)
        # RDS would make the group itself, without key or end: ours has to be there first.
        name = f"/aws/rds/proxy/{proxy_name(database.identifier)}"
        proxy.node.add_dependency(
            EncryptedLogGroup(self, "Logs", name=name, key=key, days=database.spec.log_days)
        )
        self.targets = rds.CfnDBProxyTargetGroup(
            self,
            "Targets",
            db_proxy_name=proxy.ref,
            target_group_name="default",
            db_instance_identifiers=[database.instance.instance_identifier],
            connection_pool_configuration_info={"maxConnectionsPercent": SHARE_OF_CONNECTIONS},
        )
        self.targets.node.add_dependency(group, database.instance)
        self.host = proxy.attr_endpoint

    def wait_for(self, schedules: Mapping[str, IDependable]) -> None:
        """Register the database only once its logins are about to be made.

        CloudFormation waits until the proxy has logged in, for 20 minutes at most.
        """
        self.targets.node.add_dependency(*(schedules[login] for login in self.colours))

    def _secret(self, login: str, colour: str) -> secretsmanager.Secret:
        secret = generated_secret(
            self,
            pascal(f"{login}-{colour}"),
            node=login_node(self._store, login),
            description=f"Login {login}_{colour} of {self._database.identifier}, for its proxy",
            key=self._key,
            # The proxy takes nothing else, also of the login that is not in use yet.
            json_key="password",
            beside={"username": f"{login.replace('-', '_')}_{colour}"},
        )
        acknowledge(
            secret,
            "SMG4",
            reason="The admin writes it with each rotation of the connection string whose login"
            " it holds",
        )
        return secret
