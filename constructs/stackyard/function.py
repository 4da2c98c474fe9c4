"""A Python function on Lambda, with exactly the permissions it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_s3_assets import Asset

from stackyard.bundle import PYTHON, bundle
from stackyard.iam import ServiceRole, Statement
from stackyard.log_group import EncryptedLogGroup
from stackyard.marks import acknowledge, belongs_to
from stackyard.place import Block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_sqs as sqs
    from constructs import Construct

    from stackyard.key import EnvironmentKey
    from stackyard.placement import Placement

# What Lambda itself does with the role of a function in a VPC.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
NETWORK_INTERFACES = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]


class PythonFunction(Block):
    """`lambda/<package>/` as a function; its handler is `<package>.handler.handle`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        package: str,
        node: str,
        description: str,
        environment: Mapping[str, str],
        statements: Sequence[Statement],
        key: EnvironmentKey,
        log_days: int,
        timeout: int,
        memory: int,
        name: str | None = None,
        dead_letters: sqs.IQueue | None = None,
        placement: Placement | None = None,
        group_id: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = EncryptedLogGroup(self, "Logs", key=key, days=log_days)
        allowed = [
            Statement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[log_group.arn],
            ),
            # Lambda reads the variables, which are under the key, with the function's own role.
            Statement(
                actions=["kms:Decrypt"],
                resources=[key.arn],
                conditions={
                    "StringEquals": {"kms:ViaService": f"lambda.{self.place.region}.amazonaws.com"}
                },
            ),
            *statements,
        ]
        if placement:
            allowed.append(Statement(actions=NETWORK_INTERFACES, resources=["*"]))
        if dead_letters:
            allowed.append(
                Statement(actions=["sqs:SendMessage"], resources=[dead_letters.queue_arn])
            )
        role = ServiceRole(self, "Role", service="lambda", node=node, statements=allowed)
        if placement:
            acknowledge(
                role,
                "IAM5[Resource::*]",
                "LambdaStarPermissions",
                "CKV_AWS_111",
                reason="Lambda manages the network interfaces of a function in a VPC with the"
                " function's own role, and those EC2 actions can't be limited to a resource",
            )
        path, digest = bundle(package)
        code = Asset(
            self,
            "Code",
            path=str(path),
            asset_hash=digest,
            asset_hash_type=cdk.AssetHashType.CUSTOM,
        )
        function = lambda_.CfnFunction
        self.function = lambda_.CfnFunction(
            self,
            "Function",
            function_name=name,
            description=description,
            runtime=f"python{PYTHON}",
            architectures=["arm64"],
            handler=f"{package}.handler.handle",
            code=function.CodeProperty(s3_bucket=code.s3_bucket_name, s3_key=code.s3_object_key),
            role=role.arn,
            environment=function.EnvironmentProperty(
                variables={"POWERTOOLS_SERVICE_NAME": node, **environment}
            ),
            kms_key_arn=key.arn,
            logging_config=function.LoggingConfigProperty(
                log_format="JSON", log_group=log_group.name
            ),
            timeout=timeout,
            memory_size=memory,
            dead_letter_config=(
                function.DeadLetterConfigProperty(target_arn=dead_letters.queue_arn)
                if dead_letters
                else None
            ),
            vpc_config=(
                function.VpcConfigProperty(
                    subnet_ids=list(placement.subnet_ids), security_group_ids=[group_id]
                )
                if placement and group_id
                else None
            ),
        )
        self.arn = self.function.attr_arn
        self.name = self.function.ref
        belongs_to(self.function, node)
        acknowledge(
            self.function,
            "LambdaConcurrency",
            reason="Reserving takes from the account's own quota, of which Lambda keeps 100 back: a"
            " new account has 10, and the deploy would fail; events and schedules call it rarely",
        )
        acknowledge(
            self.function,
            "LambdaTracing",
            reason="It calls one or two services, and its log says which failed and how long it"
            " took: a trace would add nothing",
        )

    def may_be_invoked_by(
        self, service: str, construct_id: str, *, source_arn: str | None = None
    ) -> lambda_.CfnPermission:
        """Let an AWS service invoke the function: for one resource, or for this account."""
        return lambda_.CfnPermission(
            self,
            construct_id,
            action="lambda:InvokeFunction",
            function_name=self.arn,
            principal=f"{service}.amazonaws.com",
            source_arn=source_arn,
            source_account=None if source_arn else self.place.account,
        )
