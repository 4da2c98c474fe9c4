"""How many tasks a service has: bounds, and what the number follows between them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.model.fargate import Scale
from stackyard.metrics_of_fargate import QUEUE_DEPTH
from stackyard.scaling import ServiceScaling
from tests.components.building import Made, made, spec, stack_in
from tests.components.fargate import CLUSTER, SERVICE, Ground, fargate_in

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
NAMESPACE = "Stackyard/demo-prod"
SCALES: dict[str, dict[str, Any]] = {
    "web": {"min": 2, "max": 6, "cpu": 60, "memory": 70, "requests_per_target": 500},
    "worker": {
        "min": {"min": 1, "reason": "Jobs wait"},
        "max": 9,
        "queue": {"store": "jobs", "keys": ["bull:mail:wait"], "per_task": 40},
        "out_cooldown": 30,
        "in_cooldown": 600,
    },
}


@pytest.fixture(scope="module")
def scalings(folder: Path) -> Made:
    ground = Ground(stack_in(folder))
    balancer = ground.balancer()
    served = {"port": 8080, "routes": [{"path": "/*"}]}
    web = fargate_in(
        ground, "web", balancer=balancer, priorities=[1], scale=SCALES["web"], **served
    )
    worker = fargate_in(ground, "worker", scale=SCALES["worker"])
    for node, service in {"web": web, "worker": worker}.items():
        scaling = ServiceScaling(
            service,
            "Scaling",
            node=node,
            cluster=CLUSTER,
            service=service,
            spec=spec(Scale, **SCALES[node]),
            balancer=balancer.full_name,
            namespace=NAMESPACE,
        )
        service.release.only_when_released(scaling)
    return made(ground.stack)


def policies(scalings: Made, node: str) -> dict[str, dict[str, Any]]:
    """What a service's number follows, by the policies' names."""
    target = target_of(scalings, node)
    return {
        each["PolicyName"]: each["TargetTrackingScalingPolicyConfiguration"]
        for each in scalings.of(POLICY)
        if each["ScalingTargetId"] == f"<{target}>"
    }


def target_of(scalings: Made, node: str) -> str:
    (found,) = [each for each in scalings.whole(TARGET) if each.lower().startswith(node)]
    return found


@pytest.mark.parametrize(("node", "least", "most"), [("web", 2, 6), ("worker", 1, 9)])
def test_the_number_stays_within_the_files_bounds(
    scalings: Made, node: str, least: int, most: int
) -> None:
    service = scalings.name_of(SERVICE, ServiceName=f"demo-{node}")
    assert scalings.whole(TARGET)[target_of(scalings, node)]["Properties"] == {
        "ServiceNamespace": "ecs",
        "ScalableDimension": "ecs:service:DesiredCount",
        # The service's own attribute, so that this waits for the service.
        "ResourceId": f"service/{CLUSTER}/<{service}.Name>",
        "MinCapacity": least,
        "MaxCapacity": most,
    }


def test_there_is_nothing_to_scale_before_the_first_release(scalings: Made) -> None:
    found = [*scalings.whole(TARGET).values(), *scalings.whole(POLICY).values()]
    assert [each["Condition"] for each in found] == ["BackendReleaseExists"] * 6


def test_every_policy_tracks_a_target(scalings: Made) -> None:
    assert {each["PolicyType"] for each in scalings.of(POLICY)} == {"TargetTrackingScaling"}
    assert policies(scalings, "web").keys() == {"Cpu", "Memory", "Requests"}
    assert policies(scalings, "worker").keys() == {"Queue"}


@pytest.mark.parametrize(
    ("policy", "metric", "value"),
    [
        ("Cpu", "ECSServiceAverageCPUUtilization", 60),
        ("Memory", "ECSServiceAverageMemoryUtilization", 70),
    ],
)
def test_the_number_follows_what_the_tasks_use(
    scalings: Made, policy: str, metric: str, value: int
) -> None:
    assert policies(scalings, "web")[policy] == {
        "TargetValue": value,
        "ScaleOutCooldown": 60,
        "ScaleInCooldown": 300,
        "PredefinedMetricSpecification": {"PredefinedMetricType": metric},
    }


def test_the_number_follows_the_requests_that_each_target_gets(scalings: Made) -> None:
    (balancer,) = scalings.whole("AWS::ElasticLoadBalancingV2::LoadBalancer")
    (group,) = scalings.whole("AWS::ElasticLoadBalancingV2::TargetGroup")
    # app/<name>/<id>/targetgroup/<name>/<id>
    label = f"<{balancer}.LoadBalancerFullName>/<{group}.TargetGroupFullName>"
    requests = policies(scalings, "web")["Requests"]
    assert requests["TargetValue"] == 500
    assert requests["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "ALBRequestCountPerTarget",
        "ResourceLabel": label,
    }


def test_the_number_follows_the_jobs_that_wait_for_each_running_task(scalings: Made) -> None:
    queue = policies(scalings, "worker")["Queue"]
    assert (queue["TargetValue"], queue["ScaleOutCooldown"], queue["ScaleInCooldown"]) == (
        40,
        30,
        600,
    )
    jobs, tasks, backlog = queue["CustomizedMetricSpecification"]["Metrics"]
    assert jobs == {
        "Id": "jobs",
        "MetricStat": {
            "Metric": {
                "Namespace": NAMESPACE,
                "MetricName": QUEUE_DEPTH,
                "Dimensions": [{"Name": "Service", "Value": "worker"}],
            },
            "Stat": "Average",
        },
        "ReturnData": False,
    }
    assert tasks == {
        "Id": "tasks",
        "MetricStat": {
            "Metric": {
                "Namespace": "ECS/ContainerInsights",
                "MetricName": "RunningTaskCount",
                "Dimensions": [
                    {"Name": "ClusterName", "Value": CLUSTER},
                    {"Name": "ServiceName", "Value": "demo-worker"},
                ],
            },
            "Stat": "Average",
        },
        "ReturnData": False,
    }
    assert backlog == {
        "Id": "backlog",
        "Label": "Jobs for each task",
        # With no task running, a division by zero would say nothing and start none.
        "Expression": "jobs / IF(tasks > 0, tasks, 1)",
        "ReturnData": True,
    }
