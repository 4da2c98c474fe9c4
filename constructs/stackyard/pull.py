"""Pulling images from ECR."""

from __future__ import annotations

from aws_cdk import aws_iam as iam


def pull_statements(repository_arns: list[str]) -> list[iam.PolicyStatement]:
    """What a principal needs to pull from these repositories and no others."""
    return [
        iam.PolicyStatement(actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        iam.PolicyStatement(
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                "ecr:GetDownloadUrlForLayer",
            ],
            resources=repository_arns,
        ),
    ]
