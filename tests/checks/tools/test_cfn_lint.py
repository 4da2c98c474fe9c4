"""cfn-lint: all templates in one run, with a configuration or without."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.outcome import Outcome
from checks.template import Template
from checks.tools import cfn_lint
from tests.checks.tools.templates import database, of, template


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    unused = Template("unused", {"Resources": {}, "Parameters": {"Mode": {"Type": "String"}}})
    return cfn_lint.judge(
        [
            template("good", Bucket=of("S3::Bucket")),
            template("bad", Db=database(EngineVersion="15.4", Sise=3)),
            unused,
            Template("nonsense", {"Resources": {"Number": 5}}),
        ]
    )


def test_errors_and_warnings_are_found_where_they_are(outcome: Outcome) -> None:
    said = {(each.rule, each.logical_id, each.property, each.severity) for each in outcome.findings}
    assert ("E3002", "Db", "Properties.Sise", "error") in said
    assert ("W3691", "Db", "Properties", "warning") in said
    assert ("W2001", "", "Parameters.Mode", "warning") in said
    assert not [each for each in outcome.findings if each.stack == "good"]


def test_what_passed_is_evidence_by_template(outcome: Outcome) -> None:
    said = {(each.rule, each.stack): each.result for each in outcome.evaluations}
    assert said["E3002", "good"] == "passed"
    assert said["E3002", "bad"] == "failed"
    assert len([rule for rule, stack in said if stack == "good"]) > 250


def test_a_rule_that_crashes_is_told_and_passes_nothing(outcome: Outcome) -> None:
    (failure,) = outcome.failures
    assert failure.startswith("nonsense: cfn-lint could not judge it (E0002): ")
    crashed = failure.partition("processing rule ")[2].partition(":")[0]
    said = {(each.rule, each.stack) for each in outcome.evaluations}
    assert (crashed, "good") in said
    assert (crashed, "nonsense") not in said


def test_the_configuration_counts_and_what_only_informs_is_left_out(tmp_path: Path) -> None:
    config = tmp_path / "cfnlint.yaml"
    config.write_text("ignore_checks: [W2001]\ninclude_checks: [I]\n")
    shop = template(Db=database())  # I3011 asks what becomes of its data
    shop.body["Parameters"] = {"Unused": {"Type": "String"}}
    outcome = cfn_lint.judge([shop], config)
    assert outcome.findings == outcome.failures == ()
    rules = {each.rule for each in outcome.evaluations}
    assert rules.isdisjoint({"W2001", "I3011"})
    assert "E3002" in rules


def test_a_configuration_that_is_not_there_is_told(tmp_path: Path) -> None:
    outcome = cfn_lint.judge([template()], tmp_path / "none.yaml")
    assert "none.yaml" in outcome.failures[0]
    assert outcome.evaluations == ()


def test_a_run_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run.py"
    run.write_text("raise SystemExit('out of order')")
    monkeypatch.setattr(cfn_lint, "RUN", run)
    assert cfn_lint.judge([template()]).failures == ("cfn-lint could not judge: out of order",)
