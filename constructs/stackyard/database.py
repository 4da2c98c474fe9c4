"""RDS for PostgreSQL: encrypted, private, over TLS only, backed up, with its logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_rds as rds

from config import aws
from config.model.optouts import NoBackups, SingleZone
from config.nodes import MASTER, login_node
from stackyard.edges import NodeGroup
from stackyard.iam import ServiceRole, Statement
from stackyard.log_group import EncryptedLogGroup
from stackyard.marks import (
    NEXT_RELEASE,
    acknowledge,
    acknowledge_wildcard,
    belongs_to,
    keep,
    planned,
)
from stackyard.place import Block
from stackyard.secret import generated_secret

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.postgres import Postgres
    from stackyard.key import EnvironmentKey
    from stackyard.placement import Placement

# What production keeps at least (FSBP RDS.11).
RECOMMENDED_BACKUP_DAYS = 7
OS_METRICS = "RDSOSMetrics"
EXPORTED_LOGS = ("postgresql", "upgrade")
INSIGHTS = {
    "standard": rds.DatabaseInsightsMode.STANDARD,
    "advanced": rds.DatabaseInsightsMode.ADVANCED,
}
# Advanced insights are sold with 15 months, standard ones with 7 days.
INSIGHTS_KEPT = {"standard": None, "advanced": rds.PerformanceInsightRetention.MONTHS_15}


class Database(Block):
    """One PostgreSQL instance, its master password, parameters, subnets and closed group."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        identifier: str,
        spec: Postgres,
        placement: Placement,
        key: EnvironmentKey,
        protected: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.spec, self.identifier, self.protected = spec, identifier, protected
        self.subnets = self._subnets(placement)
        group = NodeGroup(
            self,
            "Group",
            node=node,
            vpc_id=placement.vpc_id,
            description=f"Database {identifier}",
        )
        self.group_id = group.group_id
        self.master = generated_secret(
            self,
            "Master",
            node=login_node(node, MASTER),
            name=spec.master.secret,
            description=f"Password of the master user of {identifier}",
            key=key,
        )
        engine = rds.DatabaseInstanceEngine.postgres(
            version=rds.PostgresEngineVersion.of(spec.version, spec.version.split(".")[0])
        )
        monitoring_role = self._monitoring_role(node)
        self.monitoring_role_arn = monitoring_role.role_arn if monitoring_role else None
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            instance_identifier=identifier,
            database_name=spec.database,
            engine=engine,
            instance_type=ec2.InstanceType(spec.instance_class),
            credentials=rds.Credentials.from_password(
                spec.master.username, self.master.secret_value
            ),
            port=aws.POSTGRES_PORT,
            vpc=placement.vpc,
            security_groups=[
                ec2.SecurityGroup.from_security_group_id(
                    self, "GroupView", group.group_id, mutable=False
                )
            ],
            subnet_group=self.subnets,
            parameter_group=self._parameters(engine),
            publicly_accessible=False,
            ca_certificate=rds.CaCertificate.of(spec.certificate_authority),
            storage_type=rds.StorageType.GP3,
            allocated_storage=spec.storage_gb,
            max_allocated_storage=spec.ceiling_gb,
            storage_encrypted=True,
            storage_encryption_key=key,
            multi_az=not isinstance(spec.multi_az, SingleZone),
            backup_retention=cdk.Duration.days(_days(spec)),
            preferred_backup_window=spec.backup_window,
            preferred_maintenance_window=spec.maintenance_window,
            copy_tags_to_snapshot=True,
            delete_automated_backups=False,
            auto_minor_version_upgrade=True,
            # An old major version is upgraded at the end of its support, not billed by the hour.
            engine_lifecycle_support=rds.EngineLifecycleSupport.OPEN_SOURCE_RDS_EXTENDED_SUPPORT_DISABLED,
            deletion_protection=protected,
            cloudwatch_logs_exports=list(EXPORTED_LOGS),
            database_insights_mode=INSIGHTS[spec.insights],
            performance_insight_retention=INSIGHTS_KEPT[spec.insights],
            performance_insight_encryption_key=key,
            monitoring_interval=self._monitored(),
            monitoring_role=monitoring_role,
        )
        for log in EXPORTED_LOGS:
            # RDS would make the group itself, without key or end: ours has to be there first.
            logs = EncryptedLogGroup(
                self,
                f"{log.capitalize()}Logs",
                name=f"/aws/rds/instance/{identifier}/{log}",
                key=key,
                days=spec.log_days,
            )
            self.instance.node.add_dependency(logs)
        for kept in (self.instance, group.group):
            keep(kept)
        belongs_to(self.instance, node)
        acknowledge(
            self.instance,
            "RDS11",
            reason="Only the declared edges reach the port, from security groups that are named;"
            " another number would be obscurity and no lock",
        )
        acknowledge(
            self.instance,
            "CT.RDS.PR.7",
            reason="Programs log in with passwords that are rotated; tokens of IAM would need code"
            " in each of them, and every 15 minutes a new one",
        )
        planned(
            self.instance,
            "RDSInBackupPlan",
            until=NEXT_RELEASE,
            reason="A plan of AWS Backup with a vault of its own comes next; until then there are"
            " RDS' own backups, for as many days as the file says",
        )
        self._accept_what_the_file_turns_off(protected=protected)

    def _monitored(self) -> cdk.Duration | None:
        seconds = self.spec.monitoring_seconds
        return cdk.Duration.seconds(seconds) if seconds else None

    def _monitoring_role(self, node: str) -> iam.IRole | None:
        """Enhanced Monitoring writes to `RDSOSMetrics`, a group of the account that RDS makes.

        https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonRDSEnhancedMonitoringRole.html
        """
        if not self.spec.monitoring_seconds:
            return None
        # Such an ARN takes `:*` for every action but tagging, CreateLogGroup included.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
        group = self.place.arn("logs", f"log-group:{OS_METRICS}:*")
        actions = [
            "logs:CreateLogGroup",
            "logs:PutRetentionPolicy",
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:GetLogEvents",
            "logs:PutLogEvents",
        ]
        role = ServiceRole(
            self,
            "MonitoringRole",
            service="monitoring.rds",
            node=node,
            only_from={"aws:SourceAccount": self.place.account},
            statements=[Statement(actions=actions, resources=[group])],
        )
        # The instance outlives its stack, and goes on measuring.
        keep(role)
        acknowledge_wildcard(
            role, group, reason="The streams of the one group that RDS writes its metrics to"
        )
        return iam.Role.from_role_arn(self, "MonitoringRoleView", role.arn, mutable=False)

    def _accept_what_the_file_turns_off(self, *, protected: bool) -> None:
        spec = self.spec
        if isinstance(spec.multi_az, SingleZone):
            reason = f"The file keeps the database in one zone: {spec.multi_az.reason}"
            acknowledge(self.instance, "RDS3", reason=reason)
        if isinstance(spec.backup_days, NoBackups):
            reason = f"The file turns automated backups off: {spec.backup_days.reason}"
            acknowledge(self.instance, "RDS13", reason=reason)
        elif spec.backup_days < RECOMMENDED_BACKUP_DAYS:
            reason = "The file keeps them for fewer days, which production may not"
            acknowledge(self.instance, "CT.RDS.PR.8", reason=reason)
        if not spec.monitoring_seconds:
            reason = "The file asks for no Enhanced Monitoring; Database Insights is always on"
            acknowledge(self.instance, "CT.RDS.PR.2", reason=reason)
        if not protected:
            acknowledge(
                self.instance,
                "RDS10",
                reason="The file says that this environment is not production; the instance"
                " outlives its stack all the same",
            )

    def _subnets(self, placement: Placement) -> rds.SubnetGroup:
        subnets = rds.SubnetGroup(
            self,
            "Subnets",
            description=f"Subnets of {self.identifier}",
            vpc=placement.vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=list(placement.subnets)),
        )
        keep(subnets)
        return subnets

    def _parameters(self, engine: rds.IInstanceEngine) -> rds.ParameterGroup:
        group = rds.ParameterGroup(
            self,
            "Parameters",
            engine=engine,
            description=f"Parameters of {self.identifier}",
            parameters={
                **self.spec.parameters,
                "max_connections": str(self.spec.max_connections),
                "rds.force_ssl": "1",
            },
        )
        group.bind_to_instance()
        keep(group)
        return group


def _days(spec: Postgres) -> int:
    return 0 if isinstance(spec.backup_days, NoBackups) else spec.backup_days
