"""Pulling images from ECR."""

from __future__ import annotations

from stackyard.iam import Statement


def may_pull(repository_arn: str) -> list[Statement]:
    """What a principal needs to pull from one repository and no other."""
    return [
        Statement(actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        Statement(
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                "ecr:GetDownloadUrlForLayer",
            ],
            resources=[repository_arn],
        ),
    ]
