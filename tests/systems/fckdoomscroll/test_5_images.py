"""Container registry: the repository, its images, their tags."""

import json
from typing import Any

import pytest

from tests.systems.reading import Reading, Thing


@pytest.fixture
def repository(read: Reading) -> Thing:
    return read.one("AWS::ECR::Repository")


@pytest.fixture
def rules(repository: Thing) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(repository["LifecyclePolicy"]["LifecyclePolicyText"])[
        "rules"
    ]
    return found


def test_the_repository_has_the_documents_name(repository: Thing) -> None:
    assert repository["RepositoryName"] == "fckdoomscroll/app"


def test_the_repository_is_private(read: Reading, repository: Thing) -> None:
    assert read.all("AWS::ECR::PublicRepository") == []
    assert repository.get("RepositoryPolicyText") is None


# Image configuration.


def test_images_are_scanned_when_pushed(repository: Thing) -> None:
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}


def test_the_ten_newest_images_stay(rules: list[dict[str, Any]]) -> None:
    # Deviation: ten releases, and ten of all others; what runs must not be pushed out.
    counted = [
        rule["selection"]
        for rule in rules
        if rule["selection"]["countType"] == "imageCountMoreThan"
    ]
    assert [(each["tagStatus"], each["countNumber"]) for each in counted] == [
        ("tagged", 10),
        ("any", 10),
    ]


def test_untagged_images_go_after_seven_days(rules: list[dict[str, Any]]) -> None:
    (rule,) = [rule for rule in rules if rule["selection"]["tagStatus"] == "untagged"]
    assert rule["selection"]["countType"] == "sinceImagePushed"
    assert (rule["selection"]["countNumber"], rule["selection"]["countUnit"]) == (7, "days")
    assert rule["action"] == {"type": "expire"}


# Image tagging strategy.


def test_tags_never_move_but_latest(repository: Thing) -> None:
    assert repository["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert repository["ImageTagMutabilityExclusionFilters"] == [
        {
            "ImageTagMutabilityExclusionFilterType": "WILDCARD",
            "ImageTagMutabilityExclusionFilterValue": "latest",
        }
    ]


def test_both_environments_share_the_repository(prod: Reading, dev: Reading) -> None:
    assert prod.templates["images"] == dev.templates["images"]
