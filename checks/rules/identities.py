"""Roles and users themselves: keys that never expire, sessions, and how policies are written."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from checks.graph.policies import Statement, trust_of
from checks.rules.conditions import DOCUMENTS, acts, own_statements
from checks.rules.grants import grants
from checks.rules.identity import HOLDERS, policies_in
from checks.rules.rule import Fault, rule
from checks.rules.values import is_literal, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
IAM = f"{DOCS}/IAM/latest/UserGuide"
CONTROLS = f"{DOCS}/securityhub/latest/userguide"
LONGEST_SESSION = 3600
DATA = ("kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt")
TRUST = "AssumeRolePolicyDocument"


@rule(
    "identity-access-keys",
    "IAM::AccessKey",
    title="nobody has an access key",
    why="it never expires, and leaks through laptops, logs and repositories",
    source=f"{IAM}/best-practices.html#bp-workloads-use-roles",
)
def access_keys(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Programs take roles instead."""
    yield Fault(
        message="a credential that never expires",
        remedy="let the program take a role",
        property="UserName" if resource.get("UserName") else "",
    )


@rule(
    "identity-users",
    "IAM::User",
    title="people and programs come with roles, not as users",
    why="a user's password and keys live until somebody remembers them",
    source=f"{IAM}/best-practices.html#bp-users-federation-idp",
    severity="warning",
)
def users(_: Resource, __: Scene) -> Iterator[Fault]:
    """There is none."""
    yield Fault(
        message="a user with credentials that last",
        remedy="use a role, or IAM Identity Center for people",
    )


@rule(
    "identity-policy-version",
    *HOLDERS,
    *(kind.removeprefix("AWS::") for kind in DOCUMENTS),
    title="policies are written in the language of 2012-10-17",
    why="without a version IAM reads the one of 2008, in which variables such as ${aws:username}"
    " are plain text and match nothing",
    source=f"{IAM}/reference_policies_elements_version.html",
)
def policy_version(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Every document says it."""
    names = (TRUST, "PolicyDocument", DOCUMENTS.get(resource.kind, ""))
    documents = {name: resource.get(name) for name in names if name}
    for index, policy in enumerate(resource.mappings("Policies")):
        documents[f"Policies.{index}.PolicyDocument"] = policy.get("PolicyDocument")
    for place, document in documents.items():
        if isinstance(document, dict) and "Statement" in document:
            version = document.get("Version", "2008-10-17")
            if is_literal(version) and version != "2012-10-17":
                yield Fault(
                    message=f"the policy is read as of {version}",
                    remedy='set Version to "2012-10-17"',
                    property=f"{place}.Version",
                )


@rule(
    "identity-complete",
    *HOLDERS,
    *(kind.removeprefix("AWS::") for kind in DOCUMENTS),
    title="each statement says what it does, to what, and a resource's policy for whom",
    why="IAM refuses the document: MalformedPolicyDocument",
    source=f"{IAM}/reference_policies_grammar.html",
)
def complete(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Allow or Deny, actions, resources, principals."""
    mine = resource.kind.startswith("AWS::IAM")
    for each in policies_in(resource) if mine else own_statements(resource):
        lacks = [
            name
            for name, there in (
                ("Effect", each.effect in ("Allow", "Deny")),
                ("Action", each.actions and all(_is_action(a) for a in each.actions)),
                (
                    "Resource",
                    all(map(_is_resource, each.resources)) and (each.resources or not mine),
                ),
                ("Principal", each.principals or mine),
            )
            if not there
        ]
        if lacks:
            yield Fault(
                message=f"a statement has no {', no '.join(lacks)} that IAM takes",
                remedy="say it",
                property=each.path,
            )


def _is_resource(resource: str) -> bool:
    return resource == "*" or resource.startswith(("arn:", "<", "*:"))


def _is_action(action: str) -> bool:
    return action == "*" or ":" in action or "<" in action


@rule(
    "identity-effect",
    *HOLDERS,
    *(kind.removeprefix("AWS::") for kind in DOCUMENTS),
    title="no two statements of a policy say the same, or the opposite",
    why="a denial beats what is allowed beside it, so the permission looks given and is not",
    source=f"{IAM}/reference_policies_evaluation-logic.html",
    severity="warning",
)
def effect(resource: Resource, _: Scene) -> Iterator[Fault]:
    """Each is there once, and either allowed or denied."""
    seen: Counter[str] = Counter()
    mine = resource.kind.startswith("AWS::IAM")
    for each in policies_in(resource) if mine else own_statements(resource):
        said = [f"{sorted(part)}" for part in (each.actions, each.resources, each.principals)]
        key = "".join([*said, str(each.conditions), each.path.rsplit(".Statement.", 1)[0]])
        other = "Deny" if each.allows else "Allow"
        if seen[f"{each.effect}{key}"] or seen[f"{other}{key}"]:
            again = "again" if seen[f"{each.effect}{key}"] else "as the opposite"
            yield Fault(
                message=f"it says {again} what another statement says",
                remedy="keep one of them",
                property=each.path,
            )
        seen[f"{each.effect}{key}"] += 1


@rule(
    "identity-session",
    "IAM::Role",
    title=f"roles of services are taken for {LONGEST_SESSION // 3600} hour at most",
    why="stolen credentials work that long, and services renew theirs by themselves",
    source=f"{IAM}/id_roles_update-role-settings.html",
    severity="warning",
)
def session(resource: Resource, _: Scene) -> Iterator[Fault]:
    """IAM's default, an hour."""
    longest = number(resource.get("MaxSessionDuration"))
    service = any(kind == "Service" for each in trust_of(resource) for kind, _ in each.principals)
    if service and longest is not None and longest > LONGEST_SESSION:
        yield Fault(
            message=f"its credentials work for {longest / 3600:g} hours",
            remedy=f"leave MaxSessionDuration away, or set {LONGEST_SESSION}",
            property="MaxSessionDuration",
        )


@rule(
    "identity-key-use",
    *HOLDERS,
    title="a key that many share is used through a service",
    why="who may decrypt with it directly reads whatever ciphertext of the others they find",
    source=f"{DOCS}/kms/latest/developerguide/conditions-kms.html",
    severity="warning",
)
def key_use(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Decrypting asks for kms:ViaService, or for what the ciphertext belongs to."""
    found = grants(scene.estate)
    for statement in policies_in(resource):
        if not statement.allows or not any(acts(statement, each) for each in DATA):
            continue
        keys = [key for each in statement.resources for key in found.owners.meant(each)]
        shared = [k for k in keys if len(_kept_by(scene, k)) > 1]
        if shared and not _is_bound(statement):
            yield Fault(
                message=f"it uses {shared[0].logical_id}, which {len(_kept_by(scene, shared[0]))}"
                " resources share, on anything",
                remedy="ask for kms:ViaService or kms:EncryptionContext",
                property=statement.path,
            )


def _kept_by(scene: Scene, key: Resource) -> list[Resource]:
    """What is encrypted with a key."""
    return [
        each
        for each in scene.estate.users_of(key)
        if key.kind == "AWS::KMS::Key" and not each.kind.startswith(("AWS::IAM", "AWS::KMS"))
    ]


def _is_bound(statement: Statement) -> bool:
    named = [key.lower() for keys in statement.conditions.values() for key in listed_keys(keys)]
    return any(key.startswith(("kms:viaservice", "kms:encryptioncontext")) for key in named)


def listed_keys(keys: object) -> list[str]:
    """The keys of a mapping, none of anything else."""
    return list(keys) if isinstance(keys, dict) else []
