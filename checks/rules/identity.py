"""What roles, users and groups may do: no more than what is named, and never more rights."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

from checks.estate import listed
from checks.graph.owners import literal
from checks.graph.policies import Statement, statements
from checks.rules.conditions import asked
from checks.rules.rule import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
IAM = f"{DOCS}/IAM/latest/UserGuide"
CONTROLS = f"{DOCS}/securityhub/latest/userguide"
HOLDERS = (
    "IAM::Role",
    "IAM::User",
    "IAM::Group",
    "IAM::Policy",
    "IAM::ManagedPolicy",
    "IAM::RolePolicy",
    "IAM::UserPolicy",
    "IAM::GroupPolicy",
)
# Services whose actions name a resource, but for those below, which take nothing but a star.
NAMING = re.compile(
    "apprunner|batch|cloudformation|codebuild|cognito-idp|dynamodb|ec2|ecr|ecs|elasticache"
    "|elasticfilesystem|elasticloadbalancing|es|events|firehose|glue|iam|kinesis|kms|lambda|logs"
    "|rds|rds-data|rds-db|redshift|s3|scheduler|secretsmanager|sns|sqs|ssm|states|sts"
)
NAMELESS = (
    "*:describe*",
    "*:list*",
    "cloudformation:validatetemplate",
    "ec2:*networkinterface",
    "ec2:*privateipaddresses",
    "ec2:get*",
    "ecr:getauthorizationtoken",
    "ecs:createcluster",
    "ecs:registertaskdefinition",
    "ecs:deregistertaskdefinition",
    "ecs:discoverpollendpoint",
    "iam:get*",
    "kms:createkey",
    "kms:generaterandom",
    "logs:*logdelivery",
    "logs:putresourcepolicy",
    "s3:getaccountpublicaccessblock",
    "secretsmanager:getrandompassword",
    "states:sendtask*",
    "sts:getcalleridentity",
    "sts:getsessiontoken",
    "sts:decodeauthorizationmessage",
)
RIGHTS = (
    "iam:put*policy",
    "iam:attach*policy",
    "iam:createpolicyversion",
    "iam:setdefaultpolicyversion",
    "iam:updateassumerolepolicy",
    "iam:createaccesskey",
    "iam:createloginprofile",
    "iam:updateloginprofile",
    "iam:addusertogroup",
    "iam:deleterolepermissionsboundary",
    "iam:deleteuserpermissionsboundary",
)
ANYWHERE = ("sts:assumerole", "lambda:updatefunctioncode", "lambda:updatefunctionconfiguration")
BROAD = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess", "*FullAccess", "*_FullAccess")


@lru_cache(maxsize=1024)
def policies_in(holder: Resource) -> tuple[Statement, ...]:
    """The statements that stand in a role, user, group or policy."""
    found = list(statements(holder.get("PolicyDocument"), holder, "PolicyDocument"))
    for number, policy in enumerate(holder.mappings("Policies")):
        where = f"Policies.{number}.PolicyDocument"
        found += statements(policy.get("PolicyDocument"), holder, where)
    return tuple(found)


@rule(
    "identity-actions",
    *HOLDERS,
    title="permissions name their actions",
    why="a star allows what AWS adds tomorrow, deleting and giving away included",
    source=f"{CONTROLS}/iam-controls.html#iam-21",
)
def actions(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Neither everything, nor everything of a service."""
    for statement in policies_in(resource):
        for action in statement.actions:
            star = "*" in action.split(":", 1)
            if statement.allows and not statement.inverted and star:
                yield Fault(
                    message=f"it allows {action}",
                    remedy="name the actions that are used",
                    property=statement.path,
                )


