"""Log groups that are there before a service makes them: with an end, and with a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.estate import listed
from checks.rules.durability import is_copy
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
GROUP = "AWS::Logs::LogGroup"


def _names(scene: Scene) -> set[str]:
    return {str(each.get("LogGroupName")) for each in scene.estate.of(GROUP)}


@rule(
    "durability-database-logs",
    "RDS::DBInstance",
    "RDS::DBCluster",
    title="the log groups of databases are in the template",
    why="RDS makes those that are missing: kept and paid for for ever, without a key of yours",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html",
    severity="warning",
)
def database_logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """One for each log that is exported, with the name that RDS gives."""
    cluster = resource.kind == "AWS::RDS::DBCluster"
    name = resource.get("DBClusterIdentifier" if cluster else "DBInstanceIdentifier")
    if not is_literal(name) or (not cluster and resource.get("DBClusterIdentifier")):
        return
    for number, log in enumerate(listed(resource.get("EnableCloudwatchLogsExports"))):
        group = f"/aws/rds/{'cluster' if cluster else 'instance'}/{name}/{log}"
        if is_literal(log) and group not in _names(scene):
            yield Fault(
                message=f"{group} is in no template",
                remedy="add a log group of this name, with RetentionInDays and KmsKeyId",
                property=f"EnableCloudwatchLogsExports.{number}",
            )


@rule(
    "exposure-database-logs",
    "RDS::DBInstance",
    "RDS::DBCluster",
    title="databases send their logs to CloudWatch",
    why="who logged in, and what failed, is gone with the machine after a few days",
    source=f"{DOCS}/securityhub/latest/userguide/rds-controls.html#rds-9",
    severity="warning",
)
def exported(resource: Resource, _: Scene) -> Iterator[Fault]:
    """One log or more is exported; an instance of a cluster has none of its own."""
    path = "EnableCloudwatchLogsExports"
    if not resource.get(path) and not is_copy(resource):
        yield Fault(
            message="its logs stay on its machine",
            remedy="export postgresql and upgrade, or what its engine has",
            property=path,
        )


@rule(
    "durability-insights-logs",
    "ECS::Cluster",
    title="the log group of Container Insights is in the template",
    why="ECS makes one that is missing: kept and paid for for ever, without a key of yours",
    source=f"{DOCS}/AmazonECS/latest/developerguide/cloudwatch-container-insights.html",
    severity="warning",
)
def insights_logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """For a cluster that has a name and measures."""
    name = resource.get("ClusterName")
    on = any(
        each.get("Name") == "containerInsights" and each.get("Value") in ("enabled", "enhanced")
        for each in resource.mappings("ClusterSettings")
    )
    group = f"/aws/ecs/containerinsights/{name}/performance"
    if on and is_literal(name) and group not in _names(scene):
        yield Fault(
            message=f"{group} is in no template",
            remedy="add a log group of this name, with RetentionInDays and KmsKeyId",
            property="ClusterName",
        )


@rule(
    "durability-function-logs",
    "Lambda::Function",
    title="the log groups of functions are in the template",
    why="Lambda makes those that are missing: kept and paid for for ever, without a key of yours",
    source=f"{DOCS}/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html",
    severity="warning",
)
def function_logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The group that it names, or the one of its name."""
    said, name = resource.get("LoggingConfig.LogGroup"), resource.get("FunctionName")
    named = said if said is not None else f"/aws/lambda/{name}"
    at = scene.estate.at(named)
    beside = [str(each.get("LogGroupName")) for each in scene.estate.of(GROUP)]
    own = any(resource.ref in each for each in beside)
    unknown = isinstance(said, str) and "<" in said and at is None
    if at is None and not unknown and not own and str(named) not in _names(scene):
        yield Fault(
            message="its log group is in no template",
            remedy="set LoggingConfig.LogGroup to a group with RetentionInDays and KmsKeyId",
            property="LoggingConfig.LogGroup",
        )
