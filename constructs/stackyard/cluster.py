"""The ECS cluster of an environment: Fargate, enhanced Container Insights, names, shells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_servicediscovery as servicediscovery

from stackyard.iam import Statement
from stackyard.log_group import EncryptedLogGroup
from stackyard.marks import belongs_to
from stackyard.place import Block

if TYPE_CHECKING:
    from constructs import Construct

    from stackyard.key import EnvironmentKey

NODE = "cluster"
INSIGHTS_DAYS = 30
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-required-iam-permissions
OPEN_CHANNELS = [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
]


class Cluster(Block):
    """A cluster by a name that others may say; `namespace_arn` is where services find each other.

    `shell` is what a task's role needs for ECS Exec, whose sessions are logged. `enhanced`
    Container Insights also see single tasks and containers, which costs by their number.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        key: EnvironmentKey,
        with_names: bool,
        with_shells: bool,
        shell_log_days: int,
        enhanced: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name, self._key = name, key
        # ECS makes this group itself, without key or end, unless it is there.
        insights = EncryptedLogGroup(
            self,
            "Insights",
            name=f"/aws/ecs/containerinsights/{name}/performance",
            key=key,
            days=INSIGHTS_DAYS,
        )
        self.arn = self.place.arn("ecs", f"cluster/{name}")
        self.namespace_arn: str | None = None
        if with_names:
            namespace = servicediscovery.CfnHttpNamespace(
                self, "Names", name=name, description=f"Services of {name}, as they call each other"
            )
            self.namespace_arn = namespace.attr_arn
        self.shell: tuple[Statement, ...] = ()
        configuration = self._shells(shell_log_days) if with_shells else None
        self.cluster = ecs.CfnCluster(
            self,
            "Cluster",
            cluster_name=name,
            capacity_providers=["FARGATE", "FARGATE_SPOT"],
            cluster_settings=[
                {"name": "containerInsights", "value": "enhanced" if enhanced else "enabled"}
            ],
            configuration=configuration,
        )
        self.cluster.node.add_dependency(insights)
        belongs_to(self.cluster, NODE)
        # The same name, for who has to wait until the cluster exists.
        self.ref = self.cluster.ref

    def _shells(self, days: int) -> dict[str, Any]:
        logs = EncryptedLogGroup(self, "Shells", key=self._key, days=days)
        write = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
        self.shell = (
            Statement(actions=OPEN_CHANNELS, resources=["*"]),
            Statement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[self._key.arn]),
            Statement(actions=["logs:DescribeLogGroups"], resources=["*"]),
            Statement(actions=write, resources=[logs.arn]),
        )
        return {
            "executeCommandConfiguration": {
                "kmsKeyId": self._key.arn,
                "logging": "OVERRIDE",
                "logConfiguration": {
                    "cloudWatchLogGroupName": logs.name,
                    "cloudWatchEncryptionEnabled": True,
                },
            }
        }
