"""Roles that a service assumes, with exactly the statements they are given.

Written as CloudFormation has it: the policies are part of the role, so whatever takes the role
also waits for them, and no construct adds anything of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam

from stackyard.marks import acknowledge, belongs_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class Statement:
    """Something that a principal may do."""

    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        """The statement as IAM reads it."""
        condition = {"Condition": dict(self.conditions)} if self.conditions else {}
        return {
            "Effect": "Allow",
            "Action": _one_or_all(self.actions),
            "Resource": _one_or_all(self.resources),
            **condition,
        }


def _one_or_all(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


class ServiceRole(iam.CfnRole):
    """A role for one AWS service and one node."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: str,
        node: str,
        statements: Sequence[Statement],
        name: str | None = None,
        only_from: Mapping[str, str] | None = None,
    ) -> None:
        trust: dict[str, Any] = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": f"{service}.amazonaws.com"},
        }
        if only_from:
            trust["Condition"] = {"StringEquals": dict(only_from)}
        # Several links may ask for the same.
        documents: list[dict[str, Any]] = []
        for statement in statements:
            if statement.document not in documents:
                documents.append(statement.document)
        policy = iam.CfnRole.PolicyProperty(
            policy_name="Allowed",
            policy_document={
                "Version": "2012-10-17",
                "Statement": documents,
            },
        )
        super().__init__(
            scope,
            construct_id,
            role_name=name,
            assume_role_policy_document={"Version": "2012-10-17", "Statement": [trust]},
            # IAM refuses a policy without a statement.
            policies=[policy] if statements else None,
        )
        self.arn = self.attr_arn
        belongs_to(self, node)
        if statements:
            acknowledge(
                self,
                "IAMNoInlinePolicy",
                reason="The policy belongs to this one role, comes and goes with it, and can be"
                " attached to nothing else",
            )
