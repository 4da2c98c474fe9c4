"""Image repositories: tags that never move, scans, an end to what is old."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.model.outside import Image
from stackyard.images import ImageRepository
from stackyard.key import EnvironmentKey
from tests.components.building import Made, made, spec, stack_in

KIND = "AWS::ECR::Repository"


@pytest.fixture(scope="module")
def images(folder: Path) -> Made:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Images")
    fields: dict[str, dict[str, int]] = {"plain": {}, "own": {"keep": 3, "untagged_days": 2}}
    for name, more in fields.items():
        image = spec(Image, repository=f"demo/{name}", **more)
        ImageRepository(stack, name.title(), node=name, spec=image, key=key)
    return made(stack)


@pytest.mark.parametrize("name", ["plain", "own"])
def test_a_tag_never_moves_and_every_image_is_scanned(images: Made, name: str) -> None:
    repository = images.only(KIND, RepositoryName=f"demo/{name}")
    assert repository["ImageTagMutability"] == "IMMUTABLE"
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}


def test_images_are_under_the_key(images: Made) -> None:
    (key,) = images.whole("AWS::KMS::Key")
    for each in images.of(KIND):
        assert each["EncryptionConfiguration"] == {
            "EncryptionType": "KMS",
            "KmsKey": f"<{key}.Arn>",
        }


@pytest.mark.parametrize(("name", "keep", "days"), [("plain", 10, 7), ("own", 3, 2)])
def test_releases_are_counted_apart_from_all_others(
    images: Made, name: str, keep: int, days: int
) -> None:
    policy = images.only(KIND, RepositoryName=f"demo/{name}")["LifecyclePolicy"]
    rules: list[dict[str, Any]] = json.loads(policy["LifecyclePolicyText"])["rules"]
    assert [(rule["rulePriority"], rule["action"]) for rule in rules] == [
        (priority, {"type": "expire"}) for priority in (1, 2, 3)
    ]
    by_count = {"countType": "imageCountMoreThan", "countNumber": keep}
    by_age = {"countType": "sinceImagePushed", "countNumber": days, "countUnit": "days"}
    assert [rule["selection"] for rule in rules] == [
        {"tagStatus": "tagged", "tagPrefixList": ["release-"], **by_count},
        {"tagStatus": "untagged", **by_age},
        {"tagStatus": "any", **by_count},
    ]


def test_nobody_else_is_given_access_and_images_outlive_the_stack(images: Made) -> None:
    for each in images.whole(KIND).values():
        assert "RepositoryPolicyText" not in each["Properties"]
        assert each["DeletionPolicy"] == "RetainExceptOnCreate"
        assert each["UpdateReplacePolicy"] == "Retain"
