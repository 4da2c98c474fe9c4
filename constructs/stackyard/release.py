"""Which digest of an image runs: it stands in an SSM parameter, which templates read.

Releasing is writing the parameter and deploying. Until the first release it says so, and what
runs the image is left out of the template by a condition.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm

from stackyard.marks import keep
from stackyard.place import Block

if TYPE_CHECKING:
    from constructs import Construct, IConstruct

UNRELEASED = "unreleased"


def parameter_name(*, system: str, environment: str, image: str) -> str:
    """The parameter that holds the digest which runs of an image, or of a task's own."""
    return f"/{system}/{environment}/{image}/image-digest"


def release_parameter(scope: Construct, construct_id: str, *, name: str, image: str) -> None:
    """The parameter itself.

    CloudFormation writes `unreleased` again whenever anything of the resource changes, and the
    release is undone: nothing of it may ever change, tags included (a test pins it).
    """
    parameter = ssm.CfnParameter(
        scope,
        construct_id,
        name=name,
        type="String",
        value=UNRELEASED,
        allowed_pattern=f"^({UNRELEASED}|sha256:[0-9a-f]{{64}})$",
        description=f"Digest of the image that {image} runs",
    )
    keep(parameter)


class Release(Block):
    """The released digest of one image, as a template reads it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, parameter: str, repository: str
    ) -> None:
        super().__init__(scope, construct_id)
        place = self.place
        self.repository = repository
        self.parameter = parameter
        digest = cdk.CfnParameter(
            self,
            "Digest",
            type="AWS::SSM::Parameter::Value<String>",
            default=parameter,
            description="Where the digest of the released image stands",
        )
        digest.override_logical_id(f"{construct_id}Digest")
        self._is_missing = cdk.Fn.condition_equals(digest.value_as_string, UNRELEASED)
        self.registry = f"{place.account}.dkr.ecr.{place.region}.amazonaws.com"
        self.repository_arn = place.arn("ecr", f"repository/{repository}")
        self.digest = digest.value_as_string
        self.image = f"{self.registry}/{repository}@{digest.value_as_string}"

    # Conditions are made when first asked for: CloudFormation's linters mind unused ones.
    @cached_property
    def exists(self) -> cdk.CfnCondition:
        """There is a release."""
        return self._condition("Exists", cdk.Fn.condition_not(self._is_missing))

    @cached_property
    def missing(self) -> cdk.CfnCondition:
        """There is no release yet."""
        return self._condition("Missing", self._is_missing)

    def _condition(
        self, construct_id: str, expression: cdk.ICfnConditionExpression
    ) -> cdk.CfnCondition:
        condition = cdk.CfnCondition(self, construct_id, expression=expression)
        condition.override_logical_id(f"{self.node.id}{construct_id}")
        return condition

    def only_when_released(self, construct: IConstruct) -> None:
        """Leave a construct, with all inside it, out of the stack until there is a release."""
        condition = self.exists.logical_id
        for child in construct.node.find_all():
            if isinstance(child, cdk.CfnResource):
                child.add_override("Condition", condition)
            elif isinstance(child, cdk.CfnOutput):
                child.condition = self.exists

    def if_released(self, value: str, otherwise: str) -> str:
        """One of two values, by whether there is a release."""
        return cdk.Fn.condition_if(self.exists.logical_id, value, otherwise).to_string()
