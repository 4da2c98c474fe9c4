"""App Runner: the service, its connector into the VPC, scaling, roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_apprunner as apprunner

from stackyard.edges import NodeGroup
from stackyard.iam import ServiceRole, Statement
from stackyard.log_retention import LogRetention
from stackyard.marks import acknowledge, acknowledge_wildcard, belongs_to
from stackyard.place import Block
from stackyard.pull import may_pull
from stackyard.redeploy import Redeployable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from config.model.services import AppRunner as AppRunnerSpec
    from stackyard.edges import Way
    from stackyard.node import Wiring
    from stackyard.placement import Placement
    from stackyard.release import Release

LOGS = ("application", "service")


class AppRunnerService(Block):
    """A service that exists once an image is released; its group and roles exist before."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        name: str,
        spec: AppRunnerSpec,
        release: Release,
        wiring: Wiring,
        placement: Placement,
        out: tuple[Way, ...],
    ) -> None:
        super().__init__(scope, construct_id)
        self._spec, self._release, self._wiring, self._node = spec, release, wiring, node
        self.name = name
        self._group = NodeGroup(
            self,
            "Group",
            node=node,
            vpc_id=placement.vpc_id,
            description=f"App Runner service {name}",
            out=out,
        )
        connector = apprunner.CfnVpcConnector(
            self,
            "Connector",
            subnets=list(placement.subnet_ids),
            security_groups=[self._group.group_id],
        )
        belongs_to(connector, node)
        self._pull_role, self._run_role = self._pull(), self._run()
        self.released = Block(self, "Released")
        self.service = self._service(connector)
        belongs_to(self.service, node)
        # The way to what the program uses has to be open before it starts.
        self.service.node.add_dependency(self._group)
        self.arn = release.if_released(self.service.attr_service_arn, self._no_arn())
        for log in LOGS:
            LogRetention(
                self.released,
                f"{log.capitalize()}Logs",
                node=node,
                log_group=self.log_group(log),
                days=spec.log_days,
            )

    @property
    def redeployable(self) -> Redeployable:
        """How to make it start anew."""
        variable = f"{self._node.title().replace('-', '')}Arn"
        return Redeployable(
            node=self._node,
            resource="arn:aws:states:::aws-sdk:apprunner:startDeployment",
            parameters={"ServiceArn": f"${{{variable}}}"},
            statement=Statement(actions=["apprunner:StartDeployment"], resources=[self.arn]),
            release=self._release,
            substitutions={variable: self.arn},
            absent=("AppRunner.ResourceNotFoundException",),
        )

    def _no_arn(self) -> str:
        return self.place.arn("apprunner", f"service/{self.name}/unreleased")

    def log_group(self, log: str) -> str:
        """The name of a log group that App Runner makes for the service."""
        return f"/aws/apprunner/{self.name}/{self.service.attr_service_id}/{log}"

    def _pull(self) -> ServiceRole:
        role = ServiceRole(
            self,
            "PullRole",
            service="build.apprunner",
            node=self._node,
            statements=may_pull(self._release.repository_arn),
        )
        acknowledge(
            role,
            "IAM5[Resource::*]",
            reason="ecr:GetAuthorizationToken knows no resource; pulling is limited to the one"
            " repository",
        )
        return role

    def _run(self) -> ServiceRole:
        role = ServiceRole(
            self,
            "RunRole",
            service="tasks.apprunner",
            node=self._node,
            statements=[*self._wiring.statements, *self._wiring.reading],
        )
        for resource, reason in self._wiring.wildcards.items():
            acknowledge_wildcard(role, resource, reason=reason)
        return role

    def _service(self, connector: apprunner.CfnVpcConnector) -> apprunner.CfnService:
        spec, service = self._spec, apprunner.CfnService
        scaling = apprunner.CfnAutoScalingConfiguration(
            self,
            "Scaling",
            min_size=spec.scale.min,
            max_size=spec.scale.max,
            max_concurrency=spec.scale.concurrency,
        )
        return apprunner.CfnService(
            self.released,
            "Service",
            service_name=self.name,
            source_configuration=service.SourceConfigurationProperty(
                auto_deployments_enabled=False,
                authentication_configuration=service.AuthenticationConfigurationProperty(
                    access_role_arn=self._pull_role.arn
                ),
                image_repository=service.ImageRepositoryProperty(
                    image_identifier=self._release.image,
                    image_repository_type="ECR",
                    image_configuration=service.ImageConfigurationProperty(
                        port=str(spec.port),
                        runtime_environment_variables=_pairs(self._wiring.variables),
                        runtime_environment_secrets=_pairs(
                            {
                                variable: secret.value_from
                                for variable, secret in self._wiring.secrets.items()
                            }
                        ),
                    ),
                ),
            ),
            instance_configuration=service.InstanceConfigurationProperty(
                cpu=str(spec.cpu),
                memory=str(spec.memory),
                instance_role_arn=self._run_role.arn,
            ),
            health_check_configuration=self._health(),
            auto_scaling_configuration_arn=scaling.attr_auto_scaling_configuration_arn,
            network_configuration=service.NetworkConfigurationProperty(
                egress_configuration=service.EgressConfigurationProperty(
                    egress_type="VPC", vpc_connector_arn=connector.attr_vpc_connector_arn
                ),
                ingress_configuration=service.IngressConfigurationProperty(
                    is_publicly_accessible=spec.public
                ),
            ),
        )

    def _health(self) -> apprunner.CfnService.HealthCheckConfigurationProperty | None:
        health = self._spec.health
        if health is None:
            return None
        return apprunner.CfnService.HealthCheckConfigurationProperty(
            protocol="HTTP",
            path=health.path,
            interval=health.interval,
            timeout=health.timeout,
            healthy_threshold=health.healthy,
            unhealthy_threshold=health.unhealthy,
        )


def _pairs(values: dict[str, str]) -> Sequence[apprunner.CfnService.KeyValuePairProperty]:
    pair = apprunner.CfnService.KeyValuePairProperty
    return [pair(name=name, value=value) for name, value in sorted(values.items())]
