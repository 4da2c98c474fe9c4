"""What a principal may do by what it is for: the intention that policies are held against.

Each row: the AWS service that takes the role, the actions, and whom they may concern (a relation
of `checks.graph.declared.Concerns`). A `needed` row also has to be granted where the relation
names somebody. Written from AWS's own documentation of each role, not from what we generate.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

Relation = Literal[
    "own",
    "secrets",
    "rotated",
    "read",
    "written",
    "buckets",
    "invoked",
    "image",
    "users",
    "cluster",
    "balancer",
    "traces",
    "shell",
    "session_logs",
    "anything",
]


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Actions of principals that a service takes, on the nodes of a relation."""

    by: tuple[str, ...]
    actions: tuple[str, ...]
    on: Relation
    needed: bool = False
    source: str

    def covers(self, service: str, action: str) -> bool:
        """Whether it speaks of this action by a role that this service takes."""
        return any(fnmatchcase(service, each) for each in self.by) and any(
            action.lower() == each.lower() for each in self.actions
        )


DOCS = "https://docs.aws.amazon.com"
ECS_ROLE = f"{DOCS}/AmazonECS/latest/developerguide/task_execution_IAM_role.html"
PROGRAMS = ("ecs-tasks", "tasks.apprunner", "codebuild", "lambda")
STARTERS = ("ecs-tasks", "build.apprunner", "codebuild")

