"""Policies of resources: whom they let in, and whom they lock out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.estate import listed
from checks.graph.owners import literal
from checks.graph.policies import OF_RESOURCES, Statement
from checks.rules.conditions import (
    DOCUMENTS,
    acts,
    asked,
    is_everybody,
    own_statements,
    restricts,
)
from checks.rules.documents import account_in
from checks.rules.grants import grants
from checks.rules.rule import Fault, rule
from checks.rules.values import is_true, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
# An endpoint's policy only narrows what other policies allow, so everybody is its usual word.
HOLDERS = tuple(kind.removeprefix("AWS::") for kind in DOCUMENTS if kind != "AWS::EC2::VPCEndpoint")
USES = (
    "s3:GetObject",
    "s3:PutObject",
    "sns:Publish",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "kms:Decrypt",
    "secretsmanager:GetSecretValue",
    "ecr:BatchGetImage",
)
NEWEST_TLS = 1.3


@rule(
    "exposure-policy-anyone",
    *HOLDERS,
    title="no policy of a resource lets everybody in",
    why="any AWS account, or anybody at all, uses the resource; an address range that is the whole"
    " internet restricts nothing",
    source=f"{DOCS}/IAM/latest/UserGuide/access-analyzer-concepts.html",
)
def policy_anyone(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Everybody is named with a condition that leaves only some."""
    document = resource.get(DOCUMENTS[resource.kind])
    raw = listed(document.get("Statement")) if isinstance(document, dict) else []
    excepting = {
        f"{DOCUMENTS[resource.kind]}.Statement.{number}"
        for number, each in enumerate(raw)
        if isinstance(each, dict) and "NotPrincipal" in each
    }
    for statement in own_statements(resource):
        if not statement.allows:
            continue
        if statement.path in excepting:
            yield Fault(
                message="everybody but those in NotPrincipal is allowed",
                remedy="name those who may in Principal",
                property=statement.path,
            )
        elif is_everybody(statement) and not restricts(statement):
            yield Fault(
                message=f"everybody may {', '.join(statement.actions)}",
                remedy="name who may, or ask for aws:SourceIp, aws:SourceVpce, aws:PrincipalOrgID",
                property=statement.path,
            )


@rule(
    "exposure-policy-account",
    *HOLDERS,
    title="no policy of a resource lets another account in unnoticed",
    why="whoever controls that account controls what is allowed here, too",
    source=f"{DOCS}/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html",
    severity="warning",
)
def policy_account(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Principals are of the template's own account; ELB's accounts may write their logs."""
    own = grants(scene.estate).account(resource)
    for statement in own_statements(resource):
        logs = {action.lower() for action in statement.actions} == {"s3:putobject"}
        for kind, who in statement.principals:
            account = account_in(who) if kind == "AWS" else None
            if own and account and account != own and statement.allows and not logs:
                yield Fault(
                    message=f"account {account} may {', '.join(statement.actions)}",
                    remedy="take it away, or acknowledge it with the reason for sharing",
                    property=statement.path,
                )


@rule(
    "exposure-policy-service",
    *HOLDERS,
    title="services are let in for this account's resources only",
    why="a service acts for every AWS customer: another account's alarm, topic or trail uses the"
    " resource through it",
    source=f"{DOCS}/IAM/latest/UserGuide/confused-deputy.html",
    severity="warning",
)
def policy_service(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A service is named with the account or the resource that it acts for."""
    for statement in own_statements(resource):
        services = [who for kind, who in statement.principals if kind == "Service"]
        if services and statement.allows and not restricts(statement):
            yield Fault(
                message=f"{', '.join(services)} may {', '.join(statement.actions)} for anybody",
                remedy="ask for aws:SourceAccount or aws:SourceArn",
                property=statement.path,
            )


@rule(
    "exposure-policy-actions",
    *HOLDERS,
    title="policies of resources name the actions that they allow",
    why="a star lets a service or program delete the resource, or change its policy",
    source=f"{DOCS}/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
)
def policy_actions(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """All is allowed to the account alone, which a key's policy has to do."""
    own = grants(scene.estate).account(resource)
    for statement in own_statements(resource):
        wide = [action for action in statement.actions if "*" in action.split(":", 1)]
        others = [
            who
            for kind, who in statement.principals
            if kind != "AWS" or ("<" not in who and own and account_in(who) != own)
        ]
        if statement.allows and wide and others:
            yield Fault(
                message=f"{', '.join(map(literal, others))} may {', '.join(wide)}",
                remedy="name the actions that are needed",
                property=statement.path,
            )


@rule(
    "permissions-policy-subject",
    "S3::BucketPolicy",
    "SNS::TopicPolicy",
    "SQS::QueuePolicy",
    title="a policy speaks of the resource that it is attached to",
    why="S3 refuses a policy about another bucket; for a topic or queue it changes nothing",
    source=f"{DOCS}/AmazonS3/latest/userguide/s3-arn-format.html",
)
def policy_subject(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Each statement takes in one of the resources that the policy is attached to."""
    about = OF_RESOURCES[resource.kind][1] or ""
    targets = [scene.estate.at(each) for each in listed(resource.get(about))]
    known = [each for each in targets if each]
    if not known or len(known) < len(targets):
        return
    covers = grants(scene.estate).covers
    for statement in own_statements(resource):
        about_it = [any(covers(each, to) for to in known) for each in statement.resources]
        bucket = resource.kind == "AWS::S3::BucketPolicy"
        if not any(about_it) or (bucket and not all(about_it)):
            yield Fault(
                message=f"it speaks of {', '.join(map(literal, statement.resources)) or 'nothing'}"
                f" and is attached to {', '.join(each.logical_id for each in known)}",
                remedy="name the resource that it is attached to in Resource",
                property=statement.path,
            )


@rule(
    "permissions-deny-everybody",
    *HOLDERS,
    title="no policy of a resource denies its use to everybody",
    why="a denial beats every permission: programs and administrators are locked out at once",
    source=f"{DOCS}/AmazonS3/latest/userguide/troubleshoot-403-errors.html",
)
def deny_everybody(resource: Resource, _: Scene) -> Iterator[Fault]:
    """What is denied to everybody has a condition that requests don't all meet."""
    for statement in own_statements(resource):
        if statement.effect == "Deny" and is_everybody(statement) and _always(statement):
            yield Fault(
                message=f"it denies {', '.join(statement.actions)} to everybody",
                remedy="deny what comes with aws:SecureTransport false or s3:TlsVersion below 1.2",
                property=statement.path,
            )


def _always(statement: Statement) -> bool:
    """Whether a denial of the resource's use meets every request that is made as it should be."""
    if not any(acts(statement, use) for use in USES):
        return False
    return all(
        (key == "aws:securetransport" and any(map(is_true, values)))
        or (
            key == "s3:tlsversion"
            and operator.startswith("NumericLess")
            and any((number(value) or 0) > NEWEST_TLS for value in values)
        )
        for operator, key, values in asked(statement)
    )
