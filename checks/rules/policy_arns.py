"""Permissions are about ARNs: what stands for a name in a policy means nothing at all."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from checks.functions import REFERENCE
from checks.graph.policies import policies_of
from checks.rules.rule import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.graph.policies import Statement
    from checks.rules.rule import Scene

# Types whose Ref is a name, an id or an address, and no ARN.
NAMED = frozenset(
    f"AWS::{kind}"
    for kind in (
        "S3::Bucket",
        "SQS::Queue",
        "DynamoDB::Table",
        "Lambda::Function",
        "Logs::LogGroup",
        "KMS::Key",
        "IAM::Role",
        "ECR::Repository",
        "RDS::DBInstance",
        "CodeBuild::Project",
        "Kinesis::Stream",
    )
)


@lru_cache(maxsize=2)
def _policies(estate: Estate) -> Mapping[Resource, list[Statement]]:
    return policies_of(estate)


@rule(
    "identity-resource-arns",
    "IAM::Role",
    "IAM::User",
    "IAM::Group",
    title="policies refer to resources by their ARNs",
    why="a name where an ARN belongs matches nothing, and the permission is missing at run time",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
)
def resource_arns(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """No resource of a statement begins with what a Ref gives for such a type."""
    for statement in _policies(scene.estate).get(resource, []):
        for text in statement.resources:
            match = REFERENCE.match(text)
            found = scene.estate.at(match[0]) if match and not match[3] else None
            if found and found.kind in NAMED:
                yield Fault(
                    message=f"{found.logical_id} stands for a name here, and not for an ARN",
                    remedy="refer to its Arn",
                    property=statement.path,
                    at=statement.holder,
                )
