"""Image repositories: tags that do not move unless the file says so, scans, an end to the old."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config.model.outside import Image
from stackyard.images import ImageRepository
from stackyard.key import EnvironmentKey
from tests.components.building import Made, made, spec, stack_in

KIND = "AWS::ECR::Repository"


@pytest.fixture(scope="module")
def images(folder: Path) -> Made:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Images")
    fields: dict[str, dict[str, Any]] = {
        "plain": {},
        "own": {"keep": 3, "untagged_days": 2},
        "moving": {"moving": ["latest", "main"]},
    }
    for name, more in fields.items():
        image = spec(Image, repository=f"demo/{name}", **more)
        ImageRepository(stack, name.title(), node=name, spec=image, key=key)
    return made(stack)


@pytest.mark.parametrize("name", ["plain", "own"])
def test_a_tag_never_moves_and_every_image_is_scanned(images: Made, name: str) -> None:
    repository = images.only(KIND, RepositoryName=f"demo/{name}")
    assert repository["ImageTagMutability"] == "IMMUTABLE"
    assert "ImageTagMutabilityExclusionFilters" not in repository
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}


def test_exactly_the_tags_of_the_file_may_move(images: Made) -> None:
    repository = images.only(KIND, RepositoryName="demo/moving")
    assert repository["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    filters = repository["ImageTagMutabilityExclusionFilters"]
    assert filters == [
        {
            "ImageTagMutabilityExclusionFilterType": "WILDCARD",
            "ImageTagMutabilityExclusionFilterValue": tag,
        }
        for tag in ("latest", "main")
    ]


@pytest.mark.parametrize("tag", ["*", "release-*", "a b", ""])
def test_no_wildcard_makes_more_tags_move_than_the_file_names(tag: str) -> None:
    with pytest.raises(ValidationError):
        spec(Image, repository="demo/web", moving=[tag])


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