@rule(
    "identity-resources",
    *HOLDERS,
    title="permissions name their resources, where the action knows any",
    why="a program that is taken over reaches everything of the account, not only what is its own",
    source=f"{IAM}/best-practices.html#grant-least-privilege",
)
def resources(resource: Resource, _: Scene) -> Iterator[Fault]:
    """No star as a resource, unless a condition of the service narrows it."""
    for statement in policies_in(resource):
        if not statement.allows or not any(map(_is_star, statement.resources)):
            continue
        named = [each for each in statement.actions if _names_resource(each, statement)]
        if named:
            yield Fault(
                message=f"it allows {', '.join(named)} on every resource",
                remedy="name the resources in Resource",
                property=statement.path,
            )


def _is_star(pattern: str) -> bool:
    """Whether a pattern is every resource, also as an ARN of any account and any name."""
    parts = pattern.split(":", 5)
    return not pattern.strip("*") or (
        parts[0] == "arn"
        and len(parts) > 5
        and not parts[5].strip("*")
        and parts[2] != "execute-api"
    )


def _names_resource(action: str, statement: Statement) -> bool:
    lowered = action.lower()
    service = lowered.partition(":")[0]
    if not NAMING.fullmatch(service) or any(fnmatchcase(lowered, each) for each in NAMELESS):
        return False
    narrowing = (f"{service}:", "aws:resourcetag", "aws:requesttag")
    return not any(
        key.startswith(narrowing) and key != "kms:viaservice" for _, key, _ in asked(statement)
    )


@rule(
    "identity-inverted",
    *HOLDERS,
    title="what is allowed is said, not what is left out",
    why="NotAction and NotResource with Allow give away everything else, new services included",
    source=f"{IAM}/reference_policies_elements_notaction.html",
)
def inverted(resource: Resource, _: Scene) -> Iterator[Fault]:
    """No NotAction, no NotResource with Allow."""
    for statement in policies_in(resource):
        if statement.allows and statement.inverted:
            yield Fault(
                message="it allows everything but what it names",
                remedy="use Action and Resource",
                property=statement.path,
            )


@rule(
    "identity-escalation",
    *HOLDERS,
    title="nobody can give themselves more permissions",
    why="who may pass any role, write policies or change any function has all permissions",
    source="https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/",
)
def escalation(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Roles are passed by name and to a named service; IAM itself is not written."""
    for statement in policies_in(resource):
        for action in statement.actions if statement.allows else ():
            if how := _escalates(statement, action.lower()):
                yield Fault(
                    message=f"{action} {how}",
                    remedy="name the roles or functions, and the service in iam:PassedToService",
                    property=statement.path,
                )


def _escalates(statement: Statement, action: str) -> str | None:
    everywhere = any("*" in each.rsplit("/", 1)[-1] for each in statement.resources)
    if fnmatchcase("iam:passrole", action) and action not in ("*", "iam:*"):
        to = statement.condition("iam:PassedToService")
        if any(_is_star(each) or each.endswith(":role/*") for each in statement.resources):
            return "passes every role"
        if not to or any("*" in each for each in to):
            return "passes a role to any service"
    if any(fnmatchcase(action, each) for each in RIGHTS):
        return None if statement.condition("iam:PermissionsBoundary") else "gives out permissions"
    return "works on any role or function" if everywhere and action in ANYWHERE else None


@rule(
    "identity-managed-policies",
    "IAM::Role",
    "IAM::User",
    "IAM::Group",
    title="nobody has one of AWS's policies that allow all of a service, or everything",
    why="such a policy is for people in a hurry, and grows with every service",
    source=f"{IAM}/access_policies_managed-vs-inline.html",
)
def managed_policies(resource: Resource, _: Scene) -> Iterator[Fault]:
    """No AdministratorAccess, no …FullAccess."""
    for number, arn in enumerate(listed(resource.get("ManagedPolicyArns"))):
        name = str(arn).rsplit("/", 1)[-1]
        if ":aws:policy/" in str(arn) and any(fnmatchcase(name, each) for each in BROAD):
            yield Fault(
                message=f"{literal(name)} allows far more than one program needs",
                remedy="write a policy with the actions that are used",
                property=f"ManagedPolicyArns.{number}",
            )
