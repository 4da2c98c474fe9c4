"""Marks on resources: which node they belong to, why a finding is accepted, that data stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, CfnResource, RemovalPolicy, Stack, Validations

if TYPE_CHECKING:
    from constructs import IConstruct

NODE = "Stackyard::Node"
REFERENCE = "${Token["


def resource_of(construct: IConstruct) -> CfnResource:
    """The CloudFormation resource behind a construct."""
    if isinstance(construct, CfnResource):
        return construct
    found = vars(construct).get("_resource") or construct.node.default_child
    if not isinstance(found, CfnResource):
        raise TypeError(f"{construct.node.path} has no resource of its own")
    # Asking jsii takes two crossings each time, and most resources are marked twice.
    vars(construct)["_resource"] = found
    return found


def belongs_to(construct: IConstruct, node: str) -> None:
    """Name the node that a principal, network interface or store belongs to."""
    resource_of(construct).add_metadata(NODE, node)


def keep(construct: IConstruct) -> None:
    """Whatever happens to the stack, what this resource holds stays.

    Only a creation that failed is undone (`RetainExceptOnCreate`): what it left behind would
    block the next attempt.
    """
    resource_of(construct).apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)


def acknowledge(construct: IConstruct, finding: str, *, reason: str) -> None:
    """Accept one exact finding of cdk-nag's AwsSolutions pack, on this construct only."""
    Validations.of(construct).acknowledge(
        Acknowledgment(id=f"AwsSolutions::AwsSolutions-{finding}", reason=reason)
    )


def acknowledge_wildcard(construct: IConstruct, resource: str, *, reason: str) -> None:
    """Accept one exact wildcard resource, which may hold references, in a principal's policy."""
    acknowledge(construct, f"IAM5[Resource::{_as_nag_writes(construct, resource)}]", reason=reason)


def _as_nag_writes(construct: IConstruct, value: str) -> str:
    """A resource as cdk-nag's finding names it: references by logical id in angle brackets."""

    def text(part: object) -> str:
        if isinstance(part, str):
            return part
        match part:
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(text(each) for each in parts)
            case {"Fn::GetAtt": [logical_id, attribute]}:
                return f"<{logical_id}.{attribute}>"
            case {"Ref": logical_id}:
                return f"<{logical_id}>"
        return json.dumps(part, separators=(",", ":"))

    # What holds no reference is what it says, and asking jsii takes time.
    return text(Stack.of(construct).resolve(value) if REFERENCE in value else value)
