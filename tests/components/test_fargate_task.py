"""A task that runs now and then: Scheduler starts a machine, which runs it to its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.graph import Edge
from stackyard.edges import ways
from tests.components.building import (
    ACCOUNT,
    REGION,
    Made,
    role_of,
    stack_in,
    statements,
    trust_of,
)
from tests.components.fargate import CLUSTER, DEFINITION, Ground, definition_of, task_in
from tests.components.nag import acknowledged, judged, needed
from tests.components.states import mistakes

KIND = "AWS::StepFunctions::StateMachine"
SCHEDULE = "AWS::Scheduler::Schedule"
ECS = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
NIGHTLY = {
    "schedule": "cron(30 3 * * ? *)",
    "timezone": "Europe/Amsterdam",
    "timeout": 15,
    "retries": 2,
    "log_days": 14,
}


@pytest.fixture(scope="module")
def tasks(folder: Path) -> Made:
    """A task with a schedule, and one that only people start."""
    ground = Ground(stack_in(folder))
    edge = Edge("report", "orders", (5432,))
    out = ways((edge,), group_ids={"orders": "sg-o"}, region=REGION)
    task_in(ground, "report", out=out, **NIGHTLY)
    task_in(ground, "migrate", image="other")
    return judged(ground.stack)


def machine(tasks: Made, node: str) -> str:
    """The logical id of a task's machine."""
    found = tasks.whole(KIND).items()
    (name,) = [n for n, each in found if each["Metadata"]["Stackyard::Node"] == node]
    return name


def state(tasks: Made, node: str) -> dict[str, Any]:
    """The one state of a task's machine."""
    definition = tasks.whole(KIND)[machine(tasks, node)]["Properties"]["Definition"]
    assert list(definition["States"]) == [definition["StartAt"]] == ["Run"]
    found: dict[str, Any] = definition["States"]["Run"]
    return found


def allowed(tasks: Made, node: str) -> list[dict[str, Any]]:
    """What a task's machine may do besides writing its log."""
    role = role_of(tasks, tasks.whole(KIND)[machine(tasks, node)]["Properties"]["RoleArn"])
    return statements(role)[1:]


@pytest.mark.parametrize("node", ["report", "migrate"])
def test_the_machine_is_one_that_step_functions_takes(tasks: Made, node: str) -> None:
    assert mistakes(tasks.whole(KIND)[machine(tasks, node)]["Properties"]["Definition"]) == []


def test_the_machine_runs_the_newest_revision_and_waits_for_its_end(tasks: Made) -> None:
    run = state(tasks, "report")
    assert run["Resource"] == "arn:aws:states:::ecs:runTask.sync"
    assert run["Parameters"] == {
        "Cluster": CLUSTER,
        "TaskDefinition": f"{CLUSTER}-report",
        "LaunchType": "FARGATE",
        # Tags would take ecs:TagResource too.
        "NetworkConfiguration": {
            "AwsvpcConfiguration": {
                "Subnets": ["${Subnet0}", "${Subnet1}"],
                "SecurityGroups": ["${Group}"],
                "AssignPublicIp": "DISABLED",
            }
        },
    }
    assert definition_of(tasks, "report")["Family"] == f"{CLUSTER}-report"


def test_it_runs_inside_in_its_own_group(tasks: Made) -> None:
    group = tasks.name_of("AWS::EC2::SecurityGroup", GroupDescription="Task report on Fargate")
    found = tasks.whole(KIND)[machine(tasks, "report")]
    assert found["Properties"]["DefinitionSubstitutions"] == {
        "Subnet0": "subnet-1",
        "Subnet1": "subnet-2",
        "Group": f"<{group}.GroupId>",
    }
    (way,) = tasks.whole("AWS::EC2::SecurityGroupIngress")
    assert {group, way} <= set(found["DependsOn"])


@pytest.mark.parametrize(("node", "seconds"), [("report", 900), ("migrate", 3600)])
def test_a_run_that_hangs_is_stopped(tasks: Made, node: str, seconds: int) -> None:
    assert state(tasks, node)["TimeoutSeconds"] == seconds


