"""Ids and ARNs that stand in templates as they are: of the kind that their place means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.rules.every import EVERY, with_others
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal
from checks.rules.wiring import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Resource
    from checks.rules.rule import Scene


def _arn(service: str, resource: str = "") -> str:
    return rf"arn:[\w-]+:{service}:[a-z0-9-]*:\d*:{resource}.*"


def _of(*pairs: tuple[str, tuple[str, ...]]) -> dict[str, re.Pattern[str]]:
    return {name: re.compile(pattern) for pattern, names in pairs for name in names}


PATTERNS: Mapping[str, re.Pattern[str]] = _of(
    (r"subnet-[0-9a-z-]+", ("SubnetIds", "Subnets", "SubnetId", "VpcSubnetIds")),
    (
        r"sg-[0-9a-z-]+",
        (
            "SecurityGroupIds",
            "VPCSecurityGroups",
            "VpcSecurityGroupIds",
            "SourceSecurityGroupId",
            "DestinationSecurityGroupId",
        ),
    ),
    (r"vpc-[0-9a-z-]+", ("VpcId",)),
    (r"rtb-[0-9a-z-]+", ("RouteTableId", "RouteTableIds")),
    (r"igw-[0-9a-z-]+", ("InternetGatewayId",)),
    (r"nat-[0-9a-z-]+", ("NatGatewayId",)),
    (r"eipalloc-[0-9a-z-]+", ("AllocationId",)),
    (
        _arn("iam", "role/"),
        (
            "RoleArn",
            "RoleARN",
            "ExecutionRoleArn",
            "TaskRoleArn",
            "MonitoringRoleArn",
            "DeliverLogsPermissionArn",
            "AccessRoleArn",
            "InstanceRoleArn",
        ),
    ),
    (
        _arn("elasticloadbalancing", "targetgroup/"),
        ("TargetGroupArn", "AlternateTargetGroupArn"),
    ),
    (_arn("elasticloadbalancing", "listener"), ("ListenerArn", "ProductionListenerRule")),
    (_arn("elasticloadbalancing", "loadbalancer/"), ("LoadBalancerArn",)),
    (_arn("(acm|iam)"), ("CertificateArn",)),
    (_arn("logs", "log-group:"), ("LogGroupArn",)),
    (_arn("sns"), ("TopicArn",)),
    (_arn("lambda", "function:"), ("RotationLambdaARN",)),
    (_arn("kms", "(key|alias)/"), ("KmsKeyArn",)),
    (
        rf"{_arn('kms', '(key|alias)/')}|alias/.+|[0-9a-f-]{{36}}|mrk-[0-9a-f]+",
        ("KmsKeyId", "KMSKeyId", "KMSMasterKeyID", "KmsMasterKeyId", "EncryptionKey"),
    ),
)


@rule(
    "wiring-literal",
    *EVERY,
    title="ids and ARNs that are written out are of the kind that is meant",
    why="AWS refuses it in the middle of a deployment",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html",
)
def literal(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """By how they begin; whether there is such a thing, templates can't say."""
    for each in with_others(resource, scene.estate):
        for name, value in _written_out(each):
            if not PATTERNS[name].fullmatch(value):
                yield Fault(
                    message=f"'{value}' is no {name}",
                    remedy="refer to what is meant",
                    property=place_of(each.properties, name, value),
                    at=each,
                )


def _written_out(resource: Resource) -> Iterator[tuple[str, str]]:
    waiting: list[tuple[str, Any]] = list(resource.properties.items())
    while waiting:
        name, value = waiting.pop()
        if type(value) is str:
            if name in PATTERNS and is_literal(value) and value and value[0] not in "$*{":
                yield name, value
        elif type(value) is dict:
            waiting.extend(value.items())
        elif type(value) is list:
            waiting.extend((name, each) for each in value)
