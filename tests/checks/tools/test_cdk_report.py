"""A cloud assembly's validation report, as CDK writes it and as it should never be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from checks.outcome import Outcome
from checks.tools import cdk_report
from tests.assemblies import new_app

Context = cdk.IPolicyValidationContext
Report = cdk.PolicyValidationPluginReport


@jsii.implements(cdk.IPolicyValidationPlugin)
class Crashing:
    """A plugin that fails before it has judged anything."""

    @property
    def name(self) -> str:
        return "Crashing"

    @property
    def version(self) -> str:
        return "1"

    @property
    def rule_ids(self) -> list[str]:
        return []

    def validate(self, context: Context) -> Report:
        raise ValueError("out of order")


@jsii.implements(cdk.IPolicyValidationPlugin)
class Failed(Crashing):
    """A plugin that could not judge, and blames nothing for that."""

    @property
    def name(self) -> str:
        return "Failed"

    def validate(self, context: Context) -> Report:
        blames_nothing = cdk.PolicyViolation(
            rule_name="validator-failed", description="half of it crashed", violating_resources=[]
        )
        named = cdk.PolicyViolation(
            rule_name="named",
            description="Not so",
            fix="So",
            severity="warning",
            violating_resources=[
                cdk.PolicyViolatingResource(
                    resource_logical_id="Plain",
                    template_path=context.template_paths[0],
                    locations=["Properties.BucketName"],
                )
            ],
        )
        return Report(success=False, violations=[blames_nothing, named])


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    app = new_app(
        tmp_path_factory.mktemp("assembly"),
        **{"@aws-cdk/core:failSynthOnValidationErrors": False},
    )
    stack = cdk.Stack(app, "Shop", stack_name="shop-prod")
    s3.CfnBucket(stack, "Plain")
    accepted = s3.CfnBucket(stack, "Accepted")
    reason = cdk.Acknowledgment(
        id="AwsSolutions::AwsSolutions-S1", reason="It holds the logs itself"
    )
    cdk.Validations.of(accepted).acknowledge(reason)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(verbose=True), Crashing(), Failed())
    return cdk_report.judge(Path(app.synth().directory))


def test_an_open_violation_is_found_at_its_resource(outcome: Outcome) -> None:
    (found,) = [each for each in outcome.findings if each.rule == "AwsSolutions-S1"]
    assert (found.stack, found.logical_id, found.severity) == ("shop-prod", "Plain", "error")
    assert found.message == "The S3 Bucket has server access logs disabled"
    assert found.remedy.startswith("The bucket should have server access logging enabled")


def test_a_template_and_an_id_are_a_place_too(outcome: Outcome) -> None:
    (found,) = [each for each in outcome.findings if each.rule == "named"]
    assert (found.stack, found.logical_id, found.severity) == ("shop-prod", "Plain", "warning")
    assert (found.property, found.remedy) == ("Properties.BucketName", "So")


def test_what_is_accepted_is_evidence_and_no_finding(outcome: Outcome) -> None:
    said = {(each.rule, each.logical_id): each.result for each in outcome.evaluations}
    assert said["AwsSolutions-S1", "Accepted"] == "failed"
    assert ("AwsSolutions-S1", "Accepted") not in {
        (each.rule, each.logical_id) for each in outcome.findings
    }


def test_plugins_that_failed_are_told(outcome: Outcome) -> None:
    assert len(outcome.failures) == 2
    crashed, failed = sorted(outcome.failures)
    assert crashed.startswith("Crashing: could not judge: ")
    assert "out of order" in crashed
    assert failed == "Failed: validator-failed: half of it crashed"


def written(folder: Path, *violations: Any, **plugin: Any) -> Path:
    plugins = [{"pluginName": "P", "conclusion": "failure", "violations": [*violations], **plugin}]
    (folder / "validation-report.json").write_text(json.dumps({"pluginReports": plugins}))
    return folder


def test_a_rule_of_cdk_nag_that_threw_is_told(tmp_path: Path) -> None:
    violation = {
        "ruleName": "AwsSolutions-EC23",
        "description": "Rule threw an error during validation. The parameter is no primitive",
        "severity": "error",
        "violatingConstructs": [{"constructPath": "shop/Group"}],
    }
    outcome = cdk_report.judge(written(tmp_path, violation))
    assert outcome.findings == ()
    (failure,) = outcome.failures
    assert failure == (
        "shop/Group: AwsSolutions-EC23 could not judge: The parameter is no primitive"
    )


def test_a_severity_that_cdk_does_not_know_is_an_error(tmp_path: Path) -> None:
    violation = {"ruleName": "x", "description": "Bad", "severity": "custom"}
    places = {"violatingConstructs": [{"constructPath": "shop/Group"}]}
    (found,) = cdk_report.judge(written(tmp_path, violation | places)).findings
    assert found.severity == "error"


@pytest.mark.parametrize("text", [None, "", "[]", '{"pluginReports": [{}]}'])
def test_a_report_that_is_missing_or_no_report_is_told(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "validation-report.json").write_text(text)
    outcome = cdk_report.judge(tmp_path)
    (failure,) = outcome.failures
    assert "validation-report.json" in failure
