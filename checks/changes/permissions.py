"""Who may do more than before: identities, and what policies of resources let in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.changes.change import Change, change_of
from checks.changes.statements import EVERY, Statement, statements, uncovered
from checks.changes.values import shown
from checks.estate import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.changes.pairing import Pairing
    from checks.estate import Estate, Resource

IDENTITIES = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy",
            "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy")  # fmt: skip
HOLDERS = ("Roles", "Users", "Groups", "RoleName", "UserName", "GroupName")
# Where a resource, or a policy beside it, says who may use it.
OPENED = {
    "AWS::Backup::BackupVault": "AccessPolicy",
    "AWS::DynamoDB::Table": "ResourcePolicy.PolicyDocument",
    "AWS::EC2::VPCEndpoint": "PolicyDocument",
    "AWS::ECR::Repository": "RepositoryPolicyText",
    "AWS::EFS::FileSystem": "FileSystemPolicy",
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::Kinesis::ResourcePolicy": "ResourcePolicy",
    "AWS::Logs::ResourcePolicy": "PolicyDocument",
    "AWS::OpenSearchService::Domain": "AccessPolicies",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
}
MAY, LETS = "may now", "now lets"
ANYBODY_IN_THE_VPC = Statement("Allow", EVERY, EVERY)


def more_allowed(pairing: Pairing) -> Iterator[Change]:
    """A line for each identity that may do more, and for each resource that lets others do more."""
    for resource in pairing.described:
        old = pairing.origin(resource)
        if resource.kind in IDENTITIES:
            before = _granted(old, pairing.before) if old else []
            yield from _told(resource, before, _granted(resource, pairing.after), MAY)
        if resource.kind in OPENED:
            before = _opened(old) if old else []
            after = _opened(resource)
            if not old and resource.kind == "AWS::IAM::Role":
                after = [each for each in after if not _by_aws_alone(each)]
            yield from _told(resource, before, after, LETS)
        if resource.kind == "AWS::Lambda::Permission":
            before = [_permission(old)] if old else []
            yield from _told(resource, before, [_permission(resource)], LETS)
    for gone in pairing.gone:
        if gone.kind in OPENED and gone.kind.endswith("Policy") and _stands(gone, pairing):
            yield from _told(gone, _opened(gone), [], LETS)


def _granted(identity: Resource, estate: Estate) -> list[Statement]:
    """Everything that policies give to an identity, AWS's own policies as one action each."""
    found = [
        statement
        for inline in identity.mappings("Policies")
        for statement in statements(inline.get("PolicyDocument"))
    ]
    for user in estate.users_of(identity, *ATTACHED):
        if any(each is identity for name in HOLDERS for each in estate.named(user.get(name))):
            found += statements(user.get("PolicyDocument"))
    for arn in listed(identity.get("ManagedPolicyArns")):
        if policy := estate.at(arn):
            found += statements(policy.get("PolicyDocument"))
        else:
            found.append(Statement("Allow", frozenset({f"all of {arn}"}), EVERY))
    return found


def _opened(resource: Resource) -> list[Statement]:
    document = resource.get(OPENED[resource.kind])
    if document is None and resource.kind == "AWS::EC2::VPCEndpoint":
        return [ANYBODY_IN_THE_VPC]
    return statements(document)


def _permission(resource: Resource) -> Statement:
    names = ("SourceArn", "SourceAccount", "PrincipalOrgID", "FunctionUrlAuthType")
    condition = {name: resource.get(name) for name in names if resource.get(name)}
    return statements(
        {
            "Statement": {
                "Effect": "Allow",
                "Action": resource.get("Action"),
                "Resource": resource.get("FunctionName"),
                "Principal": resource.get("Principal"),
                "Condition": {"StringEquals": condition} if condition else {},
            }
        }
    )[0]


def _told(
    resource: Resource, before: Sequence[Statement], after: Sequence[Statement], verb: str
) -> Iterator[Change]:
    more = [
        _what(each, who=verb == LETS)
        for statement in after
        if statement.effect == "Allow"
        for each in uncovered(statement, before)
    ]
    if more:
        yield change_of(resource, "broader", f"{verb} {'; '.join(more)}")
    less = [
        _what(each, who=verb == LETS)
        for statement in before
        if statement.effect == "Deny"
        for each in uncovered(statement, after)
    ]
    if less:
        yield change_of(resource, "broader", f"no longer refuses {'; '.join(less)}")


def _what(statement: Statement, *, who: bool) -> str:
    whom = f"{_names(statement.principals, 'anybody')} do " if who else ""
    inverted = ", ".join(sorted(statement.inverted))
    written = f" (written as {inverted})" if inverted else ""
    when = "" if statement.condition == "{}" else f" when {shown(statement.condition)}"
    actions = _names(statement.actions, "everything")
    return f"{whom}{actions} on {_names(statement.resources, 'everything')}{written}{when}"


def _names(names: frozenset[str], every: str) -> str:
    return every if "*" in names else ", ".join(sorted(names))


def _by_aws_alone(statement: Statement) -> bool:
    return all(each.endswith(".amazonaws.com") for each in statement.principals)


def _stands(policy: Resource, pairing: Pairing) -> bool:
    """Whether what a policy is about is still there without it."""
    about: Any = [policy.get(name) for name in ("Bucket", "Queues", "Topics", "SecretId")]
    return any(pairing.after.at(each.ref) for each in pairing.before.named(about))
