"""A read replica of a database, for reports and other reading that may lag behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy
from aws_cdk import aws_rds as rds

from stackyard.marks import acknowledge, belongs_to

if TYPE_CHECKING:
    from constructs import Construct

    from stackyard.database import Database
    from stackyard.key import EnvironmentKey


# Advanced Database Insights are sold with 15 months.
ADVANCED_DAYS = 465


def replica_name(identifier: str) -> str:
    """What a database's replica is called."""
    return f"{identifier}-replica"


def replica(
    scope: Construct, construct_id: str, *, node: str, database: Database, key: EnvironmentKey
) -> rds.CfnDBInstance:
    """A replica in the subnets and the group of its source, whose encryption and data it has.

    It has no backups of its own, because it is made anew from its source.
    """
    spec, instance = database.spec, database.instance
    found = rds.CfnDBInstance(
        scope,
        construct_id,
        db_instance_identifier=replica_name(database.identifier),
        # By its ARN: with the name alone RDS refuses a subnet group.
        source_db_instance_identifier=instance.instance_arn,
        db_instance_class=f"db.{spec.instance_class}",
        db_subnet_group_name=database.subnets.subnet_group_name,
        vpc_security_groups=[database.group_id],
        publicly_accessible=False,
        ca_certificate_identifier=spec.certificate_authority,
        storage_type="gp3",
        max_allocated_storage=spec.ceiling_gb,
        auto_minor_version_upgrade=True,
        copy_tags_to_snapshot=True,
        deletion_protection=database.protected,
        database_insights_mode=spec.insights,
        enable_performance_insights=True,
        performance_insights_kms_key_id=key.arn,
        performance_insights_retention_period=ADVANCED_DAYS if spec.insights == "advanced" else 7,
        monitoring_interval=spec.monitoring_seconds or 0,
        monitoring_role_arn=database.monitoring_role_arn,
    )
    # It holds nothing that its source does not, and what stayed would be in the next one's way.
    found.apply_removal_policy(RemovalPolicy.DESTROY)
    belongs_to(found, node)
    if not database.protected:
        acknowledge(
            found,
            "RDS10",
            reason="The file says that this environment is not production; what a replica holds is"
            " in its source",
        )
    if not spec.monitoring_seconds:
        reason = "The file asks for no Enhanced Monitoring; Database Insights is always on"
        acknowledge(found, "CT.RDS.PR.2", reason=reason)
    for finding, reason in {
        "RDS11": "Only the declared edges reach the port, which is its source's",
        "RDS2": "A replica in its source's region has its source's encryption, and CloudFormation"
        " refuses the property here",
        "RDSInBackupPlan": "What a replica holds is in its source, which is what backups are of",
        "RDS3": "It is itself the second copy; nothing writes to it",
    }.items():
        acknowledge(found, finding, reason=reason)
    return found
