"""The identity policies of an estate as IAM would get them: JSON without a reference."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.estate import Estate, listed
from checks.functions import REFERENCE
from checks.tools.stand_ins import filled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource

DOCUMENTS = (
    "AWS::IAM::GroupPolicy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
)
OWNERS = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One policy document, and whose it is; `path` is where that resource holds it."""

    resource: Resource
    path: str
    version: Any
    statements: tuple[Any, ...]

    @property
    def text(self) -> str:
        """Its JSON, one statement a line from the second on, so that a line tells which it is."""
        version = "" if self.version is None else f'"Version": {json.dumps(self.version)}, '
        lines = ",\n".join(json.dumps(each, default=str) for each in self.statements)
        return f'{{{version}"Statement": [\n{lines}\n]}}'

    def place(self, line: int) -> str:
        """The property that stands in a line of the text."""
        number = line - 2
        known = 0 <= number < len(self.statements)
        return f"{self.path}.Statement.{number}" if known else self.path


def policies(estate: Estate) -> Iterator[Policy]:
    """Every inline and managed policy; who may take on a role is no such thing."""
    for resource in estate.of(*DOCUMENTS):
        document = resource.get("PolicyDocument")
        yield _policy(resource, "Properties.PolicyDocument", document, estate)
    for resource in estate.of(*OWNERS):
        for number, each in enumerate(resource.mappings("Policies")):
            path = f"Properties.Policies.{number}.PolicyDocument"
            yield _policy(resource, path, each.get("PolicyDocument"), estate)


def _policy(resource: Resource, path: str, document: Any, estate: Estate) -> Policy:
    # What is no document is no statement either: the tool says so.
    body = document if isinstance(document, dict) else {"Statement": [document]}
    return Policy(
        resource=resource,
        path=path,
        version=filled(body.get("Version"), estate),
        statements=tuple(_statement(each, estate) for each in listed(body.get("Statement"))),
    )


def _statement(statement: Any, estate: Estate) -> Any:
    if not isinstance(statement, dict):
        return statement
    found = dict(statement)
    for name in ("Resource", "NotResource"):
        if name in found:
            found[name] = [_known(each, estate) for each in listed(found[name])]
    return filled(found, estate)


def _known(resource: Any, estate: Estate) -> Any:
    """`*` for an ARN that begins with what only a deployment knows, such as a parameter."""
    if isinstance(resource, str) and resource.startswith("<"):
        match = REFERENCE.match(resource)
        if match is None or estate.at(f"<{match[1]}/{match[2]}>") is None:
            return "*"
    return resource
