"""What Guard's rules get to read: no more than they look at, and all that this refers to."""

from __future__ import annotations

import json
from typing import Any

from checks.template import Template
from checks.tools.guard_documents import Documents
from checks.tools.guard_rules import guard_rules
from tests.checks.tools.templates import of, template

LOG, KEY, BUILD = "AWS::Logs::LogGroup", "AWS::KMS::Key", "AWS::CodeBuild::Project"


def documents(whole: Template, *kinds: str) -> list[dict[str, Any]]:
    made = Documents([whole], guard_rules())
    found = [json.loads(text) for _, text in made.about(frozenset(kinds))]
    return [
        {made.places[name][1]: body for name, body in each["Resources"].items()} for each in found
    ]


def released(**resources: Any) -> Template:
    whole = template(**resources)
    whole.body["Parameters"] = {"Digest": {"Type": "String"}}
    whole.body["Conditions"] = {"Released": {"Fn::Equals": [{"Ref": "Digest"}, "none"]}}
    return whole


def test_what_no_rule_can_look_at_is_left_out() -> None:
    (only,) = documents(template(Logs=of("Logs::LogGroup", Tags=[], RetentionInDays=7)), LOG)
    assert only == {"Logs": {"Type": LOG, "Properties": {"RetentionInDays": 7}}}


def test_of_what_is_referred_to_the_type_is_enough() -> None:
    log = of("Logs::LogGroup", KmsKeyId={"Fn::GetAtt": ["Key", "Arn"]})
    (only,) = documents(template(Key=of("KMS::Key", KeyPolicy={}), Logs=log, Other=log), LOG)
    assert only["Key"] == {"Type": KEY}


def test_another_side_of_a_condition_brings_all_that_it_leads_to() -> None:
    log = of("Logs::LogGroup", KmsKeyId={"Fn::GetAtt": ["Key", "Arn"]})
    build = of(
        "CodeBuild::Project",
        LogsConfig={"CloudWatchLogs": {"GroupName": {"Ref": "Logs"}}},
        Environment={"PrivilegedMode": {"Fn::If": ["Released", True, False]}},
    )
    key = of("KMS::Key", KeyPolicy={})
    first, other = documents(released(Key=key, Logs=log, Build=build, More=log), LOG, KEY, BUILD)
    assert first.keys() == {"Key", "Logs", "Build", "More"}
    assert other.keys() == {"Key", "Logs", "Build"}
    assert other["Key"] == first["Key"]


def test_a_template_without_open_conditions_is_read_once() -> None:
    assert len(documents(template(Logs=of("Logs::LogGroup")), LOG)) == 1
    assert len(documents(released(Logs=of("Logs::LogGroup")), LOG)) == 1
