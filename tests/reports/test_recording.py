"""The answers of a pack, overheard: the same findings as its own, and all that passed."""

from __future__ import annotations

import json
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from checks.metadata import places
from checks.outcome import Outcome
from reports.recording import Recorder, recording
from tests.assemblies import new_app

QUIET = {"@aws-cdk/core:failSynthOnValidationErrors": False}
EVERYTHING = "AwsSolutions-IAM5[Resource::*]"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("assembly")


@pytest.fixture(scope="module")
def outcome(folder: Path) -> Outcome:
    app = new_app(folder, **QUIET)
    stack = cdk.Stack(app, "stack")
    s3.Bucket(stack, "Open")
    s3.Bucket(stack, "Closed", enforce_ssl=True)
    open_to_all = iam.PolicyStatement(actions=["s3:GetObject", "s3:*"], resources=["*"])
    iam.ManagedPolicy(stack, "Policy", statements=[open_to_all])
    # A rule can't judge what only a deployment knows.
    port = cdk.CfnParameter(stack, "Port", type="Number")
    group = cdk.aws_ec2.CfnSecurityGroup(stack, "Group", group_description="Of the test")
    cdk.aws_ec2.CfnSecurityGroupIngress(
        stack,
        "In",
        group_id=group.ref,
        ip_protocol="tcp",
        cidr_ip=cdk.Fn.select(0, cdk.Fn.split(",", cdk.Fn.join(",", [cdk.Fn.ref("Port")]))),
        from_port=port.value_as_number,
        to_port=port.value_as_number,
    )
    recorder = Recorder("AwsSolutions")
    cdk.Validations.of(app).add_plugins(recording(recorder))
    app.synth()
    return recorder.outcome(places(folder))


def test_what_failed_is_what_the_pack_itself_found(outcome: Outcome, folder: Path) -> None:
    report = json.loads((folder / "validation-report.json").read_text())
    by_path = places(folder)
    found = {
        (violation["ruleName"], *by_path[place["constructPath"]])
        for plugin in report["pluginReports"]
        if plugin["pluginName"] == "AwsSolutions"
        for violation in plugin["violations"]
        for place in violation["violatingConstructs"]
    }
    failed = {(e.rule, e.stack, e.logical_id) for e in outcome.evaluations if e.result == "failed"}
    assert failed == found
    assert EVERYTHING in {rule for rule, _, _ in failed}


def test_each_resource_has_its_own_answer(outcome: Outcome) -> None:
    answers = {
        each.logical_id.rstrip("0123456789ABCDEF")[:6]: each.result
        for each in outcome.evaluations
        if each.rule == "AwsSolutions-S10"
    }
    assert answers == {"Open": "failed", "Closed": "passed"}


def test_every_rule_is_held_against_something_or_not_applicable_once(outcome: Outcome) -> None:
    rules = {each.rule.partition("[")[0] for each in outcome.evaluations}
    assert len(rules) == 131
    idle = [each for each in outcome.evaluations if each.result == "not applicable"]
    assert len(idle) == len({each.rule for each in idle})
    assert {each.logical_id for each in idle} == {""}
    assert not {each.rule for each in idle} & {
        each.rule for each in outcome.evaluations if each.result != "not applicable"
    }


def test_a_rule_that_gives_up_has_failed_and_is_told(outcome: Outcome) -> None:
    told = [failure for failure in outcome.failures if "could not judge" in failure]
    assert told
    for failure in told:
        assert failure.startswith("stack/In: AwsSolutions-EC")
