"""How many tasks a service has: target tracking of what its file says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import aws_applicationautoscaling as scaling

from stackyard.metrics_of_fargate import QUEUE_DEPTH
from stackyard.place import Block

if TYPE_CHECKING:
    from constructs import Construct

    from config.model.fargate import Scale
    from stackyard.fargate_service import FargateService


class ServiceScaling(Block):
    """Bounds and policies of a service; the highest number that any policy asks for wins.

    `balancer` is the balancer's full name, `namespace` where queue depths are published.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        node: str,
        cluster: str,
        service: FargateService,
        spec: Scale,
        balancer: str | None,
        namespace: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self._spec = spec
        target = scaling.CfnScalableTarget(
            self,
            "Target",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=f"service/{cluster}/{service.service_name}",
            min_capacity=spec.least,
            max_capacity=spec.most,
        )
        self._target = target.ref
        if spec.cpu:
            self._follow("Cpu", spec.cpu, predefined={"type": "ECSServiceAverageCPUUtilization"})
        if spec.memory:
            kind = "ECSServiceAverageMemoryUtilization"
            self._follow("Memory", spec.memory, predefined={"type": kind})
        if spec.requests_per_target and balancer and service.targets:
            group = service.targets.groups[0].attr_target_group_full_name
            label = f"{balancer}/{group}"
            requests = {"type": "ALBRequestCountPerTarget", "label": label}
            self._follow("Requests", spec.requests_per_target, predefined=requests)
        if spec.queue:
            metrics = _backlog_per_task(node, cluster, service.name, namespace)
            self._follow("Queue", spec.queue.per_task, metrics=metrics)

    def _follow(
        self,
        construct_id: str,
        value: int,
        *,
        predefined: dict[str, str] | None = None,
        metrics: list[dict[str, Any]] | None = None,
    ) -> None:
        found: dict[str, Any] = {
            "targetValue": value,
            "scaleOutCooldown": self._spec.out_cooldown,
            "scaleInCooldown": self._spec.in_cooldown,
        }
        if predefined:
            found["predefinedMetricSpecification"] = {
                "predefinedMetricType": predefined["type"],
                "resourceLabel": predefined.get("label"),
            }
        if metrics:
            found["customizedMetricSpecification"] = {"metrics": metrics}
        scaling.CfnScalingPolicy(
            self,
            construct_id,
            policy_name=construct_id,
            policy_type="TargetTrackingScaling",
            scaling_target_id=self._target,
            target_tracking_scaling_policy_configuration=found,
        )


def _backlog_per_task(
    node: str, cluster: str, service: str, namespace: str
) -> list[dict[str, Any]]:
    """Jobs that wait, by tasks that run.

    https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html
    """
    running = [("ClusterName", cluster), ("ServiceName", service)]
    return [
        _stat("jobs", namespace, QUEUE_DEPTH, [("Service", node)]),
        _stat("tasks", "ECS/ContainerInsights", "RunningTaskCount", running),
        {
            "id": "backlog",
            "label": "Jobs for each task",
            "expression": "jobs / IF(tasks > 0, tasks, 1)",
            "returnData": True,
        },
    ]


def _stat(
    query: str, namespace: str, name: str, dimensions: list[tuple[str, str]]
) -> dict[str, Any]:
    metric = {
        "namespace": namespace,
        "metricName": name,
        "dimensions": [{"name": key, "value": value} for key, value in dimensions],
    }
    return {"id": query, "metricStat": {"metric": metric, "stat": "Average"}, "returnData": False}
