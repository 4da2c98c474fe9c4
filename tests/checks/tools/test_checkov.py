"""checkov, out of the virtual environment that make fills."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.outcome import Outcome
from checks.template import Template
from checks.tools import checkov
from tests.checks.tools.templates import database, of, template

PUBLIC = "CKV_AWS_17"


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """What one run says of all: it takes seconds to start."""
    return checkov.judge(
        [
            template("shop/good", Db=database()),
            template("bad", Db=database(PubliclyAccessible=True)),
            template("crash", Task=of("ECS::TaskDefinition", Volumes=[1])),
            Template("unread", {"Resources": {"Db": {**database(), "Properties": 5}}}),
        ]
    )


def test_a_bad_resource_is_found_and_a_good_one_passes(outcome: Outcome) -> None:
    (found,) = [each for each in outcome.findings if each.rule == PUBLIC]
    assert (found.stack, found.logical_id) == ("bad", "Db")
    assert found.property == "Properties.PubliclyAccessible"
    said = {each.stack: each.result for each in outcome.evaluations if each.rule == PUBLIC}
    assert said == {"shop/good": "passed", "bad": "failed"}


def test_a_rule_that_crashes_and_a_template_that_is_not_read_are_told(outcome: Outcome) -> None:
    assert "unread: checkov could not read it" in outcome.failures
    assert [each for each in outcome.failures if each.startswith("crash/Task: checkov could not")]
    assert len(outcome.failures) == 2


def test_without_its_environment_it_says_what_makes_it(tmp_path: Path) -> None:
    (failure,) = checkov.judge([template()], tmp_path).failures
    assert "`make .build/checkov.done`" in failure


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo out of order >&2; exit 2", "out of order"),
        ("echo no report", "Expecting value"),
        ('echo \'{"results": {"failed_checks": [{}]}}\'', "KeyError"),
    ],
)
def test_a_run_that_fails_is_told(tmp_path: Path, script: str, words: str) -> None:
    program = tmp_path / "bin" / "checkov"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    outcome = checkov.judge([template(Db=database())], tmp_path)
    (failure,) = outcome.failures
    assert words in failure
    assert outcome.evaluations == ()


def test_it_knows_nothing_of_the_user_and_asks_nobody(tmp_path: Path) -> None:
    program = tmp_path / "bin" / "checkov"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nenv > {tmp_path}/env\necho "$@" > {tmp_path}/options\necho {{}}\n'
    )
    program.chmod(0o755)
    assert checkov.judge([template(Db=database())], tmp_path) == Outcome(validator="checkov")
    environment = dict(line.split("=", 1) for line in (tmp_path / "env").read_text().splitlines())
    assert environment["CKV_SKIP_PACKAGE_UPDATE_CHECK"] == "true"
    assert environment["HOME"] != str(Path.home())
    assert "--skip-download" in (tmp_path / "options").read_text()
