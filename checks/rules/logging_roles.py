"""Logs arrive: programs and networks may write theirs, and buckets take what services deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.graph.owners import literal
from checks.rules.conditions import acts, within
from checks.rules.grants import Grants, grants
from checks.rules.rule import Fault, rule
from checks.rules.service_roles import lacking, lacks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
WRITES = ("logs:CreateLogStream", "logs:PutLogEvents")
GROUP = "AWS::Logs::LogGroup"
BUCKET = "AWS::S3::Bucket"


def _group(found: Grants, value: object) -> Resource | None:
    """The log group of the templates that a name or reference means."""
    if not isinstance(value, str):
        return None
    at = found.estate.at(value)
    if at is None and "<" not in value:
        named = [each for each in found.estate.of(GROUP) if each.get("LogGroupName") == value]
        at = named[0] if named else None
    return at if at and at.kind == GROUP else None


def _wanted(found: Grants, program: Resource, value: object) -> Resource | str | None:
    """A group of the templates, or the ARN of one that stands as text."""
    group = _group(found, value)
    if group or not isinstance(value, str) or "<" in value:
        return group
    place = f"{program.region or '*'}:{found.account(program) or '*'}"
    return f"arn:aws:logs:{place}:log-group:{value}:x"


def _logs(found: Grants, program: Resource) -> Iterator[tuple[str, Resource | str]]:
    """The log groups of a program, with their places; Lambda has one where nothing is said."""
    places: list[tuple[str, object]] = []
    if program.kind == "AWS::Lambda::Function":
        name = program.get("FunctionName", f"{program.stack}-{program.logical_id}-XXXX")
        said = program.get("LoggingConfig.LogGroup", f"/aws/lambda/{name}")
        places = [("LoggingConfig.LogGroup", said)]
    elif program.kind == "AWS::CodeBuild::Project":
        path = "LogsConfig.CloudWatchLogs.GroupName"
        places = [(path, program.get(path))]
    for number, each in enumerate(program.mappings("ContainerDefinitions")):
        config = each.get("LogConfiguration")
        options = config.get("Options") if isinstance(config, dict) else None
        if isinstance(options, dict):
            where = f"ContainerDefinitions.{number}.LogConfiguration"
            places.append((where, options.get("awslogs-group")))
    for place, value in places:
        if wanted := _wanted(found, program, value):
            yield place, wanted


@rule(
    "permissions-logs",
    "ECS::TaskDefinition",
    "Lambda::Function",
    "CodeBuild::Project",
    title="programs may write their logs",
    why="a task does not start without its log, and a function runs in the dark",
    source=f"{DOCS}/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
)
def logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Streams and entries, in the group that they name."""
    found = grants(scene.estate)
    path = {
        "AWS::Lambda::Function": "Role",
        "AWS::CodeBuild::Project": "ServiceRole",
    }.get(resource.kind, "ExecutionRoleArn")
    role = found.role(resource.get(path))
    for place, group in _logs(found, resource):
        if resource.get(path) is None:
            yield Fault(
                message="nobody may write its log: it has no role to start with",
                remedy=f"set {path}",
                property=path,
            )
        elif role:
            name = group.rsplit("log-group:", 1)[-1] if isinstance(group, str) else group.logical_id
            what = f" on {name.removesuffix(':x')}"
            yield from lacks(role, lacking(found, role, WRITES, group), what, place)


@rule(
    "permissions-flow-log",
    "EC2::FlowLog",
    title="flow logs may be written",
    why="after a break-in nobody knows who talked to whom",
    source=f"{DOCS}/vpc/latest/userguide/flow-logs-iam-role.html",
)
def flow_log(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """A role for CloudWatch Logs, which may write the group."""
    found = grants(scene.estate)
    path = "DeliverLogsPermissionArn"
    kind = resource.get("LogDestinationType", "cloud-watch-logs")
    if kind == "cloud-watch-logs" and resource.get(path) is None:
        yield Fault(
            message="nobody may write it",
            remedy=f"set {path}",
            property=path,
        )
    role = found.role(resource.get(path))
    group = _group(found, resource.get("LogGroupName") or resource.get("LogDestination"))
    if role and group:
        actions = (*WRITES, "logs:DescribeLogStreams")
        missing = lacking(found, role, actions, group)
        yield from lacks(role, missing, f" on {group.logical_id}", path)


@rule(
    "permissions-balancer-logs",
    "ElasticLoadBalancingV2::LoadBalancer",
    title="the bucket of a balancer's access logs lets ELB write them",
    why="ELB refuses the balancer: Access Denied for bucket",
    source=f"{DOCS}/elasticloadbalancing/latest/application/enable-access-logging.html",
)
def balancer_logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Below the prefix, for this account's balancers."""
    found = grants(scene.estate)
    said = {str(e.get("Key")): e.get("Value") for e in resource.mappings("LoadBalancerAttributes")}
    bucket = scene.estate.at(said.get("access_logs.s3.bucket"))
    if not bucket or str(said.get("access_logs.s3.enabled")).lower() != "true":
        return
    if bucket.kind != BUCKET:
        yield Fault(
            message=f"{bucket.logical_id} is no bucket",
            remedy="set access_logs.s3.bucket to a bucket",
            property="LoadBalancerAttributes",
        )
        return
    prefix = said.get("access_logs.s3.prefix")
    start = f"{prefix}/" if isinstance(prefix, str) and prefix else ""
    place = f"{start}AWSLogs/{found.account(resource) or '*'}/elasticloadbalancing/x"
    if not _lets_balancer(found, bucket, resource, place):
        yield Fault(
            message=f"{bucket.logical_id} does not let it write {literal(place[:-1])}",
            remedy="allow s3:PutObject there to logdelivery.elasticloadbalancing.amazonaws.com",
            property="LoadBalancerAttributes",
        )


def _lets_balancer(found: Grants, bucket: Resource, balancer: Resource, place: str) -> bool:
    services = ("logdelivery.elasticloadbalancing", "delivery.logs")
    if any(
        found.admits(bucket, each, "s3:PutObject", source=balancer, place=place)
        for each in services
    ):
        return True
    # Older regions have an account of ELB instead of the service.
    return any(
        each.allows
        and acts(each, "s3:PutObject")
        and any(kind == "AWS" and who != "*" for kind, who in each.principals)
        and any(within(pattern, place) for pattern in each.resources)
        for each in found.of(bucket)
    )


@rule(
    "permissions-bucket-logs",
    "S3::Bucket",
    title="the bucket of another's access logs lets S3 write them",
    why="the logs are lost without a word",
    source=f"{DOCS}/AmazonS3/latest/userguide/enable-server-access-logging.html",
)
def bucket_logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Below the prefix, for this bucket."""
    found = grants(scene.estate)
    path = "LoggingConfiguration"
    target = scene.estate.at(resource.get(f"{path}.DestinationBucketName"))
    if not target or target.kind != BUCKET or target.get("AccessControl") == "LogDeliveryWrite":
        return
    prefix = resource.get(f"{path}.LogFilePrefix", "")
    place = f"{prefix}x" if isinstance(prefix, str) else "x"
    if not found.admits(target, "logging.s3", "s3:PutObject", source=resource, place=place):
        yield Fault(
            message=f"the policy of {target.logical_id} does not let S3 write its logs to"
            f" {prefix or 'it'}",
            remedy="allow s3:PutObject there to logging.s3.amazonaws.com, for this bucket",
            property=f"{path}.DestinationBucketName",
        )
