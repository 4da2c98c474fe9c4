"""ARNs as policies write them: with stars, with regions left open, and for names not made yet."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

PSEUDO = re.compile(r"<AWS::\w+>")
LOGS = ("logs:createloggroup", "logs:createlogstream", "logs:putlogevents", "logs:describe*")
PULL = ("ecr:*",)
INTERFACES = ("ec2:*networkinterface*", "ec2:describe*", "ec2:*privateipaddresses")
# What AWS's own policies for service roles hold; any other managed policy may hold everything.
MANAGED = {
    "AmazonECSTaskExecutionRolePolicy": (*PULL, *LOGS[1:3]),
    "AWSLambdaBasicExecutionRole": LOGS,
    "AWSLambdaVPCAccessExecutionRole": (*LOGS, *INTERFACES),
    "AWSXRayDaemonWriteAccess": ("xray:*",),
    "AWSAppRunnerServicePolicyForECRAccess": PULL,
    "AmazonRDSEnhancedMonitoringRole": ("logs:*",),
}
# As in NAMED: a name's property, the service and the end of an ARN, for more types.
ENDS = {
    "AWS::KMS::Key": ("Name", "kms", "key/{}"),
    "AWS::DynamoDB::Table": ("TableName", "dynamodb", "table/{}"),
    "AWS::CloudWatch::Alarm": ("AlarmName", "cloudwatch", "alarm:{}"),
    "AWS::CloudWatch::CompositeAlarm": ("AlarmName", "cloudwatch", "alarm:{}"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        "Name",
        "elasticloadbalancing",
        "loadbalancer/app/{}/x",
    ),
}


def same_place(pattern: str, arn: str) -> bool:
    """Whether two ARNs, where both say region and account, say the same."""
    ours, theirs = pattern.split(":", 5), PSEUDO.sub("*", arn).split(":", 5)
    return min(len(ours), len(theirs)) < 6 or all(
        fnmatchcase(b, a) or fnmatchcase(a, b) for a, b in zip(ours[3:5], theirs[3:5], strict=True)
    )


def matches(pattern: str, arn: str) -> bool:
    """Whether a pattern takes in an ARN whose region and account may be open."""
    ours, theirs = pattern.split(":", 5), PSEUDO.sub("*", arn).split(":", 5)
    if min(len(ours), len(theirs)) < 6:
        return fnmatchcase(arn, pattern)
    named = fnmatchcase(theirs[2], ours[2]) and fnmatchcase(theirs[5], ours[5])
    return named and same_place(pattern, arn)
