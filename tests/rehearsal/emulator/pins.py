"""What AWS refuses to delete, where the emulator would let it go.

A database that is kept holds its subnet group and security groups, those their subnets, those the
VPC: AWS refuses each with a DependencyViolation of its own wording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ministack.services import alb, cloudformation, rds, s3

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.rehearsal.emulator.live import Live

# What can't go while anything refers to it.
PINNED = {
    "AWS::EC2::VPC",
    "AWS::EC2::Subnet",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::InternetGateway",
    "AWS::RDS::DBSubnetGroup",
    "AWS::RDS::DBParameterGroup",
    "AWS::ElastiCache::SubnetGroup",
    "AWS::ElastiCache::ParameterGroup",
    "AWS::ElastiCache::User",
    "AWS::ElastiCache::UserGroup",
    "AWS::ECS::Cluster",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
}
RULES = ("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress")


def refusal(live: Live, resource_type: str, physical_id: str) -> str | None:
    """Why AWS would not delete a resource now, or None."""
    if resource_type == "AWS::RDS::DBInstance":
        instance = rds._instances.get(physical_id) or {}
        if instance.get("DeletionProtection"):
            return "Cannot delete protected DB Instance, please disable deletion protection first"
    if resource_type == "AWS::ElasticLoadBalancingV2::LoadBalancer":
        attributes = {each["Key"]: each["Value"] for each in alb._lb_attrs.get(physical_id, [])}
        if attributes.get("deletion_protection.enabled") == "true":
            return f"Load balancer {physical_id!r} can't be deleted: deletion protection is enabled"
    if resource_type == "AWS::S3::Bucket" and (s3._buckets.get(physical_id) or {}).get("objects"):
        return "The bucket you tried to delete is not empty"
    if resource_type in PINNED:
        users = [
            f"{user['stack']}/{user['logical']}"
            for user in live.users_of(physical_id)
            if not _own_rule(user, physical_id)
        ]
        if users:
            return f"DependencyViolation: {physical_id} is used by {', '.join(sorted(users))}"
    return None


def _own_rule(user: dict[str, Any], group: str) -> bool:
    """Rules of a security group go with it; those of others that name it hold it."""
    return user["type"] in RULES and user["properties"].get("GroupId") == group


def exports_in_use(stack: str, args: Sequence[Any], kwargs: dict[str, Any]) -> str | None:
    """Why an update may not take an export away that another stack imports, or None."""
    before = kwargs.get("previous_stack") or {}
    template = args[1] if args[1:] else {}
    stays = {
        output["Export"]["Name"]
        for output in (template.get("Outputs") or {}).values()
        if isinstance(output.get("Export", {}).get("Name"), str)
    }
    for output in before.get("Outputs", ()):
        name = output.get("ExportName")
        if not name or name in stays:
            continue
        for other, found in cloudformation._stacks.items():
            alive = found.get("StackStatus") != "DELETE_COMPLETE"
            if other != stack and alive and _imports(found.get("_template"), name):
                return f"Export {name} cannot be deleted as it is in use by {other}"
    return None


def _imports(value: Any, name: str) -> bool:
    if isinstance(value, dict):
        return value.get("Fn::ImportValue") == name or any(
            _imports(each, name) for each in value.values()
        )
    return isinstance(value, list) and any(_imports(each, name) for each in value)
