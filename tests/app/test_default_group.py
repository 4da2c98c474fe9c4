"""A VPC's default group lets all its members talk to each other: nothing may be in it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.assemblies import ENVIRONMENTS, Assembly, synthesized

# What stands in a VPC, and where it says in which groups.
GROUPED = {
    "AWS::AppRunner::VpcConnector": ("SecurityGroups",),
    "AWS::CodeBuild::Project": ("VpcConfig", "SecurityGroupIds"),
    "AWS::EC2::Instance": ("NetworkInterfaces", 0, "GroupSet"),
    "AWS::ECS::Service": ("NetworkConfiguration", "AwsvpcConfiguration", "SecurityGroups"),
    "AWS::ElastiCache::ReplicationGroup": ("SecurityGroupIds",),
    "AWS::ElastiCache::ServerlessCache": ("SecurityGroupIds",),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("SecurityGroups",),
    "AWS::Lambda::Function": ("VpcConfig", "SecurityGroupIds"),
    "AWS::RDS::DBInstance": ("VPCSecurityGroups",),
    "AWS::RDS::DBProxy": ("VpcSecurityGroupIds",),
}


@pytest.mark.parametrize(("system", "environment"), ENVIRONMENTS)
def test_nothing_is_in_a_vpcs_default_group(system: str, environment: str) -> None:
    assembly = synthesized(system, environment)
    assert "DefaultSecurityGroup" not in json.dumps(assembly.templates)
    seen = dict(grouped(assembly))
    assert seen
    assert [place for place, groups in seen.items() if not groups] == []


def grouped(assembly: Assembly) -> Iterator[tuple[str, object]]:
    """The groups of everything in the VPC; a function outside of it has none to name."""
    for stack in assembly.templates:
        for name, resource in assembly.resources(stack).items():
            properties = resource.get("Properties", {})
            path: tuple[str | int, ...] | None = GROUPED.get(resource["Type"])
            if resource["Type"] == "AWS::EC2::VPCEndpoint":
                path = ("SecurityGroupIds",) if "SubnetIds" in properties else None
            if path is None or (path[0] == "VpcConfig" and "VpcConfig" not in properties):
                continue
            value = properties
            for step in path:
                value = value[step] if isinstance(step, int) else value.get(step)
            yield f"{stack}/{name}", value
