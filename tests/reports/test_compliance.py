"""The evidence that `make report` writes, over a few resources that end in every way."""

from __future__ import annotations

import csv
import json
from datetime import date
from typing import Any, NamedTuple

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

import app
from checks.graph.rules import PROOF_RULES
from checks.rules import RULES
from config.model.environment import Environment
from reports.compliance import evidence, main
from stackyard.marks import acknowledge, planned

TODAY = date(2026, 11, 28)
BOTH = "PCI.DSS.321-S3BucketVersioningEnabled"
PACKS = {
    "AwsSolutions": 131,
    "HIPAA.Security": 90,
    "NIST.800.53.R5": 85,
    "PCI.DSS.321": 69,
    "Control-Tower": 237,
}


def build(scope: Construct, environment: Environment) -> None:
    """One stack instead of all: a queue without TLS, and a bucket that lacks this and that."""
    stack = cdk.Stack(scope, "small", stack_name=f"{environment.name}-small")
    sqs.Queue(stack, "Planted")
    bucket = s3.Bucket(
        stack,
        "Files",
        enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    )
    acknowledge(bucket, "S1", reason="Nobody but the test ever reads this")
    later = {"until": date(2027, 6, 30), "reason": "Copies come with the plan for backups"}
    planned(bucket, "S3BucketReplicationEnabled", **later)
    acknowledge(
        bucket,
        "S3BucketVersioningEnabled",
        until=date(2026, 11, 27),
        reason="That was to be enough until yesterday",
    )


class Report(NamedTuple):
    status: int
    said: str
    body: dict[str, Any]
    rows: list[dict[str, str]]

    def rule(self, name: str) -> dict[str, Any]:
        """The one rule of that id."""
        (found,) = [rule for rule in self.body["rules"] if rule["rule"] == name]
        return found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("report")
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "build", build)
        patch.setattr("builtins.print", lambda *words, **_: said.extend(map(str, words)))
        status = evidence("socialflow", "prod", folder, TODAY)
    home = folder / "socialflow-prod"
    with (home / "compliance.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return Report(status, "\n".join(said), json.loads((home / "compliance.json").read_text()), rows)


def test_every_rule_of_every_pack_is_there(report: Report) -> None:
    counted = {pack: sum(rules.values()) for pack, rules in report.body["rules_by_status"].items()}
    own = counted.pop("Stackyard")
    assert len(RULES) <= own <= len(RULES) + len(PROOF_RULES)
    assert counted == PACKS
    assert {row["rule"] for row in report.rows} == {rule["rule"] for rule in report.body["rules"]}


def test_what_passed_is_there_with_its_resource(report: Report) -> None:
    rule = report.rule("AwsSolutions-S10")
    assert rule["status"] == "passed"
    # The bucket, and the policy that makes it pass.
    assert len(rule["resources"]) == 2
    for resource in rule["resources"]:
        assert resource.keys() == {"stack", "resource", "status"}
        assert (resource["stack"], resource["status"]) == ("socialflow-prod-small", "passed")
        assert resource["resource"].startswith("Files")


def test_a_planted_fault_is_there_and_fails_the_command(report: Report) -> None:
    rule = report.rule("AwsSolutions-SQS4")
    assert rule["status"] == "failed"
    assert [each["resource"][:7] for each in rule["resources"]] == ["Planted"]
    assert report.status == 1
    assert "failed: AwsSolutions-SQS4 (1): " in report.said


def test_what_is_accepted_and_what_is_planned_have_their_reasons(report: Report) -> None:
    (accepted,) = report.rule("AwsSolutions-S1")["resources"]
    assert accepted["status"] == "acknowledged"
    assert accepted["reason"] == "Nobody but the test ever reads this"
    (waiting,) = report.rule("PCI.DSS.321-S3BucketReplicationEnabled")["resources"]
    assert (waiting["status"], waiting["until"]) == ("planned", "2027-06-30")
    assert waiting["reason"] == "Copies come with the plan for backups"
    assert "planned until 2027-06-30: PCI.DSS.321-S3BucketReplicationEnabled (1)" in report.said


def test_what_was_accepted_until_yesterday_is_open_today(report: Report) -> None:
    (late,) = report.rule(BOTH)["resources"]
    assert (late["status"], late["until"]) == ("failed", "2026-11-27")


def test_a_rule_of_what_there_is_not_is_not_applicable(report: Report) -> None:
    rule = report.rule("AwsSolutions-RDS2")
    assert (rule["status"], rule["resources"]) == ("not applicable", [])
    (row,) = [row for row in report.rows if row["rule"] == "AwsSolutions-RDS2"]
    assert (row["status"], row["resource"]) == ("not applicable", "")


def test_controls_stand_beside_each_rule(report: Report) -> None:
    rule = report.rule("PCI.DSS.321-S3BucketSSLRequestsOnly")
    assert rule["controls"]["fsbp"] == ["S3.5"]
    assert rule["controls"]["soc2"] == ["CC6.7"]
    assert rule["controls"]["pack"] == ["2.2", "4.1", "8.2.1"]
    assert "Control ID" not in rule["title"]


def test_a_row_says_the_same_as_the_resource_in_json(report: Report) -> None:
    rows = [row for row in report.rows if row["resource"] and row["rule"] == BOTH]
    (resource,) = report.rule(BOTH)["resources"]
    assert [{key: row[key] for key in resource} for row in rows] == [resource]


def test_it_names_the_day_and_the_templates_that_were_judged(report: Report) -> None:
    assert report.body["date"] == "2026-11-28"
    assert report.body["environment"] == "socialflow/prod"
    (name,) = report.body["templates"]
    assert name == "small.template.json"
    assert len(report.body["templates"][name]) == 64


def test_it_says_how_many_rules_ended_how_and_where_all_of_it_is(report: Report) -> None:
    lines = report.said.splitlines()
    told = {line.split()[0]: line for line in lines if " rules: " in line}
    assert told.keys() == {*PACKS, "Stackyard"}
    for pack, line in told.items():
        for status, count in report.body["rules_by_status"][pack].items():
            assert f"{count} {status}" in line
    assert lines[-2].endswith("socialflow-prod/compliance.json")
    assert lines[-1].endswith("socialflow-prod/compliance.csv")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["socialflow"], "python -m reports.compliance SYSTEM ENVIRONMENT [FOLDER]"),
        (["social", "prod"], "there is no system 'social'; did you mean 'socialflow'?"),
    ],
)
def test_what_it_can_not_do_is_said(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err
