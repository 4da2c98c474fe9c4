"""A CodeBuild project that runs a command of an image inside the VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_s3_assets as assets

from stackyard.bundle import ROOT
from stackyard.edges import NodeGroup
from stackyard.iam import ServiceRole, Statement
from stackyard.log_group import EncryptedLogGroup
from stackyard.marks import acknowledge, acknowledge_wildcard, belongs_to
from stackyard.place import Block
from stackyard.pull import may_pull

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.services import CodeBuildTask
    from stackyard.edges import Way
    from stackyard.key import EnvironmentKey
    from stackyard.node import Wiring
    from stackyard.placement import Placement
    from stackyard.release import Release

# https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html
NETWORK_INTERFACES = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
]
# Until the first release there is no digest; a build then says that this image does not exist.
UNRELEASED_TAG = "unreleased"


class BuildTask(Block):
    """A project without a source: its buildspec is a file of this repository, kept in S3."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        name: str,
        spec: CodeBuildTask,
        release: Release,
        wiring: Wiring,
        placement: Placement,
        out: tuple[Way, ...],
        key: EnvironmentKey,
    ) -> None:
        super().__init__(scope, construct_id)
        self._name = name
        self._node, self._spec, self._release, self._wiring = node, spec, release, wiring
        self._placement, self._key = placement, key
        self._group = NodeGroup(
            self,
            "Group",
            node=node,
            vpc_id=placement.vpc_id,
            description=f"Builds of {node}",
            out=out,
        )
        self._buildspec = assets.Asset(self, "Buildspec", path=str(ROOT / spec.buildspec))
        self._logs = EncryptedLogGroup(self, "Logs", key=key, days=spec.log_days)
        self.project = self._project()
        belongs_to(self.project, node)
        acknowledge(
            self.project,
            "CB5",
            reason="The command and its migrations are in the service's own image, which comes"
            " from the system's scanned repository by digest",
        )
        acknowledge(
            self.project,
            "CodeBuildProjectSourceRepoUrl",
            reason="It has no source repository, and so no credentials for one: the buildspec is"
            " an object in S3",
        )

    def _project(self) -> codebuild.CfnProject:
        spec, project = self._spec, codebuild.CfnProject
        told = {"COMMAND": spec.command, "DIRECTORY": spec.directory}
        variables = {**told, **self._wiring.variables}
        unreleased = f"{self._release.registry}/{self._release.repository}:{UNRELEASED_TAG}"
        return codebuild.CfnProject(
            self,
            "Project",
            name=self._name,
            description=f"Runs {spec.command!r} from the image of {spec.image}",
            service_role=self._role().arn,
            encryption_key=self._key.arn,
            timeout_in_minutes=spec.timeout,
            source=project.SourceProperty(
                type="NO_SOURCE",
                build_spec=f"arn:aws:s3:::{self._buildspec.s3_bucket_name}"
                f"/{self._buildspec.s3_object_key}",
            ),
            artifacts=project.ArtifactsProperty(type="NO_ARTIFACTS"),
            environment=project.EnvironmentProperty(
                type="LINUX_CONTAINER",
                compute_type=spec.compute,
                image=self._release.if_released(self._release.image, unreleased),
                image_pull_credentials_type="SERVICE_ROLE",
                privileged_mode=False,
                environment_variables=[
                    *_variables(variables, "PLAINTEXT"),
                    *_variables(
                        {name: secret.value_from for name, secret in self._wiring.secrets.items()},
                        "SECRETS_MANAGER",
                    ),
                ],
            ),
            vpc_config=project.VpcConfigProperty(
                vpc_id=self._placement.vpc_id,
                subnets=list(self._placement.subnet_ids),
                security_group_ids=[self._group.group_id],
            ),
            logs_config=project.LogsConfigProperty(
                cloud_watch_logs=project.CloudWatchLogsConfigProperty(
                    status="ENABLED", group_name=self._logs.name
                )
            ),
        )

    def _role(self) -> ServiceRole:
        place = self.place
        interface = place.arn("ec2", "network-interface/*")
        in_subnets = [place.arn("ec2", f"subnet/{each}") for each in self._placement.subnet_ids]
        permission = Statement(
            actions=["ec2:CreateNetworkInterfacePermission"],
            resources=[interface],
            conditions={
                "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
                "ArnEquals": {"ec2:Subnet": in_subnets},
            },
        )
        buildspec = self._buildspec.bucket.arn_for_objects(self._buildspec.s3_object_key)
        role = ServiceRole(
            self,
            "Role",
            service="codebuild",
            node=self._node,
            name=self._spec.role_name,
            only_from={"aws:SourceAccount": place.account},
            statements=[
                Statement(
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[self._logs.arn],
                ),
                Statement(actions=["s3:GetObject"], resources=[buildspec]),
                Statement(actions=NETWORK_INTERFACES, resources=["*"]),
                permission,
                *may_pull(self._release.repository_arn),
                *self._wiring.statements,
                *self._wiring.reading,
            ],
        )
        for resource, why in self._wiring.wildcards.items():
            acknowledge_wildcard(role, resource, reason=why)
        acknowledge(
            role,
            "IAM5[Resource::*]",
            "CKV_AWS_111",
            reason="CodeBuild manages the network interfaces of a build in a VPC with the project's"
            " own role, and those EC2 actions, like ecr:GetAuthorizationToken, know no resource",
        )
        acknowledge_wildcard(
            role,
            interface,
            reason="An interface has no id before it exists; the condition limits the permission"
            " to CodeBuild and to the project's subnets",
        )
        return role


def _variables(
    values: dict[str, str], kind: str
) -> list[codebuild.CfnProject.EnvironmentVariableProperty]:
    variable = codebuild.CfnProject.EnvironmentVariableProperty
    return [variable(name=name, type=kind, value=value) for name, value in sorted(values.items())]
