"""IAM policies as flat statements, wherever they stand: roles, policies, resources, trust."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checks.estate import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource

ROLE = "AWS::IAM::Role"
PRINCIPALS = (ROLE, "AWS::IAM::User", "AWS::IAM::Group")
STANDALONE = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
# Policies of resources: where the document stands, and the property that names the resource.
OF_RESOURCES = {
    "AWS::S3::BucketPolicy": ("PolicyDocument", "Bucket"),
    "AWS::SNS::TopicPolicy": ("PolicyDocument", "Topics"),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", "Queues"),
    "AWS::KMS::Key": ("KeyPolicy", None),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy", "SecretId"),
    "AWS::ECR::Repository": ("RepositoryPolicyText", None),
    "AWS::EC2::VPCEndpoint": ("PolicyDocument", None),
    "AWS::Logs::ResourcePolicy": ("PolicyDocument", None),
    "AWS::OpenSearchService::Domain": ("AccessPolicies", None),
    "AWS::EFS::FileSystem": ("FileSystemPolicy", None),
    "AWS::Events::EventBusPolicy": ("Statement", "EventBusName"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Statement:
    """One statement of a policy.

    `holder` is the resource in which it stands and `path` its place there; `principals` are
    empty where the statement belongs to a principal.
    """

    holder: Resource
    path: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    principals: tuple[tuple[str, str], ...] = ()
    inverted: bool = False

    @property
    def allows(self) -> bool:
        """Whether it allows something."""
        return self.effect == "Allow"

    def condition(self, key: str) -> list[str]:
        """The values that a positive condition asks of a key, case left aside."""
        return [
            str(value)
            for operator, asked in self.conditions.items()
            if isinstance(asked, dict) and not operator.startswith(("StringNot", "ArnNot", "NotIp"))
            for name, values in asked.items()
            if name.lower() == key.lower()
            for value in listed(values)
        ]


def statements(document: Any, holder: Resource, where: str) -> Iterator[Statement]:
    """The statements of one document."""
    found = document.get("Statement") if isinstance(document, dict) else None
    for number, each in enumerate(listed(found)):
        if isinstance(each, dict):
            place = f"{where}.Statement.{number}" if where else f"Statement.{number}"
            yield _statement(each, holder, place)


def _statement(each: dict[str, Any], holder: Resource, place: str) -> Statement:
    conditions = each.get("Condition")
    return Statement(
        holder=holder,
        path=place,
        effect=str(each.get("Effect", "")),
        actions=_words(each.get("Action", each.get("NotAction", []))),
        resources=_words(each.get("Resource", each.get("NotResource", []))),
        conditions=conditions if isinstance(conditions, dict) else {},
        principals=tuple(_principals(each)),
        inverted=any(name in each for name in ("NotAction", "NotResource", "NotPrincipal")),
    )


def _words(value: Any) -> tuple[str, ...]:
    return tuple(str(each) for each in listed(value))


def _principals(each: dict[str, Any]) -> Iterator[tuple[str, str]]:
    found = each.get("Principal", each.get("NotPrincipal"))
    if isinstance(found, str):
        yield "AWS", found
    elif isinstance(found, dict):
        for kind, who in found.items():
            for one in listed(who):
                yield kind, str(one)


def policies_of(estate: Estate) -> Mapping[Resource, list[Statement]]:
    """What each role, user and group of the estate may do, by its own policies."""
    found: dict[Resource, list[Statement]] = defaultdict(list)
    for kind in PRINCIPALS:
        for principal in estate.of(kind):
            found[principal] = []
            for number, inline in enumerate(principal.mappings("Policies")):
                where = f"Policies.{number}.PolicyDocument"
                found[principal] += statements(inline.get("PolicyDocument"), principal, where)
            for arn in listed(principal.get("ManagedPolicyArns")):
                if managed := estate.at(arn):
                    document = managed.get("PolicyDocument")
                    found[principal] += statements(document, managed, "PolicyDocument")
    for kind in STANDALONE:
        for policy in estate.of(kind):
            for principal in _attached(estate, policy):
                if principal in found:
                    document = policy.get("PolicyDocument")
                    found[principal] += statements(document, policy, "PolicyDocument")
    return found


def _attached(estate: Estate, policy: Resource) -> list[Resource]:
    """The principals that a policy of its own names."""
    named = (
        estate.at(each)
        for name in ("Roles", "Users", "Groups", "RoleName")
        for each in listed(policy.get(name))
    )
    return [each for each in named if each]


def trust_of(role: Resource) -> list[Statement]:
    """Who may take a role."""
    document = role.get("AssumeRolePolicyDocument")
    return list(statements(document, role, "AssumeRolePolicyDocument"))


def resource_policies(estate: Estate) -> Iterator[tuple[Resource, Statement]]:
    """Every statement of a resource's policy, with the resource that it is about."""
    for kind, (name, about) in OF_RESOURCES.items():
        for holder in estate.of(kind):
            targets = [estate.at(each) for each in listed(holder.get(about))] if about else [holder]
            for statement in statements(holder.get(name), holder, name):
                for target in targets:
                    yield target or holder, statement
