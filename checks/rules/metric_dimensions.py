"""The dimensions that metrics of AWS services come with, and the resources that those name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def _sets(*sets: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(each.split()) for each in sets)


_BALANCER = ("LoadBalancer", "LoadBalancer AvailabilityZone")
_GROUP = ("TargetGroup LoadBalancer", "TargetGroup LoadBalancer AvailabilityZone")
_FUNCTION = ("FunctionName", "FunctionName Resource", "FunctionName Resource ExecutedVersion")
_MACHINE = ("StateMachineArn", "StateMachineArn Alias", "StateMachineArn Version")
_DIMENSIONS: dict[str, frozenset[frozenset[str]]] = {
    "AWS/ApplicationELB": _sets(*_BALANCER),
    "AWS/ECS": _sets(
        "ClusterName", "ClusterName ServiceName", "ClusterName ServiceName TaskId",
        "DiscoveryName", "DiscoveryName TargetDiscoveryName",
        "DiscoveryName ServiceName ClusterName",
    ),
    "AWS/RDS": _sets(
        "DBInstanceIdentifier", "DBClusterIdentifier", "DBClusterIdentifier Role", "DatabaseClass",
        "EngineName", "ProxyName", "ProxyName TargetGroup", "ProxyName TargetRole",
        "ProxyName TargetGroup Target", "ProxyName EndpointName",
    ),
    "AWS/ElastiCache": _sets(
        "CacheClusterId", "CacheClusterId CacheNodeId", "clusterId", "ReplicationGroupId Role"
    ),
    "AWS/Lambda": _sets(*_FUNCTION),
    "AWS/States": _sets(
        *_MACHINE, "ActivityArn", "LambdaFunctionArn", "ServiceIntegrationResourceArn",
        "ServiceMetric", "APIName",
    ),
    "AWS/SQS": _sets("QueueName"),
    "AWS/CodeBuild": _sets("ProjectName", "ProjectName BuildId", "ProjectName BuildId BuildNumber"),
    "AWS/NATGateway": _sets("NatGatewayId", "NatGatewayId AvailabilityZone"),
    "AWS/EC2": _sets("InstanceId", "AutoScalingGroupName", "ImageId", "InstanceType"),
    "AWS/CertificateManager": _sets("CertificateArn"),
    "AWS/AppRunner": _sets("ServiceName ServiceID", "ServiceName ServiceID InstanceID"),
}  # fmt: skip
_SERVED = (
    "HTTPCode_Target_",
    "TargetResponseTime",
    "TargetConnection",
    "TargetTLS",
    "RequestCount",
)
_HOSTS = ("HealthyHostCount", "UnHealthyHostCount", "HealthyState", "UnhealthyState")
_SERVICE = {"DesiredTaskCount", "RunningTaskCount", "PendingTaskCount", "DeploymentCount"}
_WHOLE_ACCOUNT = {"ConcurrentExecutions", "UnreservedConcurrentExecutions"}


def dimensions_of(namespace: str, name: str) -> frozenset[frozenset[str]] | None:
    """The sets of dimensions that a metric is published with; None if that is not known."""
    if namespace == "AWS/ApplicationELB":
        return _of_balancer(name)
    if namespace == "ECS/ContainerInsights":
        return _sets("ClusterName ServiceName") if name in _SERVICE else None
    if namespace == "AWS/Lambda" and (name in _WHOLE_ACCOUNT or name.startswith("Claimed")):
        return _sets("", *_FUNCTION)
    if namespace == "AWS/Route53" and name == "HealthCheckStatus":
        return _sets("HealthCheckId")
    return _DIMENSIONS.get(namespace)


def _of_balancer(name: str) -> frozenset[frozenset[str]]:
    if name.startswith(_HOSTS):
        return _sets(*_GROUP)
    if name == "RequestCountPerTarget":
        return _sets("TargetGroup", "TargetGroup AvailabilityZone", *_GROUP)
    return _sets(*_BALANCER, *_GROUP) if name.startswith(_SERVED) else _sets(*_BALANCER)


def spelled(sets: Iterable[frozenset[str]]) -> str:
    """Sets of dimensions in words."""
    known = sorted((sorted(each) for each in sets), key=len)
    return ", or ".join(" and ".join(each) or "none" for each in known[:3])


@dataclass(frozen=True)
class Subject:
    """Whom a dimension names: a resource's type, the property that names it, its attributes.

    An empty attribute is a Ref.
    """

    kind: str
    named_by: str
    attributes: tuple[str, ...] = ("",)


_BALANCED = "AWS::ElasticLoadBalancingV2::"
_CLUSTER = (Subject("AWS::ECS::Cluster", "ClusterName"),)
_SERVED_BY = (Subject("AWS::ECS::Service", "ServiceName", ("Name",)),)
SUBJECTS: dict[tuple[str, str], tuple[Subject, ...]] = {
    ("AWS/ApplicationELB", "LoadBalancer"): (
        Subject(f"{_BALANCED}LoadBalancer", "", ("LoadBalancerFullName",)),
    ),
    ("AWS/ApplicationELB", "TargetGroup"): (
        Subject(f"{_BALANCED}TargetGroup", "", ("TargetGroupFullName",)),
    ),
    ("AWS/ECS", "ClusterName"): _CLUSTER,
    ("AWS/ECS", "ServiceName"): _SERVED_BY,
    ("ECS/ContainerInsights", "ClusterName"): _CLUSTER,
    ("ECS/ContainerInsights", "ServiceName"): _SERVED_BY,
    ("AWS/RDS", "DBInstanceIdentifier"): (Subject("AWS::RDS::DBInstance", "DBInstanceIdentifier"),),
    ("AWS/RDS", "DBClusterIdentifier"): (Subject("AWS::RDS::DBCluster", "DBClusterIdentifier"),),
    ("AWS/RDS", "ProxyName"): (Subject("AWS::RDS::DBProxy", "DBProxyName"),),
    ("AWS/ElastiCache", "CacheClusterId"): (
        Subject("AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId"),
        Subject("AWS::ElastiCache::CacheCluster", "ClusterName"),
    ),
    ("AWS/ElastiCache", "clusterId"): (
        Subject("AWS::ElastiCache::ServerlessCache", "ServerlessCacheName"),
    ),
    ("AWS/Lambda", "FunctionName"): (Subject("AWS::Lambda::Function", "FunctionName"),),
    ("AWS/States", "StateMachineArn"): (
        Subject("AWS::StepFunctions::StateMachine", "", ("", "Arn")),
    ),
    ("AWS/SNS", "TopicName"): (Subject("AWS::SNS::Topic", "TopicName", ("TopicName",)),),
    ("AWS/SQS", "QueueName"): (Subject("AWS::SQS::Queue", "QueueName", ("QueueName",)),),
    ("AWS/CodeBuild", "ProjectName"): (Subject("AWS::CodeBuild::Project", "Name"),),
    ("AWS/NATGateway", "NatGatewayId"): (
        Subject("AWS::EC2::NatGateway", "", ("", "NatGatewayId")),
    ),
    ("AWS/EC2", "InstanceId"): (Subject("AWS::EC2::Instance", "", ("", "InstanceId")),),
    ("AWS/CertificateManager", "CertificateArn"): (
        Subject("AWS::CertificateManager::Certificate", "", ("", "CertificateArn")),
    ),
    ("AWS/Route53", "HealthCheckId"): (
        Subject("AWS::Route53::HealthCheck", "", ("", "HealthCheckId")),
    ),
    ("AWS/AppRunner", "ServiceName"): (
        Subject("AWS::AppRunner::Service", "ServiceName", ("ServiceName",)),
    ),
    ("AWS/AppRunner", "ServiceID"): (Subject("AWS::AppRunner::Service", "", ("ServiceId",)),),
}
