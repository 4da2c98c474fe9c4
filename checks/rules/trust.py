"""Who may take a role: nobody by accident, no other customer of a service, no other repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.graph.policies import Statement, trust_of
from checks.rules.conditions import is_everybody, restricts
from checks.rules.documents import account_in
from checks.rules.grants import grants
from checks.rules.rule import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
IAM = f"{DOCS}/IAM/latest/UserGuide"
# Services whose own documentation shows aws:SourceAccount in a role's trust policy. Others may
# send no such key, and a condition would shut them out.
SAYS_ACCOUNT = {
    "codebuild.amazonaws.com",
    "config.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "logs.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "pipes.amazonaws.com",
    "scheduler.amazonaws.com",
    "states.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
}
GITHUB = "token.actions.githubusercontent.com"


@rule(
    "identity-trust-anyone",
    "IAM::Role",
    title="no role can be taken by everybody",
    why="any AWS account takes the role and has its permissions",
    source=f"{IAM}/id_roles_create_for-custom.html",
)
def trust_anyone(resource: Resource, _: Scene) -> Iterator[Fault]:
    """A trust policy names whom it trusts."""
    for statement in trust_of(resource):
        anything = ("Service", "*") in statement.principals
        if statement.allows and (
            anything or (is_everybody(statement) and not restricts(statement))
        ):
            yield Fault(
                message="everybody may take it",
                remedy="name the service, role or account that may",
                property=statement.path,
            )


@rule(
    "identity-trust-account",
    "IAM::Role",
    title="another account takes a role with an external id only",
    why="a provider that serves many customers can be made to use your role for one of the others",
    source=f"{IAM}/id_roles_common-scenarios_third-party.html",
)
def trust_account(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Principals are of the template's own account, or bring an id or their organization."""
    own = grants(scene.estate).account(resource)
    for statement in trust_of(resource):
        for kind, who in statement.principals:
            account = account_in(who) if kind == "AWS" else None
            foreign = own and account and account != own
            if foreign and statement.allows and not restricts(statement):
                yield Fault(
                    message=f"account {account} may take it without an external id",
                    remedy="ask for sts:ExternalId or aws:PrincipalOrgID",
                    property=statement.path,
                )


@rule(
    "identity-trust-actions",
    "IAM::Role",
    title="a trust policy allows taking the role and nothing else",
    why="a star lets whoever is trusted set tags and names that other policies believe",
    source=f"{IAM}/id_roles_update-role-trust-policy.html",
)
def trust_actions(resource: Resource, _: Scene) -> Iterator[Fault]:
    """The actions by which a role is taken, written out."""
    for statement in trust_of(resource):
        for action in statement.actions if statement.allows else ():
            if "*" in action:
                yield Fault(
                    message=f"it may be taken by {action}",
                    remedy="name sts:AssumeRole, or the one that its provider needs",
                    property=statement.path,
                )


@rule(
    "identity-trust-federated",
    "IAM::Role",
    title="a provider of identities vouches for one repository, group or workload",
    why="GitHub and others sign tokens for all their customers: without a subject any of them takes"
    " the role",
    source=f"{IAM}/id_roles_create_for-idp_oidc.html",
)
def trust_federated(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Subject and audience are asked for, and the subject names an owner and a repository."""
    for statement in trust_of(resource):
        for kind, who in statement.principals:
            if kind == "Federated" and statement.allows and ":saml-provider/" not in who:
                yield from _federated(statement, who)


def _federated(statement: Statement, who: str) -> Iterator[Fault]:
    subjects = _claims(statement, ":sub")
    if not subjects:
        yield Fault(
            message="any token of the provider takes it: no subject is asked for",
            remedy="ask for the :sub of the one who may",
            property=statement.path,
        )
    wide = [each for each in subjects if _is_any(each, github=GITHUB in who)]
    if wide:
        yield Fault(
            message=f"subject {wide[0]} is anybody's",
            remedy="name owner and repository",
            property=statement.path,
        )
    if not _claims(statement, ":aud") and "cognito" not in who:
        yield Fault(
            message="tokens that were made for somebody else take it: no audience is asked for",
            remedy="ask for the :aud of AWS STS, sts.amazonaws.com",
            property=statement.path,
        )


def _claims(statement: Statement, end: str) -> list[str]:
    return [
        value
        for operator, keys in statement.conditions.items()
        if isinstance(keys, dict) and not operator.startswith("StringNot")
        for key in keys
        if key.lower().endswith(end) or key.lower().endswith("amazonaws.com:amr")
        for value in statement.condition(key)
    ]


def _is_any(subject: str, *, github: bool) -> bool:
    if not subject.strip("*?:"):
        return True
    parts = subject.split(":")
    owner, _, repository = (parts[1] if len(parts) > 1 else "").partition("/")
    return github and ("*" in owner or not repository.strip("*?"))


@rule(
    "identity-trust-source",
    "IAM::Role",
    title="a service takes a role for this account only, where it says for whom it acts",
    why="the service can be made to use the role for another of its customers",
    source=f"{IAM}/confused-deputy.html",
    severity="warning",
)
def trust_source(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Trust in a service that sends its account is bound to it."""
    for statement in trust_of(resource):
        services = {who for kind, who in statement.principals if kind == "Service"}
        if statement.allows and services & SAYS_ACCOUNT and not restricts(statement):
            yield Fault(
                message=f"{', '.join(sorted(services))} may take it for anybody's account",
                remedy="ask for aws:SourceAccount",
                property=statement.path,
            )
