"""Roles around programs: proxies read logins, shells open, deployments move the traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.grants import grants
from checks.rules.rule import Fault, rule
from checks.rules.service_roles import lacking, lacks
from checks.rules.values import is_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
ECS = f"{DOCS}/AmazonECS/latest/developerguide"
SHELL = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
SHIFTS = ("elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets")
LOOKS = (
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
)


@rule(
    "permissions-proxy",
    "RDS::DBProxy",
    title="a database proxy may read the logins that it uses",
    why="the proxy finds no target healthy, and no program gets a connection",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/rds-proxy-secrets-arns.html",
)
def proxy(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Each secret."""
    found = grants(scene.estate)
    role = found.role(resource.get("RoleArn"))
    for number, each in enumerate(resource.mappings("Auth")):
        secret = scene.estate.at(each.get("SecretArn"))
        if not role or not secret:
            continue
        missing = lacking(found, role, ["secretsmanager:GetSecretValue"], secret)
        yield from lacks(role, missing, f" on {secret.logical_id}", f"Auth.{number}.SecretArn")


@rule(
    "permissions-shell",
    "ECS::Service",
    title="a service that can be entered has what a shell needs",
    why="the shell does not open when somebody needs it, in the middle of an outage",
    source=f"{ECS}/ecs-exec.html",
)
def shell(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The task role opens the channels of Session Manager."""
    found = grants(scene.estate)
    task = scene.estate.at(resource.get("TaskDefinition"))
    if not task or not is_true(resource.get("EnableExecuteCommand")):
        return
    role = found.role(task.get("TaskRoleArn"))
    if role:
        yield from lacks(role, lacking(found, role, SHELL), "", "EnableExecuteCommand")
    elif task.get("TaskRoleArn") is None:
        yield Fault(
            message="its tasks have no role, so no shell opens",
            remedy="give the task definition a TaskRoleArn",
            property="EnableExecuteCommand",
        )


@rule(
    "permissions-shift",
    "ECS::Service",
    title="ECS may move the traffic between the target groups of a service",
    why="the first deployment stops half way and is rolled back",
    source=f"{ECS}/AmazonECSInfrastructureRolePolicyForLoadBalancers.html",
)
def shift(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Targets of both groups, the rule between them, and a look at all of it."""
    found = grants(scene.estate)
    for number, each in enumerate(resource.mappings("LoadBalancers")):
        config = each.get("AdvancedConfiguration")
        role = found.role(config.get("RoleArn")) if isinstance(config, dict) else None
        if not role or not isinstance(config, dict):
            continue
        missing = lacking(found, role, LOOKS)
        for arn in (each.get("TargetGroupArn"), config.get("AlternateTargetGroupArn")):
            if group := scene.estate.at(arn):
                missing += lacking(found, role, SHIFTS, group)
        rule_at = scene.estate.at(config.get("ProductionListenerRule"))
        if rule_at:
            listener = rule_at.kind.endswith("Listener")
            action = "ModifyListener" if listener else "ModifyRule"
            missing += lacking(found, role, [f"elasticloadbalancing:{action}"], rule_at)
        place = f"LoadBalancers.{number}.AdvancedConfiguration.RoleArn"
        yield from lacks(role, list(dict.fromkeys(missing)), "", place)
