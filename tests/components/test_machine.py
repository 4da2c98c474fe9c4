"""State machines: logged, traced, with exactly the permissions they are given."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackyard.iam import Statement
from stackyard.key import EnvironmentKey
from stackyard.machine import DELIVER_LOGS_AND_TRACES, Machine
from tests.components.building import Made, made, stack_in, statements
from tests.components.nag import acknowledged, judged, needed

KIND = "AWS::StepFunctions::StateMachine"
DEFINITION = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
PATTERN = {"source": ["demo"]}
THINGS = "arn:aws:demo:::thing/*"


@pytest.fixture(scope="module")
def machine(folder: Path) -> Made:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Logs", logs=True)
    machine = Machine(
        stack,
        "Machine",
        node="web",
        definition=DEFINITION,
        substitutions={"Arn": "arn:thing"},
        statements=[Statement(actions=["a:B"], resources=[THINGS])],
        key=key,
        log_days=14,
        wildcards={THINGS: "Things have no names before they are made"},
    )
    machine.start_on(description="When demo speaks", pattern=PATTERN)
    return judged(stack)


def test_a_wildcard_is_accepted_where_it_was_given_a_reason(machine: Made, folder: Path) -> None:
    accepted = {("Machine/Role", f"IAM5[Resource::{each}]") for each in ("*", THINGS)}
    assert machine
    assert acknowledged(folder) == needed(folder) == accepted


def test_a_definition_without_places_to_fill_has_no_substitutions(tmp_path: Path) -> None:
    stack = stack_in(tmp_path)
    Machine(
        stack,
        "Machine",
        node="web",
        definition=DEFINITION,
        substitutions={},
        statements=[],
        key=EnvironmentKey(stack, "Key", description="Logs", logs=True),
        log_days=14,
    )
    assert "DefinitionSubstitutions" not in made(stack).only(KIND)


def test_all_that_happens_is_logged_but_not_the_data(machine: Made) -> None:
    (logs,) = machine.whole("AWS::Logs::LogGroup")
    assert machine.only(KIND)["LoggingConfiguration"] == {
        "Level": "ALL",
        "IncludeExecutionData": False,
        "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": f"<{logs}.Arn>"}}],
    }


def test_its_log_is_under_the_key_and_has_an_end(machine: Made) -> None:
    (key,) = machine.whole("AWS::KMS::Key")
    expected = {"KmsKeyId": f"<{key}.Arn>", "RetentionInDays": 14}
    assert machine.only("AWS::Logs::LogGroup") == expected


def test_it_is_traced_and_never_loses_an_execution(machine: Made) -> None:
    assert machine.only(KIND)["TracingConfiguration"] == {"Enabled": True}
    assert machine.only(KIND)["StateMachineType"] == "STANDARD"


def test_the_definition_is_the_given_one(machine: Made) -> None:
    assert machine.only(KIND)["Definition"] == DEFINITION
    assert machine.only(KIND)["DefinitionSubstitutions"] == {"Arn": "arn:thing"}


def test_it_may_do_what_it_is_given_and_write_logs_and_traces(machine: Made) -> None:
    role = machine.only(KIND)["RoleArn"][1:].removesuffix(".Arn>")
    found = machine.whole("AWS::IAM::Role")[role]["Properties"]
    assert statements(found) == [
        {"Effect": "Allow", "Action": DELIVER_LOGS_AND_TRACES, "Resource": "*"},
        {"Effect": "Allow", "Action": "a:B", "Resource": THINGS},
    ]
    (trust,) = found["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "states.amazonaws.com"}


def test_writing_logs_and_traces_reads_no_data_of_anybody(machine: Made) -> None:
    for action in DELIVER_LOGS_AND_TRACES:
        service, verb = action.split(":")
        assert service in ("logs", "xray")
        assert not verb.startswith(("GetLogEvents", "Filter", "StartQuery", "*"))


def test_a_rule_starts_it_and_may_start_nothing_else(machine: Made) -> None:
    (name,) = machine.whole(KIND)
    rule = machine.only("AWS::Events::Rule")
    assert rule["EventPattern"] == PATTERN
    (target,) = rule["Targets"]
    assert target["Arn"] == f"<{name}>"
    role = machine.whole("AWS::IAM::Role")[target["RoleArn"][1:].removesuffix(".Arn>")]
    (allowed,) = statements(role["Properties"])
    assert (allowed["Action"], allowed["Resource"]) == ("states:StartExecution", f"<{name}>")
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