PERMISSIONS = (
    Permission(
        by=("ecs-tasks", "codebuild", "lambda"),
        actions=("logs:CreateLogStream", "logs:PutLogEvents"),
        on="own",
        source=ECS_ROLE,
    ),
    Permission(by=STARTERS, actions=("ecr:GetAuthorizationToken",), on="anything", source=ECS_ROLE),
    Permission(
        by=STARTERS,
        actions=(
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
        ),
        on="image",
        needed=True,
        source=ECS_ROLE,
    ),
    Permission(
        by=STARTERS,
        actions=("ecr:DescribeImages",),
        on="image",
        source=f"{DOCS}/apprunner/latest/dg/security_iam_service-with-iam.html",
    ),
    Permission(
        by=(*PROGRAMS, "rds"),
        actions=("secretsmanager:GetSecretValue",),
        on="secrets",
        needed=True,
        source=f"{DOCS}/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html",
    ),
    Permission(
        by=("lambda",),
        actions=(
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
            "secretsmanager:ListSecretVersionIds",
        ),
        on="rotated",
        source=f"{DOCS}/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html",
    ),
    Permission(
        by=("lambda",),
        actions=("secretsmanager:PutSecretValue",),
        on="rotated",
        needed=True,
        source=f"{DOCS}/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html",
    ),
    Permission(
        by=PROGRAMS,
        actions=("s3:GetObject",),
        on="read",
        needed=True,
        source=f"{DOCS}/AmazonS3/latest/userguide/security_iam_service-with-iam.html",
    ),
    # Who may not list gets 403 for an object that is not there, instead of 404.
    Permission(
        by=PROGRAMS,
        actions=("s3:ListBucket",),
        on="buckets",
        needed=True,
        source=f"{DOCS}/AmazonS3/latest/API/API_GetObject.html",
    ),
    Permission(
        by=PROGRAMS,
        actions=("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"),
        on="written",
        needed=True,
        source=f"{DOCS}/AmazonS3/latest/userguide/security_iam_service-with-iam.html",
    ),
    Permission(
        by=(*PROGRAMS, "states"),
        actions=("lambda:InvokeFunction",),
        on="invoked",
        needed=True,
        source=f"{DOCS}/lambda/latest/dg/access-control-identity-based.html",
    ),
    Permission(
        by=("lambda",),
        actions=(
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ),
        on="anything",
        source=f"{DOCS}/lambda/latest/dg/configuration-vpc.html",
    ),
    Permission(
        by=("lambda",),
        actions=("sqs:SendMessage",),
        on="own",
        source=f"{DOCS}/lambda/latest/dg/invocation-async-retain-records.html",
    ),
    # What Lambda does with a function's role to hand it what waits in a queue.
    Permission(
        by=("lambda",),
        actions=("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
        on="own",
        source=f"{DOCS}/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions",
    ),
    Permission(
        by=("ecs-tasks",),
        actions=(
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
            "xray:GetSamplingStatisticSummaries",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        ),
        on="traces",
        source=f"{DOCS}/xray/latest/devguide/security_iam_id-based-policy-examples.html",
    ),
    Permission(
        by=("ecs-tasks",),
        actions=(
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
            "logs:DescribeLogGroups",
        ),
        on="shell",
        source=f"{DOCS}/AmazonECS/latest/developerguide/ecs-exec.html",
    ),
    Permission(
        by=("ecs-tasks",),
        actions=(
            "logs:CreateLogStream",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
        ),
        on="session_logs",
        source=f"{DOCS}/AmazonECS/latest/developerguide/ecs-exec.html",
    ),
    Permission(
        by=("codebuild",),
        actions=(
            "ec2:CreateNetworkInterface",
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeSubnets",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeVpcs",
        ),
        on="anything",
        source=f"{DOCS}/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html",
    ),
    Permission(
        by=("vpc-flow-logs",),
        actions=("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
        on="own",
        source=f"{DOCS}/vpc/latest/userguide/flow-logs-iam-role.html",
    ),
    Permission(
        by=("states",),
        actions=(
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
            "xray:PutTelemetryRecords",
            "xray:PutTraceSegments",
        ),
        on="anything",
        source=f"{DOCS}/step-functions/latest/dg/cw-logs.html",
    ),
    Permission(
        by=("states",),
        actions=("ecs:RunTask", "iam:PassRole"),
        on="own",
        source=f"{DOCS}/step-functions/latest/dg/connect-ecs.html",
    ),
    Permission(
        by=("states",),
        actions=("ecs:DescribeTasks", "ecs:StopTask"),
        on="cluster",
        source=f"{DOCS}/step-functions/latest/dg/connect-ecs.html",
    ),
    Permission(
        by=("states",),
        actions=("ecs:UpdateService", "apprunner:StartDeployment"),
        on="users",
        source=f"{DOCS}/step-functions/latest/dg/supported-services-awssdk.html",
    ),
    Permission(
        by=("states",),
        actions=("apprunner:AssociateCustomDomain", "apprunner:DescribeCustomDomains"),
        on="own",
        source=f"{DOCS}/apprunner/latest/dg/manage-custom-domains.html",
    ),
    Permission(
        by=("events", "scheduler"),
        actions=("states:StartExecution",),
        on="own",
        source=f"{DOCS}/eventbridge/latest/userguide/eb-use-identity-based.html",
    ),
    Permission(
        by=("scheduler",),
        actions=("logs:PutRetentionPolicy",),
        on="own",
        source=f"{DOCS}/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
    ),
    Permission(
        by=("ecs",),
        actions=(
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
        ),
        on="anything",
        source=f"{DOCS}/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html",
    ),
    Permission(
        by=("ecs",),
        actions=(
            "elasticloadbalancing:DeregisterTargets",
            "elasticloadbalancing:RegisterTargets",
            "elasticloadbalancing:ModifyRule",
        ),
        on="own",
        source=f"{DOCS}/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html",
    ),
    Permission(
        by=("ecs",),
        actions=("elasticloadbalancing:ModifyListener",),
        on="balancer",
        source=f"{DOCS}/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html",
    ),
)

# What is named by no resource of the estate: who takes the role, the action, the ARN as a pattern.
ELSEWHERE: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("monitoring.rds", ("logs:*",), "arn:aws:logs:*:*:log-group:RDSOSMetrics:*"),
    (
        "states",
        ("events:PutTargets", "events:PutRule", "events:DescribeRule"),
        "arn:aws:events:*:*:rule/StepFunctionsGetEventsForECSTaskRule",
    ),
    ("codebuild", ("s3:GetObject",), "arn:aws:s3:::cdk-*-assets-*"),
    (
        "codebuild",
        ("ec2:CreateNetworkInterfacePermission",),
        "arn:aws:ec2:*:*:network-interface/*",
    ),
)
# Who may use the environment's key through which service: the relation has to name somebody.
THROUGH: dict[str, tuple[Relation, ...]] = {
    "secretsmanager": ("secrets", "rotated"),
    "s3": ("read", "written"),
    "lambda": ("own",),
    "sqs": ("own",),
    "logs": ("own", "shell"),
    "ssm": ("own", "shell"),
}