def test_a_run_that_never_started_is_tried_again(tasks: Made) -> None:
    for node in ("report", "migrate"):
        first = state(tasks, node)["Retry"][0]
        assert first["ErrorEquals"] == ["AmazonECS.Unknown"]
        assert first["MaxAttempts"] == 3


def test_a_run_that_failed_is_tried_again_only_if_the_file_says_so(tasks: Made) -> None:
    """What it did before it failed would be done twice."""
    assert state(tasks, "report")["Retry"][1:] == [
        {"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 60, "MaxAttempts": 2}
    ]
    assert len(state(tasks, "migrate")["Retry"]) == 1


def test_the_machine_runs_revisions_of_this_family_in_this_cluster_only(tasks: Made) -> None:
    run, look, *_ = allowed(tasks, "report")
    assert run == {
        "Effect": "Allow",
        "Action": "ecs:RunTask",
        "Resource": f"{ECS}:task-definition/{CLUSTER}-report:*",
        "Condition": {"ArnEquals": {"ecs:cluster": f"{ECS}:cluster/{CLUSTER}"}},
    }
    runs = f"{ECS}:task/{CLUSTER}/*"
    assert (look["Action"], look["Resource"]) == (["ecs:DescribeTasks", "ecs:StopTask"], runs)


def test_the_machine_hands_on_the_tasks_two_roles_and_to_ecs_only(tasks: Made) -> None:
    definition = definition_of(tasks, "report")
    *_, listen, hand_on = allowed(tasks, "report")
    assert hand_on == {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": [definition["ExecutionRoleArn"], definition["TaskRoleArn"]],
        "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    }
    # Step Functions hears of a task's end by a rule of its own.
    rule = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/StepFunctionsGetEventsForECSTaskRule"
    assert listen["Resource"] == rule
    assert listen["Action"] == ["events:DescribeRule", "events:PutRule", "events:PutTargets"]
    assert len(allowed(tasks, "report")) == 4


def test_the_schedule_starts_the_machine_on_the_minute_in_its_zone(tasks: Made) -> None:
    schedule = tasks.only(SCHEDULE)
    assert schedule["ScheduleExpression"] == "cron(30 3 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Amsterdam"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["Target"]["Arn"] == f"<{machine(tasks, 'report')}>"
    assert schedule["Target"]["Input"] == "{}"


def test_the_schedule_may_start_this_machine_and_nothing_else(tasks: Made) -> None:
    role = role_of(tasks, tasks.only(SCHEDULE)["Target"]["RoleArn"])
    (start,) = statements(role)
    assert start["Action"] == "states:StartExecution"
    assert start["Resource"] == f"<{machine(tasks, 'report')}>"
    assert trust_of(role)["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust_of(role)["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_before_the_first_release_there_is_nothing_to_run_and_nothing_runs_it(tasks: Made) -> None:
    resources = tasks.section("Resources").values()
    waiting = [(e["Type"], e["Condition"]) for e in resources if "Condition" in e]
    assert waiting == [
        (DEFINITION, "BackendReleaseExists"),
        ("AWS::IAM::Role", "BackendReleaseExists"),
        (SCHEDULE, "BackendReleaseExists"),
        (DEFINITION, "OtherReleaseExists"),
    ]


def test_people_are_told_how_to_start_it(tasks: Made) -> None:
    commands = {each["Value"] for each in tasks.section("Outputs").values()}
    assert commands == {
        f"aws stepfunctions start-execution --region {REGION}"
        f" --state-machine-arn <{machine(tasks, node)}>"
        for node in ("report", "migrate")
    }


def test_every_exception_is_needed_where_it_stands(tasks: Made, folder: Path) -> None:
    assert tasks
    assert acknowledged(folder) == needed(folder)
    here = {finding for place, finding in acknowledged(folder) if place == "Report/Machine/Role"}
    assert here == {
        "IAM5[Resource::*]",
        f"IAM5[Resource::{ECS}:task/{CLUSTER}/*]",
        f"IAM5[Resource::{ECS}:task-definition/{CLUSTER}-report:*]",
    }
