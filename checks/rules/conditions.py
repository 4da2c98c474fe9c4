"""Reading statements of policies: what they are about, and whom a condition leaves."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.graph.policies import OF_RESOURCES, Statement, statements
from checks.rules.documents import is_wide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource

# Keys that say who calls, or from where; asked of everybody they leave only those.
RESTRICTING = {
    "aws:sourceip",
    "aws:vpcsourceip",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:userid",
    "kms:calleraccount",
    "kms:encryptioncontext:aws:logs:arn",
    "s3:dataaccesspointaccount",
    "elasticfilesystem:accesspointarn",
    "sts:externalid",
    "lambda:functionurlauthtype",
}
# Where a resource holds a policy about itself or about another one.
DOCUMENTS = {
    **{kind: name for kind, (name, _) in OF_RESOURCES.items()},
    "AWS::Backup::BackupVault": "AccessPolicy",
    "AWS::S3::AccessPoint": "Policy",
}
NEGATED = ("StringNot", "ArnNot", "NotIp", "NumericNot", "DateNot", "Null")


def asked(statement: Statement) -> Iterator[tuple[str, str, list[Any]]]:
    """Operator, key and values of each condition, the key in small letters."""
    for operator, keys in statement.conditions.items():
        if isinstance(keys, dict):
            for key, values in keys.items():
                yield str(operator), str(key).lower(), listed(values)


def restricts(statement: Statement) -> bool:
    """Whether a condition leaves only some of those whom a statement names."""
    for operator, key, values in asked(statement):
        if operator.startswith(NEGATED) or operator.endswith("IfExists") or key not in RESTRICTING:
            continue
        if key.endswith("sourceip"):
            if values and not any(map(is_wide, values)):
                return True
        elif values and not any(str(value).strip("*?:") in ("", "arn") for value in values):
            return True
    return False


def is_everybody(statement: Statement) -> bool:
    """Whether a statement names everybody."""
    return any(who == "*" for _, who in statement.principals)


def of_account(arn: str, account: str | None) -> bool:
    """Whether an ARN is of an account, or doesn't say."""
    parts = arn.split(":")
    said = parts[4] if len(parts) > 5 else ""
    return not account or not said.isdigit() or said == account


def names_service(statement: Statement, service: str) -> bool:
    """Whether a statement is about a service, or about everybody."""
    named = [who for kind, who in statement.principals if kind == "Service" or who == "*"]
    return "*" in named or f"{service}.amazonaws.com" in named


def acts(statement: Statement, action: str) -> bool:
    """Whether a statement speaks of an action; one with NotAction counts as it does."""
    if statement.inverted:
        return True
    lowered = action.lower()
    return any(
        each.lower() == lowered or ("*" in each and fnmatchcase(lowered, each.lower()))
        for each in statement.actions
    )


def within(pattern: str, place: str) -> bool:
    """Whether a pattern such as `<data/Logs.Arn>/balancer/*` takes in a place in a bucket."""
    if pattern == "*":
        return True
    _, slash, below = re.sub(r"<[^>]*>", "", pattern).partition("/")
    return bool(slash) and fnmatchcase(place, below)


@lru_cache(maxsize=1024)
def own_statements(holder: Resource) -> tuple[Statement, ...]:
    """The statements of the policy that stands in a resource, whatever it is about."""
    name = DOCUMENTS.get(holder.kind, "")
    return tuple(statements(holder.get(name), holder, name)) if name else ()
