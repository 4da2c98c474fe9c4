"""The function that makes a database's roles and rotates its credentials."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_secretsmanager as secretsmanager

from config import aws
from config.nodes import login_node
from stackyard.edges import NodeGroup
from stackyard.function import PythonFunction
from stackyard.iam import Statement
from stackyard.marks import acknowledge
from stackyard.names import pascal
from stackyard.node import may_read
from stackyard.place import Block
from stackyard.secret import generated_secret, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from constructs import Construct

    from config.credentials import Credential
    from stackyard.database import Database
    from stackyard.edges import Way
    from stackyard.key import EnvironmentKey
    from stackyard.node import SecretValue
    from stackyard.placement import Placement

ROTATE = [
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
]


class DatabaseAdmin(Block):
    """`lambda/database_admin` for one database, and a secret for each of its credentials.

    A credential's secret begins as a random text. Its schedule rotates it at once, and this first
    rotation makes the roles and writes the first connection string: no program ever holds the
    master's password, and no connection string ever stands in a template. `hosts` are what links
    choose by `via`, `colours` the secrets that a proxy reads, by login.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        database: Database,
        store: str,
        credentials: Iterable[Credential],
        hosts: Mapping[str | None, str],
        colours: Mapping[str, Mapping[str, secretsmanager.Secret]],
        out: tuple[Way, ...],
        placement: Placement,
        key: EnvironmentKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self._key, self._database = key, database
        self.urls: dict[str, SecretValue] = {}
        secrets = {c.login: self._url(c, node=store) for c in credentials}
        group = NodeGroup(
            self,
            "Group",
            node=node,
            vpc_id=placement.vpc_id,
            description=f"Rotates {database.identifier}",
            out=out,
        )
        roles = {
            secrets[c.login].secret_arn: {
                "role": c.role,
                # PostgreSQL's names have underscores where the file's have hyphens.
                "login": c.login.replace("-", "_"),
                "query": urlencode(c.query, quote_via=quote),
                "format": c.format,
                "host": hosts[c.via],
                **({"colours": _arns(colours[c.login])} if c.login in colours else {}),
            }
            for c in credentials
        }
        self.function = PythonFunction(
            self,
            "Admin",
            package="database_admin",
            node=node,
            description=f"Makes the roles of {database.identifier} and rotates its credentials",
            environment={
                "DATABASE_HOST": database.instance.db_instance_endpoint_address,
                "DATABASE_PORT": str(aws.POSTGRES_PORT),
                "DATABASE_NAME": database.spec.database,
                "MASTER_USERNAME": database.spec.master.username,
                "MASTER_SECRET_ARN": database.master.secret_arn,
                "CREDENTIALS": cdk.Stack.of(self).to_json_string(roles),
                "EXTENSIONS": json.dumps(list(database.spec.extensions)),
            },
            statements=self._statements(
                [database.master, *secrets.values()],
                [secret for pair in colours.values() for secret in pair.values()],
            ),
            key=key,
            log_days=database.spec.log_days,
            timeout=90,
            memory=256,
            placement=placement,
            group_id=group.group_id,
        )
        self._after_each_deploy()
        # Secrets Manager names the account it comes from, and not dependably the secret.
        # https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions.html
        invoked = self.function.may_be_invoked_by("secretsmanager", "SecretsManagerPermission")
        self.schedules: dict[str, secretsmanager.CfnRotationSchedule] = {}
        for secret_id, secret in [("Master", database.master), *secrets.items()]:
            # The first rotation starts at once, and needs the database and a way to it.
            schedule = self._schedule(f"Rotate{pascal(secret_id)}", secret)
            schedule.node.add_dependency(group, database.instance, invoked)
            self.schedules[secret_id] = schedule

    def _url(self, credential: Credential, *, node: str) -> secretsmanager.Secret:
        secret = generated_secret(
            self,
            f"Url{pascal(credential.login)}",
            node=login_node(node, credential.login),
            name=credential.secret,
            description=f"Connection string of login {credential.login}"
            f" to {self._database.identifier}",
            key=self._key,
        )
        url = "url" if credential.format == "json" else None
        self.urls[credential.login] = value_of(secret, self._key, json_key=url)
        return secret

    def _statements(
        self,
        rotated: list[secretsmanager.Secret],
        written: list[secretsmanager.Secret],
    ) -> list[Statement]:
        """One statement for each kind: a role's policies end at 10,240 characters."""
        arns = [secret.secret_arn for secret in rotated]
        _, decrypt = may_read(*(value_of(secret, self._key) for secret in (*rotated, *written)))
        found = [
            Statement(actions=ROTATE, resources=arns),
            Statement(actions=["secretsmanager:ListSecretVersionIds"], resources=arns[:1]),
            replace(decrypt, actions=[*decrypt.actions, "kms:GenerateDataKey"]),
        ]
        if written:
            colours = [secret.secret_arn for secret in written]
            put = Statement(actions=["secretsmanager:PutSecretValue"], resources=colours)
            found.append(put)
        return found

    def _after_each_deploy(self) -> None:
        """What the file changes of roles and extensions does not wait for the next rotation."""
        rule = events.CfnRule(
            self,
            "Deployed",
            description=f"Brings roles and extensions of {self._database.identifier} up to date",
            event_pattern={
                "source": ["aws.cloudformation"],
                "detail-type": ["CloudFormation Stack Status Change"],
                "detail": {
                    "stack-id": [cdk.Stack.of(self).stack_id],
                    "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
                },
            },
            targets=[
                {
                    "id": "Admin",
                    "arn": self.function.arn,
                    "input": json.dumps({"Step": "bootstrap"}),
                }
            ],
        )
        self.function.may_be_invoked_by("events", "EventsPermission", source_arn=rule.attr_arn)
        for place, finding in {self.function.function: "LambdaDLQ", rule: "EventBusDLQ"}.items():
            acknowledge(
                place,
                finding,
                reason="The next rotation and the next deploy do the same work again, and an alarm"
                " rings when one has failed: a kept event would repeat what is out of date",
            )

    def _schedule(
        self, construct_id: str, secret: secretsmanager.Secret
    ) -> secretsmanager.CfnRotationSchedule:
        days = self._database.spec.rotation_days
        return secretsmanager.CfnRotationSchedule(
            self,
            construct_id,
            secret_id=secret.secret_arn,
            rotation_lambda_arn=self.function.arn,
            rotate_immediately_on_update=True,
            rotation_rules=secretsmanager.CfnRotationSchedule.RotationRulesProperty(
                schedule_expression=f"rate({days} days)"
            ),
        )


def _arns(colours: Mapping[str, secretsmanager.Secret]) -> dict[str, str]:
    return {colour: secret.secret_arn for colour, secret in colours.items()}
