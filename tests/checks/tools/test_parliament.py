"""parliament over identity policies whose references have become ARNs."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from checks.outcome import Outcome
from checks.tools import parliament
from tests.checks.tools.templates import allow, of, role, template

BUCKET = {"Fn::GetAtt": ["Bucket", "Arn"]}
OBJECTS = {"Fn::Join": ["", [BUCKET, "/*"]]}


def judged(*statements: Any, **more: Any) -> Outcome:
    return parliament.judge([template(Bucket=of("S3::Bucket"), Role=role(*statements), **more)])


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (allow("s3:GetObject", BUCKET), "RESOURCE_MISMATCH"),
        (allow("s3:GetObjekt", OBJECTS), "UNKNOWN_ACTION"),
        (allow("s4:GetObject", OBJECTS), "UNKNOWN_PREFIX"),
        ({"Effect": "Allow", "Action": "s3:GetObject"}, "MALFORMED"),
        (allow("s3:GetObject", OBJECTS, Sid="not allowed"), "INVALID_SID"),
        (allow("elasticloadbalancing:ModifyListener", {"Ref": "Topic"}), "RESOURCE_MISMATCH"),
    ],
)
def test_a_statement_that_grants_nothing_is_found_in_its_place(statement: Any, rule: str) -> None:
    outcome = judged(allow("s3:ListBucket", BUCKET), statement, Topic=of("SNS::Topic"))
    (found,) = outcome.findings
    assert found.rule == rule
    assert found.logical_id == "Role"
    assert found.property.startswith("Properties.Policies.0.PolicyDocument.Statement.1")
    assert outcome.failures == ()


@pytest.mark.parametrize(
    "statement",
    [
        allow("s3:GetObject", OBJECTS),
        allow(["s3:GetObject", "s3:ListBucket"], [BUCKET, OBJECTS]),
        allow("kms:Decrypt", {"Fn::GetAtt": ["Key", "Arn"]}),
        allow("secretsmanager:GetSecretValue", {"Ref": "Secret"}),
        allow("sns:Publish", {"Ref": "Topic"}),
        allow("sqs:SendMessage", {"Fn::GetAtt": ["Queue", "Arn"]}),
        allow("states:StartExecution", {"Ref": "Machine"}),
        allow("logs:PutLogEvents", {"Fn::GetAtt": ["Logs", "Arn"]}),
        allow("ecs:UpdateService", {"Ref": "Service"}),
        allow("elasticloadbalancing:ModifyListener", {"Ref": "Listener"}),
        allow("s3:GetObject", {"Ref": "ObjectsArn"}),
    ],
)
def test_a_statement_that_fits_its_resource_passes(statement: Any) -> None:
    outcome = judged(
        statement,
        Key=of("KMS::Key"),
        Secret=of("SecretsManager::Secret"),
        Topic=of("SNS::Topic"),
        Queue=of("SQS::Queue"),
        Machine=of("StepFunctions::StateMachine"),
        Logs=of("Logs::LogGroup"),
        Service=of("ECS::Service"),
        Listener=of("ElasticLoadBalancingV2::Listener"),
    )
    assert outcome.findings == ()
    said = {each.rule: each.result for each in outcome.evaluations}
    assert said["UNKNOWN_ACTION"] == "passed"
    assert said["RESOURCE_MISMATCH"] in ("passed", "not applicable")


def test_a_policy_that_it_chokes_on_is_told_and_hides_no_other() -> None:
    outcome = judged(
        "no statement",
        Policy=of("IAM::Policy", PolicyDocument={"Statement": allow("s3:GetObject", BUCKET)}),
        Empty=of("IAM::ManagedPolicy", PolicyDocument={"Ref": "Document"}),
    )
    assert [each.logical_id for each in outcome.findings] == ["Policy"]
    assert {each.partition(" ")[0] for each in outcome.failures} == {"shop/Role", "shop/Empty"}


def test_without_the_tool_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "parliament", None)
    outcome = judged(allow("s3:GetObject", OBJECTS))
    assert "parliament could not judge" in outcome.failures[0]
    assert outcome.evaluations == ()


def test_where_there_is_no_policy_no_rule_applies() -> None:
    outcome = parliament.judge([template(Bucket=of("S3::Bucket"))])
    assert {each.result for each in outcome.evaluations} == {"not applicable"}
