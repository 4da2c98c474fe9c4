"""What the policies of the templates' roles allow."""

from __future__ import annotations

from typing import Any

from tests.systems.reading import Thing


def statements(role: Thing) -> list[dict[str, Any]]:
    """All that the policies of a role say."""
    assert not role.get("ManagedPolicyArns"), f"{role} has managed policies besides its own"
    return [
        statement
        for policy in role.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def listed(value: Any) -> list[Any]:
    """A list, where IAM takes one thing for a list of one."""
    return value if isinstance(value, list) else [value]


def resources_for(role: Thing, action: str) -> list[str]:
    """The resources on which a role may take an action, sorted; a wildcard matches."""
    return sorted(
        resource
        for statement in statements(role)
        for allowed in listed(statement["Action"])
        if statement["Effect"] == "Allow" and _covers(allowed, action)
        for resource in listed(statement["Resource"])
    )


def _covers(allowed: str, action: str) -> bool:
    head, star, _ = allowed.partition("*")
    return action.startswith(head) if star else allowed == action
