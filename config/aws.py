"""Facts about AWS that no template can look up, each with its source."""

from __future__ import annotations

# The AWS services that the kinds of node call which run inside the VPC. What App Runner itself does
# (pull, log, read secrets) does not pass through a VPC connector:
# https://docs.aws.amazon.com/apprunner/latest/dg/network-vpc.html
# A Fargate task pulls and logs over its own network interface; a task with secrets reads those too:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
# ECR keeps image layers in S3, and CodeBuild fetches its buildspec there.
PLATFORM_NEEDS: dict[str, tuple[str, ...]] = {
    "app-runner": (),
    "codebuild": ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "s3"),
    "fargate": ("ecr.api", "ecr.dkr", "logs", "s3"),
    "function": ("secretsmanager",),
}

# Services that `endpoint:` of an external may name, with the ports that they answer on.
ENDPOINT_PORTS = {
    "email-smtp": (25, 465, 587, 2465, 2587),
    "secretsmanager": (443,),
    "ecr.api": (443,),
    "ecr.dkr": (443,),
    "logs": (443,),
    "lambda": (443,),
}

# Zones, by id, in which a service has no interface endpoint.
# https://docs.aws.amazon.com/ses/latest/dg/send-email-set-up-vpc-endpoints.html
ENDPOINT_MISSING_IN = {
    "email-smtp": frozenset(
        "use1-az2 use1-az3 use1-az5 usw1-az2 usw2-az4 apne2-az4 cac1-az3 cac1-az4".split()  # noqa: SIM905
    )
}

# AWS-managed prefix lists: constants per region that no CloudFormation attribute yields.
# `aws ec2 describe-managed-prefix-lists` prints them.
PREFIX_LISTS = {
    "s3": {
        "us-east-1": "pl-63a5400a",
        "us-east-2": "pl-7ba54012",
        "us-west-1": "pl-6ba54002",
        "us-west-2": "pl-68a54001",
        "eu-west-1": "pl-6da54004",
        "eu-west-2": "pl-7ca54015",
        "eu-west-3": "pl-23ad484a",
        "eu-central-1": "pl-6ea54007",
        "ap-southeast-1": "pl-6fa54006",
        "ap-southeast-2": "pl-6ca54005",
        "ap-northeast-1": "pl-61a54008",
        "ap-northeast-2": "pl-78a54011",
        "ap-south-1": "pl-78a54011",
        "ca-central-1": "pl-7da54014",
        "sa-east-1": "pl-6aa54003",
    }
}

# RDS refuses a subnet group, ElastiCache Serverless a cache, and an application load balancer its
# subnets, in fewer zones.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/WhatIs.corecomponents.html
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
ZONES_NEEDED = {"postgres": 2, "valkey": 2, "balancer": 2}

# PostgreSQL minors that RDS still creates, newest first (cfn-lint 1.58's data of 2026-10-20; what
# AWS withdrew stands in its rule W3691).
POSTGRES_VERSIONS = {
    "18": ("18.6", "18.4", "18.3", "18.2", "18.1"),
    "17": ("17.11", "17.10", "17.9", "17.8", "17.7", "17.6", "17.5"),
    "16": ("16.15", "16.14", "16.13", "16.12", "16.11", "16.10", "16.9"),
    "15": ("15.19", "15.18", "15.17", "15.16", "15.15", "15.14", "15.13"),
}

# Extensions whose library PostgreSQL has to load when it starts.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Extensions.html
PRELOADED_EXTENSIONS = frozenset(
    {"pg_cron", "pg_stat_statements", "pg_tle", "pgaudit", "pglogical"}
)

# https://docs.aws.amazon.com/general/latest/gr/apprunner.html
APP_RUNNER_REGIONS = frozenset(
    "us-east-1 us-east-2 us-west-2 ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2"  # noqa: SIM905
    " eu-central-1 eu-west-1 eu-west-2 eu-west-3".split()
)

# CPU (1/1024 vCPU) to the memory (MiB) that App Runner sells with it.
# https://docs.aws.amazon.com/apprunner/latest/dg/architecture.html
APP_RUNNER_MEMORY = {
    256: (512, 1024),
    512: (1024,),
    1024: (2048, 3072, 4096),
    2048: (4096, 6144),
    4096: (8192, 10240, 12288),
}

# CPU (1/1024 vCPU) to the memory (MiB) that Fargate sells with it.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
FARGATE_MEMORY: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4097, 1024)),
    1024: tuple(range(2048, 8193, 1024)),
    2048: tuple(range(4096, 16385, 1024)),
    4096: tuple(range(8192, 30721, 1024)),
    8192: tuple(range(16384, 61441, 4096)),
    16384: tuple(range(32768, 122881, 8192)),
}

# The container that a program's own image runs in.
MAIN_CONTAINER = "app"
# What ECS Exec's agent writes to (aws/containers-roadmap#1359).
SHELL_FOLDERS = ("/managed-agents", "/var/lib/amazon/ssm", "/var/log/amazon/ssm")

# Five addresses of every subnet belong to AWS.
# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
SMALLEST_SUBNET = 28
SMALLEST_VPC = 28
LARGEST_VPC = 16

# https://aws.amazon.com/s3/pricing/: Glacier Flexible Retrieval is billed for 90 days at least.
GLACIER_LEAST_DAYS = 90

DOMAIN = "amazonaws.com"
VALKEY_PORTS = {"serverless": (6379, 6380), "nodes": (6379,)}
POSTGRES_PORT = 5432
HTTP_PORT = 80
HTTPS_PORT = 443
