"""How a service's tasks are replaced, and what undoes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aws_cdk import aws_cloudwatch as cloudwatch

from tests.components.building import Made, made, stack_in
from tests.components.fargate import Ground, fargate_in, service_of

BREAKER = {"Enable": True, "Rollback": True}
SINGLE = {"lock": "queue"}
WHOLE_SET = {
    "DeploymentCircuitBreaker": BREAKER,
    "MinimumHealthyPercent": 100,
    "MaximumPercent": 200,
}
# What the file says, and what ECS is told.
ROLLOUTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "default": ({}, WHOLE_SET),
    "rolling": (
        {"rollout": {"kind": "rolling", "min_percent": 50, "max_percent": 150}},
        {
            "DeploymentCircuitBreaker": BREAKER,
            "MinimumHealthyPercent": 50,
            "MaximumPercent": 150,
        },
    ),
    "switch": (
        {"rollout": {"kind": "blue-green", "bake_minutes": 7}},
        {**WHOLE_SET, "Strategy": "BLUE_GREEN", "BakeTimeInMinutes": 7},
    ),
    "canary": (
        {"rollout": {"kind": "canary", "percent": 12.5, "step_minutes": 4, "bake_minutes": 0}},
        {
            **WHOLE_SET,
            "Strategy": "CANARY",
            "BakeTimeInMinutes": 0,
            "CanaryConfiguration": {"CanaryPercent": 12.5, "CanaryBakeTimeInMinutes": 4},
        },
    ),
    "linear": (
        {"rollout": {"kind": "linear", "percent": 25}},
        {
            **WHOLE_SET,
            "Strategy": "LINEAR",
            "BakeTimeInMinutes": 10,
            "LinearConfiguration": {"StepPercent": 25, "StepBakeTimeInMinutes": 3},
        },
    ),
    "single": (
        {"singleton": SINGLE},
        {"DeploymentCircuitBreaker": BREAKER, "MinimumHealthyPercent": 0, "MaximumPercent": 100},
    ),
}


@pytest.fixture(scope="module")
def rollouts(folder: Path) -> Made:
    ground = Ground(stack_in(folder))
    balancer = ground.balancer()
    for number, (name, (fields, _)) in enumerate(ROLLOUTS.items(), start=1):
        served = {"port": 8080, "routes": [{"path": f"/{name}"}]}
        if name == "single":
            fargate_in(ground, name, **fields)
        else:
            fargate_in(ground, name, balancer=balancer, priorities=[number], **served, **fields)
    alarms = [
        cloudwatch.CfnAlarm(
            ground.stack,
            name,
            alarm_name=name,
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=1,
        )
        for name in ("Errors", "Slow")
    ]
    fargate_in(ground, "watched", rollback=alarms)
    fargate_in(ground, "unmoved", rebalance=False)
    return made(ground.stack)


@pytest.mark.parametrize("name", ROLLOUTS)
def test_tasks_are_replaced_as_the_file_says(rollouts: Made, name: str) -> None:
    _, expected = ROLLOUTS[name]
    assert service_of(rollouts, name)["DeploymentConfiguration"] == expected


def test_alarms_that_ring_undo_a_release(rollouts: Made) -> None:
    assert service_of(rollouts, "watched")["DeploymentConfiguration"] == {
        **WHOLE_SET,
        "Alarms": {"AlarmNames": ["Errors", "Slow"], "Enable": True, "Rollback": True},
    }


def test_there_is_one_task_of_a_singleton_and_never_two(rollouts: Made) -> None:
    single = service_of(rollouts, "single")
    assert single["DesiredCount"] == 1
    assert single["DeploymentConfiguration"]["MaximumPercent"] == 100
    # To move a task, ECS starts the second one first.
    assert single["AvailabilityZoneRebalancing"] == "DISABLED"


def test_tasks_move_until_all_zones_have_their_share(rollouts: Made) -> None:
    assert service_of(rollouts, "default")["AvailabilityZoneRebalancing"] == "ENABLED"
    assert service_of(rollouts, "unmoved")["AvailabilityZoneRebalancing"] == "DISABLED"


def test_ecs_itself_is_the_one_who_replaces(rollouts: Made) -> None:
    for each in rollouts.of("AWS::ECS::Service"):
        assert "DeploymentController" not in each


def test_only_who_shifts_traffic_has_a_role_for_it(rollouts: Made) -> None:
    roles = rollouts.whole("AWS::IAM::Role").values()
    shifters = [
        each["Metadata"]["Stackyard::Node"]
        for each in roles
        if "ecs.amazonaws.com" in str(each["Properties"]["AssumeRolePolicyDocument"])
    ]
    assert shifters == ["switch", "canary", "linear"]
