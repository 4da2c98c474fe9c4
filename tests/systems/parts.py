"""Parts of an environment on Fargate, found in its templates by their names."""

from __future__ import annotations

from typing import Any

from tests.systems.reading import Reading, Thing
from tests.systems.ways import GROUP

BALANCING = "AWS::ElasticLoadBalancingV2"
FARGATE = [{"CapacityProvider": "FARGATE", "Weight": 1}]
SCALING = "AWS::ApplicationAutoScaling"
BLOCKED = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}


def of_node(read: Reading, kind: str, node: str) -> Thing:
    """The only resource of a type that belongs to a node."""
    (found,) = [thing for thing in read.all(kind) if thing.node == node]
    return found


def group_of(read: Reading, node: str) -> str:
    """The id of a node's security group."""
    return of_node(read, GROUP, node).att("GroupId")


def tiers(read: Reading, subnets: list[str]) -> set[str]:
    """The tiers that these subnets are in."""
    return {_tag(read.at(subnet), "aws-cdk:subnet-type") for subnet in subnets}


def subnets_of(read: Reading, tier: str) -> list[Thing]:
    """The subnets of one tier."""
    subnets = read.all("AWS::EC2::Subnet")
    return [subnet for subnet in subnets if _tag(subnet, "aws-cdk:subnet-type") == tier]


def default_route(read: Reading, subnet: Thing) -> Thing | None:
    """The route by which a subnet reaches everything that is not local, if there is one."""
    kind = "AWS::EC2::SubnetRouteTableAssociation"
    table = read.one(kind, SubnetId=subnet.ref)["RouteTableId"]
    found = read.all("AWS::EC2::Route", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    return found[0] if found else None


def service_of(read: Reading, node: str) -> Thing:
    """A service on ECS."""
    return of_node(read, "AWS::ECS::Service", node)


def task_of(read: Reading, node: str) -> Thing:
    """The task definition of a service or a task."""
    return of_node(read, "AWS::ECS::TaskDefinition", node)


def container_of(read: Reading, node: str, name: str = "app") -> dict[str, Any]:
    """A container of a task definition; `app` is the program's own."""
    containers: list[dict[str, Any]] = task_of(read, node)["ContainerDefinitions"]
    (found,) = [container for container in containers if container["Name"] == name]
    return found


def variables_of(container: dict[str, Any]) -> dict[str, str]:
    """The plain variables of a container."""
    return {each["Name"]: each["Value"] for each in container.get("Environment", [])}


def secrets_of(container: dict[str, Any]) -> dict[str, str]:
    """The variables of a container that are read from secrets."""
    return {each["Name"]: each["ValueFrom"] for each in container.get("Secrets", [])}


def counts_of(read: Reading, node: str) -> tuple[int, int]:
    """The least and the greatest number of tasks of a service."""
    service = service_of(read, node)
    if "DesiredCount" in service.properties:
        assert _targets(read, service) == []
        return service["DesiredCount"], service["DesiredCount"]
    (target,) = _targets(read, service)
    return target["MinCapacity"], target["MaxCapacity"]


def policies_of(read: Reading, node: str) -> dict[str, dict[str, Any]]:
    """What the number of a service's tasks follows, by the policies' names."""
    targets = [target.ref for target in _targets(read, service_of(read, node))]
    return {
        policy["PolicyName"]: policy["TargetTrackingScalingPolicyConfiguration"]
        for policy in read.all(f"{SCALING}::ScalingPolicy")
        if policy["ScalingTargetId"] in targets
    }


def attributes_of(thing: Thing, kind: str) -> dict[str, str]:
    """The attributes of a balancer or a target group."""
    return {each["Key"]: each["Value"] for each in thing[kind]}


def statements_about(read: Reading, bucket: Thing) -> list[dict[str, Any]]:
    """All that the policy of a bucket says."""
    policy = read.one("AWS::S3::BucketPolicy", Bucket=bucket.ref)["PolicyDocument"]
    said: list[dict[str, Any]] = policy["Statement"]
    return said


def rule_of(bucket: Thing) -> dict[str, Any]:
    """The only lifecycle rule of a bucket."""
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    found: dict[str, Any] = rule
    return found


def alarm(read: Reading, name: str) -> Thing:
    """An alarm of an environment, such as `database-cpu`."""
    return read.one("AWS::CloudWatch::Alarm", AlarmName=f"{read.environment.name}-{name}")


def tier_of(read: Reading, each: Thing) -> str:
    """How loud an alarm is."""
    (topic,) = each["AlarmActions"]
    name: str = read.at(topic)["DisplayName"]
    return name.removeprefix(f"{read.environment.name} ")


def _targets(read: Reading, service: Thing) -> list[Thing]:
    return [
        target
        for target in read.all(f"{SCALING}::ScalableTarget")
        if target["ResourceId"].endswith(f"/{service.att('Name')}")
    ]


def _tag(thing: Thing, key: str) -> str:
    (value,) = [tag["Value"] for tag in thing["Tags"] if tag["Key"] == key]
    found: str = value
    return found
