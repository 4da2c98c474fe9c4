"""Roles of services: the right one takes them, and they may do what the service has to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.estate import listed
from checks.graph.policies import trust_of
from checks.rules.conditions import acts
from checks.rules.grants import Grants, grants
from checks.rules.rule import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
# Whose properties name a role, and which service takes it; a list's entries are tried in turn.
TAKERS = {
    "ECS::TaskDefinition": (("ExecutionRoleArn", "ecs-tasks"), ("TaskRoleArn", "ecs-tasks")),
    "ECS::Service": (("LoadBalancers", "ecs"),),
    "Lambda::Function": (("Role", "lambda"),),
    "StepFunctions::StateMachine": (("RoleArn", "states"),),
    "Scheduler::Schedule": (("Target.RoleArn", "scheduler"),),
    "Events::Rule": (("Targets", "events"),),
    "CodeBuild::Project": (("ServiceRole", "codebuild"),),
    "AppRunner::Service": (
        ("SourceConfiguration.AuthenticationConfiguration.AccessRoleArn", "build.apprunner"),
        ("InstanceConfiguration.InstanceRoleArn", "tasks.apprunner"),
    ),
    "EC2::FlowLog": (("DeliverLogsPermissionArn", "vpc-flow-logs"),),
    "RDS::DBInstance": (("MonitoringRoleArn", "monitoring.rds"),),
    "RDS::DBProxy": (("RoleArn", "rds"),),
    "Pipes::Pipe": (("RoleArn", "pipes"),),
}
INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
)


def _roles(resource: Resource, path: str) -> Iterator[tuple[str, object]]:
    """Each role that a property names; those of a list stand deeper."""
    if path == "LoadBalancers":
        for number, each in enumerate(resource.mappings(path)):
            found = each.get("AdvancedConfiguration")
            if isinstance(found, dict):
                yield f"{path}.{number}.AdvancedConfiguration.RoleArn", found.get("RoleArn")
    elif path == "Targets":
        for number, each in enumerate(resource.mappings(path)):
            yield f"{path}.{number}.RoleArn", each.get("RoleArn")
    else:
        yield path, resource.get(path)


@rule(
    "permissions-trust",
    *TAKERS,
    title="the service that has to take a role may take it",
    why="whatever has the role does not start, or fails at its first call",
    source=f"{DOCS}/IAM/latest/UserGuide/id_roles_create_for-service.html",
)
def trust(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The role trusts the service, for this account where it asks for one."""
    found = grants(scene.estate)
    for path, service in TAKERS[resource.kind.removeprefix("AWS::")]:
        for place, value in _roles(resource, path):
            role = found.role(value)
            other = scene.estate.at(value)
            if other and role is None:
                yield Fault(
                    message=f"{other.logical_id} is no role",
                    remedy="name the ARN of a role",
                    property=place,
                )
            elif role and not _trusts(found, role, service, resource):
                yield Fault(
                    message=f"{service}.amazonaws.com may not take {role.logical_id}",
                    remedy="let its trust policy allow sts:AssumeRole to this service and account",
                    property=place,
                )


def _trusts(found: Grants, role: Resource, service: str, user: Resource) -> bool:
    region = user.region or "*"
    names = (f"{service}.amazonaws.com", f"{service}.{region}.amazonaws.com")
    return any(
        each.allows
        and acts(each, "sts:AssumeRole")
        and any(who in names or who == "*" or "<" in who for _, who in each.principals)
        and found.comes_from(each, user, user)
        for each in trust_of(role)
    )


def lacking(
    found: Grants, role: Resource, actions: Iterable[str], wanted: Resource | str | None = None
) -> list[str]:
    """The actions that a role may not do to a resource, or to anything."""
    return [action for action in actions if not found.may(role, action, wanted)]


def lacks(role: Resource, missing: list[str], what: str, path: str) -> Iterator[Fault]:
    """The fault of a role that lacks something, if it does."""
    if missing:
        yield Fault(
            message=f"{role.logical_id} lacks {', '.join(missing)}{what}",
            remedy="allow it to this role",
            property=path,
        )


@rule(
    "permissions-network",
    "Lambda::Function",
    "CodeBuild::Project",
    title="what runs in a network may make its interface there",
    why="Lambda refuses the function, and a build ends before it begins",
    source=f"{DOCS}/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions",
)
def network(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Making, finding and removing network interfaces."""
    found = grants(scene.estate)
    function = resource.kind == "AWS::Lambda::Function"
    path = "Role" if function else "ServiceRole"
    role = found.role(resource.get(path))
    subnets = resource.get("VpcConfig.SubnetIds" if function else "VpcConfig.Subnets")
    if not role or not subnets:
        return
    actions = [*INTERFACES]
    if not function:
        more = ("DescribeSubnets", "DescribeSecurityGroups", "DescribeDhcpOptions", "DescribeVpcs")
        actions += [f"ec2:{each}" for each in more]
        actions.append("ec2:CreateNetworkInterfacePermission")
    yield from lacks(role, lacking(found, role, actions), "", path)
    if not function:
        yield from _attaches(found, role, listed(subnets))


def _attaches(found: Grants, role: Resource, subnets: list[Any]) -> Iterator[Fault]:
    """Giving interfaces to CodeBuild alone, in the project's subnets."""
    for statement in found.policies.get(role, []):
        if not (statement.allows and acts(statement, "ec2:CreateNetworkInterfacePermission")):
            continue
        to = statement.condition("ec2:AuthorizedService")
        where = " ".join(statement.condition("ec2:Subnet"))
        missing = [
            each for each in subnets if where and isinstance(each, str) and each not in where
        ]
        if missing or to != ["codebuild.amazonaws.com"]:
            yield Fault(
                message="builds get no interface in each subnet of their project"
                if missing
                else "it may give a network interface to anybody's service",
                remedy="ask for ec2:AuthorizedService codebuild.amazonaws.com and name the subnets",
                property=statement.path,
                at=statement.holder,
            )


@rule(
    "permissions-dead-letters",
    "Lambda::Function",
    title="a function may write what it could not handle into its dead-letter queue",
    why="Lambda refuses the function, or the events are lost all the same",
    source=f"{DOCS}/lambda/latest/dg/invocation-async-retain-records.html",
)
def dead_letters(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Sending to the queue or topic."""
    found = grants(scene.estate)
    role, path = found.role(resource.get("Role")), "DeadLetterConfig.TargetArn"
    target = scene.estate.at(resource.get(path))
    if not role or not target:
        return
    queue = target.kind == "AWS::SQS::Queue"
    missing = lacking(found, role, ["sqs:SendMessage" if queue else "sns:Publish"], target)
    yield from lacks(role, missing, f" on {target.logical_id}", path)


@rule(
    "permissions-monitoring",
    "RDS::DBInstance",
    title="enhanced monitoring may write its log",
    why="the figures of the machine are missing when the database is slow",
    source=f"{DOCS}/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html",
)
def monitoring(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Streams and entries of the group RDSOSMetrics."""
    found = grants(scene.estate)
    role = found.role(resource.get("MonitoringRoleArn"))
    region, account = resource.region or "*", found.account(resource) or "*"
    group = f"arn:aws:logs:{region}:{account}:log-group:RDSOSMetrics:*"
    if role:
        actions = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
        missing = lacking(found, role, actions, group)
        yield from lacks(role, missing, " on RDSOSMetrics", "MonitoringRoleArn")
