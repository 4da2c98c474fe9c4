"""Image repositories: private, scanned, with tags that stay unless told, under their own key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr

from stackyard.marks import acknowledge, belongs_to, keep

RELEASE_TAGS = "release-"

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from config.model.outside import Image


class ImageRepository(ecr.Repository):
    """The repository of one image.

    A rotation deploys the running digest again, so it must not be expired by later pushes:
    images that are tagged `release-…` are counted by themselves.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, node: str, spec: Image, key: kms.IKey
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            # Compute names it by this name, so that an image's address needs no reference.
            repository_name=spec.repository,
            encryption=ecr.RepositoryEncryption.KMS,
            encryption_key=key,
            image_scan_on_push=True,
            image_tag_mutability=(
                ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION
                if spec.moving
                else ecr.TagMutability.IMMUTABLE
            ),
            image_tag_mutability_exclusion_filters=[
                ecr.ImageTagMutabilityExclusionFilter.wildcard(tag) for tag in spec.moving
            ]
            or None,
            # What a rule matches, no later rule can expire: releases are safe from other pushes.
            lifecycle_rules=[
                ecr.LifecycleRule(
                    rule_priority=1,
                    description=f"The newest {spec.keep} releases stay",
                    tag_status=ecr.TagStatus.TAGGED,
                    tag_prefix_list=[RELEASE_TAGS],
                    max_image_count=spec.keep,
                ),
                ecr.LifecycleRule(
                    rule_priority=2,
                    description=f"Untagged images go after {spec.untagged_days} days",
                    tag_status=ecr.TagStatus.UNTAGGED,
                    max_image_age=cdk.Duration.days(spec.untagged_days),
                ),
                ecr.LifecycleRule(
                    rule_priority=3,
                    description=f"The newest {spec.keep} of all others stay",
                    tag_status=ecr.TagStatus.ANY,
                    max_image_count=spec.keep,
                ),
            ],
        )
        keep(self)
        belongs_to(self, node)
        if spec.moving:
            acknowledge(
                self,
                "CT.ECR.PR.3",
                reason="Only the tags that the file names move, and nothing runs by them: programs"
                " run digests",
            )
