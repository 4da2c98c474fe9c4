"""Small templates of two commits, and what is said about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.changes.side import Side
from checks.changes.verdict import compared
from checks.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.changes.change import Change
    from checks.changes.verdict import Verdict

Resources = dict[str, dict[str, Any]]
RETAINED = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
DATABASE: dict[str, Any] = {
    "AllocatedStorage": "20",
    "BackupRetentionPeriod": 7,
    "DBInstanceClass": "db.t4g.small",
    "DBName": "shop",
    "DBSubnetGroupName": {"Ref": "Subnets"},
    "Engine": "postgres",
    "StorageEncrypted": True,
}


def resource(kind: str, properties: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A resource of AWS; `node` marks it, `kept` retains it, other words are attributes."""
    body: dict[str, Any] = {"Type": f"AWS::{kind}", "Properties": properties or {}}
    if node := more.pop("node", None):
        body["Metadata"] = {"Stackyard::Node": node}
    if more.pop("kept", False):
        body |= RETAINED
    return body | more


def database(
    node: str | None = "database", *, kept: bool = False, **changes: Any
) -> dict[str, Any]:
    """An instance of PostgreSQL; a change to None takes a property out."""
    properties = {name: each for name, each in (DATABASE | changes).items() if each is not None}
    return resource("RDS::DBInstance", properties, node=node, kept=kept)


def side(
    stacks: Mapping[str, Resources | dict[str, Any]],
    *,
    protected: Mapping[str, bool] | None = None,
    expendable: Mapping[str, str] | None = None,
    region: str = "us-east-1",
) -> Side:
    """One commit; a stack is its resources, or a whole template."""
    templates = [
        Template(
            name,
            body if "Resources" in body else {"Resources": body},
            account="111111111111",
            region=region,
        )
        for name, body in stacks.items()
    ]
    return Side(templates, protected or {}, expendable or {})


def verdict(before: Resources | Side, after: Resources | Side) -> Verdict:
    """What is said of two commits, each a side or the resources of its only stack `data`."""
    sides = (each if isinstance(each, Side) else side({"data": each}) for each in (before, after))
    return compared("shop/prod", *sides)


def only(before: Resources | Side, after: Resources | Side) -> Change:
    """The one change that is told."""
    (change,) = verdict(before, after).changes
    return change


def lines(before: Resources | Side, after: Resources | Side) -> list[str]:
    """Every change as a line."""
    return [str(each) for each in verdict(before, after).changes]
