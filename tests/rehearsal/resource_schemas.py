"""AWS's own schemas of resource types, written out for the emulator."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from cfnlint.schema import ResourceNotFoundError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# What `cdk bootstrap` makes.
BOOTSTRAP = (
    "AWS::ECR::Repository",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SSM::Parameter",
)


def write(folder: Path, types: Iterable[str], region: str) -> None:
    """One file per type; of a type that no schema describes there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in sorted({*types, *BOOTSTRAP}):
        if text := _schema(each, region):
            (folder / f"{each.replace('::', '-')}.json").write_text(text)


@cache
def _schema(resource_type: str, region: str) -> str | None:
    with suppress(ResourceNotFoundError):
        found = PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, resource_type)
        return json.dumps(found.schema)
    return None
