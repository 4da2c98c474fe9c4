"""The order of creation that CloudFormation does not see by itself."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from checks.estate import listed
from checks.graph.groups import EGRESS, INGRESS
from checks.graph.interfaces import BALANCER
from checks.rules.ecs import all_groups, balancers_of, security_groups, ways_to
from checks.rules.releases import alarms_of
from checks.rules.rule import Fault, rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from checks.estate import Estate, Resource
    from checks.rules.rule import Scene

DOCS = "https://docs.aws.amazon.com"
SOURCE = f"{DOCS}/AWSCloudFormation/latest/UserGuide/aws-attribute-dependson.html"
ATTACHMENT = "AWS::EC2::VPCGatewayAttachment"
FUNCTION = "AWS::Lambda::Function"
# The log groups that AWS makes, and the property with the name in theirs.
LOGGING = {
    "AWS::CodeBuild::Project": ("/aws/codebuild/{}", "Name"),
    "AWS::ECS::Cluster": ("/aws/ecs/containerinsights/{}/", "ClusterName"),
    FUNCTION: ("/aws/lambda/{}", "FunctionName"),
    "AWS::RDS::DBInstance": ("/aws/rds/instance/{}/", "DBInstanceIdentifier"),
}


@lru_cache(maxsize=4)
def _by_id(estate: Estate) -> Mapping[tuple[str, str], Resource]:
    return {(each.stack, each.logical_id): each for each in estate.resources}


@lru_cache(maxsize=8192)
def _direct(estate: Estate, resource: Resource) -> tuple[Resource, ...]:
    names = listed(resource.body.get("DependsOn"))
    told = (_by_id(estate).get((resource.stack, str(name))) for name in names)
    found = [*(each for each in told if each), *estate.named(resource.properties)]
    return tuple(dict.fromkeys(each for each in found if each.stack == resource.stack))


def awaited(estate: Estate, resource: Resource) -> set[Resource]:
    """What CloudFormation finishes before it begins with a resource of the same stack."""
    found: set[Resource] = set()
    waiting = [resource]
    while waiting:
        for each in _direct(estate, waiting.pop()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def missed_by(estate: Estate, resource: Resource, needed: Iterable[Resource]) -> list[Resource]:
    """What a resource needs of its own stack, does not wait for, and could wait for."""
    here = [each for each in dict.fromkeys(needed) if each.stack == resource.stack]
    before = awaited(estate, resource) if here else set()
    return [e for e in here if e not in before and resource not in awaited(estate, e)]


def early(missed: list[Resource], what: str) -> Iterator[Fault]:
    """A fault, if something is missed."""
    if missed:
        names = ", ".join(each.logical_id for each in missed)
        yield Fault(message=f"{what}: {names}", remedy="add them to DependsOn")


def openings(estate: Estate, groups: set[Resource], before: set[Resource]) -> Iterator[Resource]:
    """The rules by which groups reach others, and by which those before them reach the groups."""
    for group in groups | before:
        for each in estate.users_of(group, INGRESS, EGRESS):
            own = estate.at(each.get("GroupId"))
            inward = each.kind == INGRESS
            side = "SourceSecurityGroupId" if inward else "DestinationSecurityGroupId"
            other = estate.at(each.get(side))
            source, target = (other, own) if inward else (own, other)
            if source in groups or (source in before and target in groups):
                yield each


@rule(
    "deployments-after-listener",
    "ECS::Service",
    title="a service waits for the listener or rule that leads to its target group",
    why="ECS refuses a service whose target group is behind no balancer yet",
    source="https://github.com/aws/aws-cdk/issues/1160",
)
def after_listener(service: Resource, scene: Scene) -> Iterator[Fault]:
    """One of the ways to each group is there first."""
    estate = scene.estate
    for group in sorted(all_groups(estate, service), key=lambda each: each.logical_id):
        ways = [each for each in ways_to(estate, group) if each.stack == service.stack]
        missed = missed_by(estate, service, ways)
        if ways and len(missed) == len(ways):
            yield from early(missed, "is made before what leads to its target group")


@rule(
    "deployments-after-openings",
    "ECS::Service",
    "AppRunner::Service",
    title="what runs waits for the rules of its security groups",
    why="the first tasks reach nothing and fail, and a first deployment is given up",
    source=SOURCE,
)
def after_openings(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The ways out, and the way in from its balancer."""
    estate = scene.estate
    groups = security_groups(estate, resource)
    connector = estate.at(resource.get("NetworkConfiguration.EgressConfiguration.VpcConnectorArn"))
    groups |= (
        {g for g in map(estate.at, listed(connector.get("SecurityGroups"))) if g}
        if (connector)
        else set()
    )
    balancers = [b for g in all_groups(estate, resource) for b in balancers_of(estate, g)]
    named = [name for each in balancers for name in listed(each.get("SecurityGroups"))]
    before = {group for group in map(estate.at, named) if group}
    missed = missed_by(estate, resource, openings(estate, groups, before))
    yield from early(missed, "starts before rules of its security groups")


