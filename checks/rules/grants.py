"""What roles may do by the policies of the templates, and whom policies of resources let in.

What can't be read (an import, a parameter, a managed policy of somebody else) counts as allowed:
rules that miss a permission must be sure of it.
"""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from checks.estate import Resource, listed
from checks.graph.owners import ARN, NAMED, Owners
from checks.graph.policies import ROLE, Statement, policies_of, resource_policies
from checks.rules.arns import ENDS, MANAGED, PSEUDO, matches, same_place
from checks.rules.conditions import acts, names_service, of_account, within

if TYPE_CHECKING:
    from checks.estate import Estate


class Grants:
    """The policies of one world."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.owners = Owners([estate])
        self.policies = policies_of(estate)
        self._accounts = {each.stack: each.account for each in estate.templates}
        self._on_keys: dict[tuple[Resource, Resource], list[Statement]] = {}
        self._of_resources: dict[Resource, list[Statement]] = defaultdict(list)
        for resource, statement in resource_policies(estate):
            self._of_resources[resource].append(statement)

    def account(self, resource: Resource) -> str | None:
        """The account that a resource will stand in, if its template says so."""
        return self._accounts.get(resource.stack)

    def role(self, value: Any) -> Resource | None:
        """The role of the templates that a value names."""
        if not isinstance(value, str):
            return None
        return next((each for each in self.owners.meant(value) if each.kind == ROLE), None)

    def of(self, resource: Resource) -> list[Statement]:
        """The statements of a resource's own policy."""
        return self._of_resources.get(resource, [])

    def covers(self, pattern: str, wanted: Resource | str) -> bool:
        """Whether a pattern of a policy takes in a resource, or an ARN that stands as text."""
        if pattern in ("*", wanted):
            return True
        pattern = PSEUDO.sub("*", pattern)
        meant = self.owners.meant(pattern)
        if isinstance(wanted, Resource):
            if any(each.ref == wanted.ref for each in meant):
                return self._in_place(pattern, wanted)
            return self._unclear(pattern) or self._generated(pattern, wanted)
        named = {each.ref for each in self.owners.meant(wanted)}
        if named & {each.ref for each in meant}:
            return same_place(pattern, wanted)
        return self._unclear(pattern) or matches(pattern, wanted)

    def _unclear(self, pattern: str) -> bool:
        return "<" in pattern and not any(self.estate.named(pattern))

    def _in_place(self, pattern: str, wanted: Resource) -> bool:
        """Whether account and region of an ARN, where it says them, are those of the resource."""
        parts = pattern.split(":", 5)
        if parts[0] != "arn" or len(parts) < 6:
            return True
        own = (wanted.region, self.account(wanted))
        return all(
            not said or not is_ or "<" in said or fnmatchcase(is_, said)
            for said, is_ in zip(parts[3:5], own, strict=True)
        )

    def _generated(self, pattern: str, wanted: Resource) -> bool:
        """Whether a pattern takes in the name that CloudFormation makes or another type has."""
        known = NAMED.get(wanted.kind) or ENDS.get(wanted.kind)
        match = ARN.match(pattern)
        if not match or not known or match[1] != known[1]:
            return False
        given = wanted.get(known[0])
        name = given if isinstance(given, str) else f"{wanted.stack}-{wanted.logical_id}-XXXX"
        end = known[2].format(name).replace("*", "x").replace("?", "x")
        rest = match[2].split("/")[0] if known[1] == "s3" else match[2]
        fits = any(fnmatchcase(each, rest) for each in (end, end.removesuffix(":x")))
        return fits and self._in_place(pattern, wanted)

    def may(self, role: Resource, action: str, wanted: Resource | str | None = None) -> bool:
        """Whether a role may do something to a resource, or to anything at all."""
        return any(
            statement.allows
            and acts(statement, action)
            and (
                wanted is None
                or statement.inverted
                or any(self.covers(pattern, wanted) for pattern in statement.resources)
            )
            for statement in self.policies.get(role, [])
        ) or self.managed(role, action)

    def managed(self, role: Resource, action: str) -> bool:
        """Whether a managed policy from elsewhere allows an action, or could."""
        for arn in listed(role.get("ManagedPolicyArns")):
            if not isinstance(arn, str) or self.estate.at(arn) is None:
                held = MANAGED.get(str(arn).rsplit("/", 1)[-1], ("*",))
                if any(fnmatchcase(action.lower(), each) for each in held):
                    return True
        return False

    def uses_key(
        self,
        role: Resource,
        key: Resource,
        action: str,
        *,
        via: str,
        secret: Resource | None = None,
    ) -> bool:
        """Whether a role may use a key through a service, for a secret where one is meant."""
        for statement in self._on_key(role, key):
            through = statement.condition("kms:ViaService")
            arns = statement.condition("kms:EncryptionContext:SecretARN")
            if (
                acts(statement, action)
                and (not through or any(t.startswith((f"{via}.", "<")) for t in through))
                and (not arns or secret is None or any(self.covers(a, secret) for a in arns))
            ):
                return True
        return self.managed(role, action)

    def _on_key(self, role: Resource, key: Resource) -> list[Statement]:
        """What allows a role something with a key: its own statements, and the key's."""
        if (role, key) not in self._on_keys:
            own = [
                each
                for each in self.policies.get(role, [])
                if any(a.lower().startswith(("kms:", "*")) for a in each.actions)
                and any(self.covers(pattern, key) for pattern in each.resources)
            ]
            lets = [
                e for e in self.of(key) if any(self.role(who) is role for _, who in e.principals)
            ]
            self._on_keys[role, key] = [each for each in (*own, *lets) if each.allows]
        return self._on_keys[role, key]

    def key_of(self, resource: Resource, path: str = "KmsKeyId") -> Resource | None:
        """The key of the templates that a property names, also by an alias."""
        found = self.estate.at(resource.get(path))
        if found and found.kind == "AWS::KMS::Alias":
            found = self.estate.at(found.get("TargetKeyId"))
        return found if found and found.kind == "AWS::KMS::Key" else None

    def admits(
        self,
        resource: Resource,
        service: str,
        action: str,
        *,
        source: Resource | None = None,
        place: str | None = None,
    ) -> bool:
        """Whether a resource's policy lets a service act, for a source; on a place inside it."""
        return any(
            statement.allows
            and acts(statement, action)
            and names_service(statement, service)
            and self.comes_from(statement, source or resource, source)
            and any(self._is_part(each, resource, place) for each in statement.resources)
            for statement in self.of(resource)
        )

    def _is_part(self, pattern: str, resource: Resource, place: str | None) -> bool:
        return self.covers(pattern, resource) and (place is None or within(pattern, place))

    def comes_from(self, statement: Statement, near: Resource, source: Resource | None) -> bool:
        """Whether what a statement asks of the source's account and ARN holds."""
        return self.is_source(
            statement.condition("aws:SourceAccount"),
            statement.condition("aws:SourceArn"),
            near,
            source,
        )

    def is_source(
        self, accounts: list[str], arns: list[str], near: Resource, source: Resource | None
    ) -> bool:
        """Whether accounts and ARNs, where any are asked, take in a source; `near` is beside it."""
        account = self.account(near)
        fits = not accounts or not account or any("<" in a or a == account for a in accounts)
        if not arns or source is None:
            return fits and all(of_account(arn, account) for arn in arns[:1])
        return fits and any(self.covers(arn, source) for arn in arns)


@lru_cache(maxsize=8)
def grants(estate: Estate) -> Grants:
    """The policies of a world, read once."""
    return Grants(estate)
