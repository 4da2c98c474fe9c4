"""The two roles of a task: ECS's own, which starts it, and the program's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stackyard.cluster import OPEN_CHANNELS
from stackyard.iam import Statement
from stackyard.node import may_read
from stackyard.task_definition import SEND_TRACES
from tests.components.building import ACCOUNT, REGION, Made, role_of, statements, trust_of
from tests.components.fargate import definition_of
from tests.components.nag import acknowledged, needed
from tests.components.programs import AGENT, OBJECTS, READ, SEND, TOKEN, URL, programs_in
from tests.systems.policies import listed


@pytest.fixture(scope="module")
def tasks(folder: Path) -> Made:
    return programs_in(folder)


def start_role(tasks: Made, node: str) -> dict[str, Any]:
    return role_of(tasks, definition_of(tasks, node)["ExecutionRoleArn"])


def run_role(tasks: Made, node: str) -> dict[str, Any]:
    return role_of(tasks, definition_of(tasks, node)["TaskRoleArn"])


def test_ecs_itself_pulls_this_image_writes_this_log_and_reads_these_secrets(tasks: Made) -> None:
    logs = tasks.name_of("AWS::Logs::LogGroup", RetentionInDays=14)
    login, pull, write, *reading = statements(start_role(tasks, "web"))
    assert (login["Action"], login["Resource"]) == ("ecr:GetAuthorizationToken", "*")
    assert pull["Resource"] == f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/demo/backend"
    assert not [action for action in pull["Action"] if "Put" in action or "*" in action]
    assert write["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert write["Resource"] == f"<{logs}.Arn>"
    assert reading == [each.document for each in may_read(URL, TOKEN, AGENT)]


def test_without_secrets_ecs_may_read_none(tasks: Made) -> None:
    found = statements(start_role(tasks, "plain"))
    assert len(found) == 3
    assert not [a for s in found for a in listed(s["Action"]) if a.startswith(("secrets", "kms"))]


def test_the_program_may_do_what_its_links_grant_once_each_and_send_traces(tasks: Made) -> None:
    traces = Statement(actions=SEND_TRACES, resources=["*"])
    expected = [each.document for each in (READ, SEND, traces)]
    assert statements(run_role(tasks, "web")) == expected


def test_only_who_asked_for_shells_may_open_them(tasks: Made) -> None:
    found = statements(run_role(tasks, "plain"))
    assert found[0] == {"Effect": "Allow", "Action": OPEN_CHANNELS, "Resource": "*"}
    assert len(found) == 4
    assert "ssmmessages" not in str(run_role(tasks, "web"))
    assert "xray" not in str(run_role(tasks, "plain"))


def test_only_tasks_of_this_account_take_the_roles(tasks: Made) -> None:
    for node in ("web", "plain"):
        for role in (start_role(tasks, node), run_role(tasks, node)):
            trust = trust_of(role)
            assert trust["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
            assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_every_exception_is_needed_where_it_stands(tasks: Made, folder: Path) -> None:
    assert tasks
    assert acknowledged(folder) == needed(folder)
    assert {each for each in acknowledged(folder) if each[0].startswith("Web/")} == {
        ("Web/Task/Definition", "ECS2"),
        ("Web/Task/StartRole", "IAM5[Resource::*]"),
        ("Web/Task/RunRole", "IAM5[Resource::*]"),
        ("Web/Task/RunRole", f"IAM5[Resource::{OBJECTS}]"),
    }