@rule(
    "deployments-after-alarms",
    "ECS::Service",
    title="a service waits for the alarms that roll its deployments back",
    why="the first deployment goes out without the alarms that it names, or not at all",
    source=f"{DOCS}/AmazonECS/latest/developerguide/deployment-alarm-failure.html",
)
def after_alarms(service: Resource, scene: Scene) -> Iterator[Fault]:
    """Those of its own stack."""
    named = [alarm for _, alarm in alarms_of(scene.estate, service) if alarm]
    missed = missed_by(scene.estate, service, named)
    yield from early(missed, "is made before its alarms")


@rule(
    "deployments-after-gateway",
    "EC2::Route",
    "EC2::NatGateway",
    "EC2::EIP",
    "ElasticLoadBalancingV2::LoadBalancer",
    title="what needs an internet gateway waits until it is attached",
    why="EC2 refuses a route, a NAT gateway, an address or a public balancer before that",
    source=f"{DOCS}/AWSCloudFormation/latest/TemplateReference/"
    "aws-resource-ec2-vpcgatewayattachment.html",
)
def after_gateway(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """The attachment to the same network."""
    needed = [
        each
        for each in scene.estate.of(ATTACHMENT)
        if each.get("InternetGatewayId") and _needs(scene.estate, resource, each)
    ]
    missed = missed_by(scene.estate, resource, needed)
    yield from early(missed, "is made before the internet gateway is attached")


def _needs(estate: Estate, resource: Resource, attachment: Resource) -> bool:
    if resource.kind == "AWS::EC2::Route":
        return bool(resource.get("GatewayId") == attachment.get("InternetGatewayId"))
    if resource.kind == "AWS::EC2::EIP":
        return resource.get("InstanceId") is not None
    if resource.kind == BALANCER:
        public = resource.get("Scheme", "internet-facing") == "internet-facing"
        subnets = listed(resource.get("Subnets")) if public else []
    else:
        public = resource.get("ConnectivityType", "public") == "public"
        subnets = listed(resource.get("SubnetId")) if public else []
    found = (estate.at(each) for each in subnets)
    return any(each and each.get("VpcId") == attachment.get("VpcId") for each in found)


@rule(
    "deployments-after-logs",
    "ECS::Cluster",
    "Lambda::Function",
    "RDS::DBInstance",
    "CodeBuild::Project",
    title="what makes its log group itself waits for the one of the template",
    why="CloudFormation can't make a group that is there, and the stack fails",
    source=SOURCE,
)
def after_logs(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Groups by the names that AWS chooses for them."""
    path, name = LOGGING[resource.kind]
    called = resource.get(name)
    if not isinstance(called, str):
        return
    made = path.format(called)
    needed = [
        each
        for each in scene.estate.of("AWS::Logs::LogGroup")
        if (name := str(each.get("LogGroupName"))) == made
        or (made.endswith("/") and name.startswith(made))
    ]
    missed = missed_by(scene.estate, resource, needed)
    yield from early(missed, "may make its log group before the template does")
