"""Control Tower's rules: what they find, what they know nothing of, and what they choke on."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from functools import cache
from typing import Any

import cloudformation_validate as cv
import pytest

from checks.outcome import Outcome
from checks.tools import control_tower
from checks.tools.guard_rules import GuardRule, guard_rules
from tests.checks.tools.templates import database, of, template

PUBLIC = "CT.RDS.PR.23"


@cache
def rules() -> dict[str, GuardRule]:
    return {rule.id: rule for rule in guard_rules()}


def judged(*ids: str, **resources: Any) -> Outcome:
    return control_tower.judge([template(**resources)], [rules()[each] for each in ids])


def results(outcome: Outcome) -> dict[tuple[str, str], str]:
    return {(each.rule, each.logical_id): each.result for each in outcome.evaluations}


def test_a_bad_resource_is_found_and_a_good_one_beside_it_passes() -> None:
    outcome = control_tower.judge(
        [template(Bad=database(PubliclyAccessible=True), Good=database())]
    )
    (found,) = [each for each in outcome.findings if each.rule == PUBLIC]
    assert (found.stack, found.logical_id) == ("shop", "Bad")
    assert found.property == "Properties.PubliclyAccessible"
    assert found.remedy == "Set the value of 'PubliclyAccessible' to 'false'."
    assert outcome.failures == ()
    said = results(outcome)
    assert said[PUBLIC, "Bad"] == "failed"
    assert said[PUBLIC, "Good"] == "passed"
    assert said["CT.S3.PR.1", ""] == "not applicable"
    assert {rule for rule, _ in said} == set(rules())


def test_what_another_stack_or_a_parameter_gives_is_given() -> None:
    key = template("data", Key=of("KMS::Key", KeyPolicy={}))
    key.body["Outputs"] = {
        "Arn": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}, "Export": {"Name": "key"}}
    }
    log = {"KmsKeyId": {"Fn::ImportValue": "key"}}
    user = template(
        "web",
        Imported=of("Logs::LogGroup", **log),
        Output=of(
            "Logs::LogGroup",
            KmsKeyId={"Fn::GetStackOutput": {"StackName": "data", "OutputName": "Arn"}},
        ),
        Parameter=of("Logs::LogGroup", KmsKeyId={"Ref": "KeyArn"}),
        Without=of("Logs::LogGroup"),
    )
    user.body["Parameters"] = {"KeyArn": {"Type": "String"}}
    outcome = control_tower.judge([key, user], [rules()["CT.CLOUDWATCH.PR.3"]])
    assert [each.logical_id for each in outcome.findings] == ["Without"]


def test_both_sides_of_a_condition_are_judged() -> None:
    shop = template(Database=database(PubliclyAccessible={"Fn::If": ["Open", True, False]}))
    shop.body["Parameters"] = {"Mode": {"Type": "String"}}
    shop.body["Conditions"] = {"Open": {"Fn::Equals": [{"Ref": "Mode"}, "open"]}}
    outcome = control_tower.judge([shop], [rules()[PUBLIC]])
    assert [each.logical_id for each in outcome.findings] == ["Database"]


def test_a_mistake_that_the_engine_places_nowhere_is_placed() -> None:
    some = {"EnableCloudwatchLogsExports": ["postgresql"]}
    logs = {"EnableCloudwatchLogsExports": ["postgresql", "upgrade"]}
    outcome = judged(
        "CT.RDS.PR.14", Without=database(), Half=database(**some), Good=database(**logs)
    )
    assert [each.logical_id for each in outcome.findings] == ["Half", "Without"]


def test_equal_logical_ids_of_two_stacks_are_told_apart() -> None:
    outcome = control_tower.judge(
        [template("a", Db=database()), template("b", Db=database(PubliclyAccessible=True))],
        [rules()[PUBLIC]],
    )
    assert [each.stack for each in outcome.findings] == ["b"]


def test_enhanced_container_insights_are_no_mistake() -> None:
    def cluster(value: str) -> Any:
        return of("ECS::Cluster", ClusterSettings=[{"Name": "containerInsights", "Value": value}])

    outcome = judged("CT.ECS.PR.2", Off=cluster("disabled"), More=cluster("enhanced"))
    assert [each.logical_id for each in outcome.findings] == ["Off"]
    assert results(outcome)["CT.ECS.PR.2", "More"] == "not applicable"


@pytest.mark.parametrize(
    "text",
    ["rule broken { this is no rule", "rule broken { %nothing exists }", "rule a { b(Resources) }"],
    ids=["not a rule", "evaluates nothing known", "calls nothing known"],
)
def test_a_rule_that_breaks_is_told_and_the_others_are_still_judged(text: str) -> None:
    broken = replace(rules()[PUBLIC], id="CT.RDS.PR.99", text=text)
    outcome = control_tower.judge(
        [template(Bad=database(PubliclyAccessible=True))], [broken, rules()[PUBLIC]]
    )
    assert [each.rule for each in outcome.findings] == [PUBLIC]
    (failure,) = outcome.failures
    assert failure.startswith("CT.RDS.PR.99: Control Tower could not judge by it: ")
    assert not [each for each in outcome.evaluations if each.rule == "CT.RDS.PR.99"]


def test_a_document_that_the_engine_cannot_read_is_told() -> None:
    outcome = judged(PUBLIC, Bad=database(PubliclyAccessible=float("nan")))
    (failure,) = outcome.failures
    assert "could not judge" in failure
    assert outcome.evaluations == ()


def test_an_engine_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cloudformation_validate", None)
    control_tower.prepare()
    outcome = judged(PUBLIC, Bad=database())
    assert "cloudformation_validate" in outcome.failures[0]
    assert outcome.evaluations == ()


def test_it_finds_what_the_engine_finds_in_the_whole_template() -> None:
    bucket = of("S3::Bucket", AccessControl="Private")
    queue = of("SQS::Queue", RedrivePolicy={"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}})
    whole = template(Db=database(), Bucket=bucket, Queue=queue, Dead=of("SQS::Queue"))
    sources = [cv.ExternalRuleSource(name=f"{r.id}.guard", content=r.text) for r in guard_rules()]
    engine = cv.CelEngine(cv.EngineConfig(guard_rules=sources))
    config = cv.ValidateConfig(disable_builtin_rules=True)
    said = engine.validate_template(cv.TemplateContent(json.dumps(whole.body)), config)
    expected = {
        (each.category.removeprefix("guard:"), each.entity.logical_id)
        for each in said.diagnostics
        if each.entity
    }
    # Of this one the engine does not say where.
    expected.add(("CT_RDS_PR_14", "Db"))
    found = control_tower.judge([whole]).findings
    assert {(each.rule.replace(".", "_"), each.logical_id) for each in found} == expected
    assert len(expected) > 10
