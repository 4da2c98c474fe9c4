"""Marks on resources: which node they belong to, why a finding is accepted, that data stays."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, CfnResource, RemovalPolicy, Stack, Validations

from config.compliance import Terms, findings_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import IConstruct

NODE = "Stackyard::Node"
REFERENCE = "${Token["
# By this day backups of their own, copies in another region and a web firewall are there.
NEXT_RELEASE = date(2027, 6, 30)


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


def acknowledge(
    construct: IConstruct, *findings: str, reason: str, until: date | None = None
) -> None:
    """Accept exact findings on this construct only, for good or until a day.

    `RDS3` and `IAM5[Resource::*]` are cdk-nag's AwsSolutions; where other packs ask for the same
    under names of their own, and for `LambdaDLQ`, which only they have, all of them are meant
    (config/compliance.py). Anything else is the whole id of a rule, such as `CT.RDS.PR.1`.
    """
    ids = [one for finding in findings for one in findings_of(finding)]
    accept(construct, ids, Terms(reason=reason, until=until))


def planned(construct: IConstruct, finding: str, *, until: date, reason: str) -> None:
    """Accept a finding until the day by which later work is to resolve it."""
    accept(construct, findings_of(finding), Terms(reason=reason, until=until, planned=True))


def accept(construct: IConstruct, ids: Iterable[str], terms: Terms) -> None:
    """Accept findings by their qualified ids, all at once: each call of jsii takes its time."""
    reason = str(terms)
    Validations.of(construct).acknowledge(*(Acknowledgment(id=i, reason=reason) for i in ids))


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
