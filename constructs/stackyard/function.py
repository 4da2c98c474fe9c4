"""A Python function on Lambda, with exactly the permissions it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_

from stackyard.bundle import bundle
from stackyard.iam import ServiceRole, Statement
from stackyard.log_group import encrypted_log_group
from stackyard.marks import acknowledge, belongs_to, resource_of
from stackyard.place import Block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sqs as sqs
    from constructs import Construct

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
        key: kms.IKey,
        log_days: int,
        timeout: int,
        memory: int,
        name: str | None = None,
        dead_letters: sqs.IQueue | None = None,
        placement: Placement | None = None,
        group_id: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = encrypted_log_group(self, "Logs", key=key, days=log_days)
        allowed = [
            Statement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[log_group.log_group_arn],
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
                reason="Lambda manages the network interfaces of a function in a VPC with the"
                " function's own role, and those EC2 actions can't be limited to a resource",
            )
        path, digest = bundle(package)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            description=description,
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            handler=f"{package}.handler.handle",
            code=lambda_.Code.from_asset(
                str(path), asset_hash=digest, asset_hash_type=cdk.AssetHashType.CUSTOM
            ),
            role=iam.Role.from_role_arn(self, "RoleView", role.arn, mutable=False),
            environment={"POWERTOOLS_SERVICE_NAME": node, **environment},
            environment_encryption=key,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            timeout=cdk.Duration.seconds(timeout),
            memory_size=memory,
            dead_letter_queue=dead_letters,
        )
        belongs_to(self.function, node)
        if placement and group_id:
            # By the L2's own properties it would add statements and rules of its own.
            resource_of(self.function).add_property_override(
                "VpcConfig",
                {"SubnetIds": list(placement.subnet_ids), "SecurityGroupIds": [group_id]},
            )
