"""Who may do what, by the policies of the templates, against what the file declares."""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING

from checks.estate import listed
from checks.finding import Finding
from checks.graph.declared import Concerns
from checks.graph.owners import Owners, literal
from checks.graph.permissions import ELSEWHERE, PERMISSIONS, THROUGH, Permission
from checks.graph.policies import ROLE, policies_of, resource_policies, trust_of
from config.aws import DOMAIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.graph.policies import Statement
    from config.model.environment import Environment

UNDECLARED, MISSING = "graph-undeclared-right", "graph-missing-right"
# Actions whose resource does not say enough: these keys of a condition have to.
ONLY_WITH = {
    "iam:passrole": ("iam:PassedToService",),
    "ecs:runtask": ("ecs:cluster",),
    "ec2:createnetworkinterfacepermission": ("ec2:AuthorizedService", "ec2:Subnet"),
}
DATA_ACTIONS = ("kms:decrypt", "kms:generatedatakey", "kms:generatedatakey*", "kms:encrypt")
SERVICE = ".amazonaws.com"


class Rights:
    """The policies of one world beside the file."""

    def __init__(self, estate: Estate, environment: Environment, owners: Owners) -> None:
        self.estate, self.environment = estate, environment
        self.owners, self.concerns = owners, Concerns(environment)

    @cached_property
    def policies(self) -> Mapping[Resource, list[Statement]]:
        """The statements of every principal."""
        return policies_of(self.estate)

    def findings(self, *, complete: bool) -> Iterator[Finding]:
        """What is allowed and not declared; also what is declared and not allowed if `complete`."""
        for principal, found in self.policies.items():
            node = principal.node
            if node is None:
                continue  # told by name
            services = takers(principal)
            for statement in found:
                if statement.allows:
                    yield from self._undeclared(principal, node, services, statement)
            for arn in listed(principal.get("ManagedPolicyArns")):
                if self.estate.at(arn) is None:
                    yield _undeclared(
                        principal,
                        "ManagedPolicyArns",
                        f"{node} may do all that {literal(str(arn))} ever allows",
                    )
        yield from self._of_resources()
        if complete:
            yield from self._missing()
            yield from self._unreachable_for_outside()

    def _undeclared(
        self, principal: Resource, node: str, services: set[str], statement: Statement
    ) -> Iterator[Finding]:
        if statement.inverted:
            message = f"{node} may do everything but what a NotAction or NotResource names"
            yield _undeclared(statement.holder, statement.path, message)
            return
        for action in statement.actions:
            for resource in statement.resources:
                if not self.may(node, services, action, resource, statement):
                    who = "/".join(sorted(services)) or principal.kind
                    yield _undeclared(
                        statement.holder,
                        statement.path,
                        f"{node} → {action} → {self._named(resource)}: nothing in the file lets"
                        f" {node} do this (as {who})",
                    )

    def _named(self, pattern: str) -> str:
        nodes = sorted({n for each in self.owners.meant(pattern) for n in self.owners.nodes(each)})
        return ", ".join(nodes) if nodes else literal(pattern)

    def may(
        self, node: str, services: set[str], action: str, resource: str, statement: Statement
    ) -> bool:
        """Whether the intention covers an action of a node's role on a resource."""
        lowered = action.lower()
        if lowered.startswith("kms:"):
            return self._may_use_key(node, lowered, statement)
        if not all(statement.condition(key) for key in ONLY_WITH.get(lowered, ())):
            return False
        for service in services:
            for permission in PERMISSIONS:
                if permission.covers(service, action) and self._concerned(
                    permission, node, resource
                ):
                    return True
            for by, actions, pattern in ELSEWHERE:
                if (
                    by == service
                    and any(fnmatchcase(lowered, each.lower()) for each in actions)
                    and fnmatchcase(resource, pattern)
                ):
                    return True
        return False

    def _concerned(self, permission: Permission, node: str, resource: str) -> bool:
        allowed = self.concerns.of(permission.on, node)
        if "*" in allowed:
            return True
        meant = self.owners.meant(resource)
        return (
            bool(meant)
            and resource != "*"
            and all(
                self.owners.nodes(each) and self.owners.nodes(each) <= allowed for each in meant
            )
        )

    def _may_use_key(self, node: str, action: str, statement: Statement) -> bool:
        if action not in DATA_ACTIONS:
            return False
        through = statement.condition("kms:ViaService")
        if not through:
            return bool(self.concerns.of("shell", node))
        for each in through:
            service = each.split(".", 1)[0]
            if each != f"{service}.{self.environment.region}.{DOMAIN}":
                return False
            relations = THROUGH.get(service, ())
            concerned = {n for name in relations for n in self.concerns.of(name, node)}
            if not concerned:
                return False
            if each.startswith("secretsmanager."):
                arns = statement.condition("kms:EncryptionContext:SecretARN")
                meant = [secret for arn in arns for secret in self.owners.meant(arn)]
                if not arns or not all(secret.node in concerned for secret in meant):
                    return False
        return True

    def _missing(self) -> Iterator[Finding]:
        principals: dict[str, list[Resource]] = defaultdict(list)
        for principal in self.policies:
            if principal.node:
                principals[principal.node].append(principal)
        for node, roles in principals.items():
            for permission in PERMISSIONS:
                if permission.needed:
                    fitting = [role for role in roles if takers(role) & set(permission.by)]
                    if fitting:
                        yield from self._not_granted(node, fitting, permission)
        for node in self._programs():
            if node not in principals:
                yield _missing(None, node, "has no role in any template")

    def _programs(self) -> Iterator[str]:
        yield from self.environment.services
        yield from self.environment.tasks

    def _not_granted(
        self, node: str, roles: list[Resource], permission: Permission
    ) -> Iterator[Finding]:
        for target in sorted(self.concerns.of(permission.on, node)):
            for action in permission.actions:
                if not any(self._grants(role, action, target) for role in roles):
                    yield _missing(
                        roles[0], node, f"{node} → {action} → {target} is declared and not allowed"
                    )
            if permission.actions == ("secretsmanager:GetSecretValue",) and not any(
                self._decrypts(role, target) for role in roles
            ):
                yield _missing(
                    roles[0], node, f"{node} may read {target} and not decrypt it with its key"
                )

    def _grants(self, role: Resource, action: str, target: str) -> bool:
        return any(
            statement.allows
            and any(fnmatchcase(action.lower(), each.lower()) for each in statement.actions)
            and any(
                target in self.owners.nodes(each)
                for resource in statement.resources
                for each in self.owners.meant(resource)
            )
            for statement in self.policies[role]
        )

    def _decrypts(self, role: Resource, target: str) -> bool:
        for statement in self.policies[role]:
            if statement.allows and "kms:decrypt" in map(str.lower, statement.actions):
                arns = statement.condition("kms:EncryptionContext:SecretARN")
                through = f"secretsmanager.{self.environment.region}.{DOMAIN}"
                if through not in statement.condition("kms:ViaService"):
                    continue
                if any(each.node == target for arn in arns for each in self.owners.meant(arn)):
                    return True
        return not any(
            secret.get("KmsKeyId")
            for secret in self.estate.of("AWS::SecretsManager::Secret")
            if secret.node == target
        )

    def _of_resources(self) -> Iterator[Finding]:
        account = self.environment.account
        for resource, statement in resource_policies(self.estate):
            if not statement.allows or resource.kind == "AWS::EC2::VPCEndpoint":
                continue
            for kind, who in statement.principals:
                known = kind == "Service" or who in (account, f"arn:aws:iam::{account}:root")
                known = known or bool(self.estate.at(who))
                if known or self._declared_reader(resource, statement):
                    continue
                name = resource.node or resource.logical_id
                yield _undeclared(
                    statement.holder,
                    statement.path,
                    f"{'anybody' if who == '*' else literal(who)} →"
                    f" {', '.join(statement.actions)} → {name}: nothing in the file declares it",
                )

    def _unreachable_for_outside(self) -> Iterator[Finding]:
        """Address ranges that a file lets read a bucket, and that its policy leaves out."""
        for bucket in self.environment.stores:
            wanted = self.concerns.readers_from_outside(bucket)
            found = {
                block
                for resource, statement in resource_policies(self.estate)
                if resource.node == bucket and statement.allows
                for block in statement.condition("aws:SourceIp")
            }
            if left_out := sorted(wanted - found):
                message = f"{', '.join(left_out)} → {bucket} is declared and not allowed"
                yield _missing(None, self.environment.name, message)

    def _declared_reader(self, resource: Resource, statement: Statement) -> bool:
        """A bucket that a file opens to an external's address ranges, for reading objects."""
        ranges = set(statement.condition("aws:SourceIp"))
        declared = self.concerns.readers_from_outside(resource.node or "")
        return (
            bool(ranges)
            and ranges <= declared
            and {action.lower() for action in statement.actions} <= {"s3:getobject"}
        )


def takers(role: Resource) -> set[str]:
    """The AWS services that may take a role, without their domain."""
    if role.kind != ROLE:
        return set()
    return {
        who.removesuffix(SERVICE)
        for statement in trust_of(role)
        for kind, who in statement.principals
        if kind == "Service"
    }


def _undeclared(resource: Resource, place: str, message: str) -> Finding:
    return Finding(
        stack=resource.stack,
        logical_id=resource.logical_id,
        property=f"Properties.{place}",
        rule=UNDECLARED,
        message=message,
        remedy="declare the link under `uses`, or take the statement away",
        sources=(UNDECLARED,),
    )


def _missing(resource: Resource | None, node: str, message: str) -> Finding:
    return Finding(
        stack=resource.stack if resource else node,
        logical_id=resource.logical_id if resource else "",
        property="",
        rule=MISSING,
        message=message,
        remedy="allow exactly this, or take the link out of the file",
        sources=(MISSING,),
    )
