"""Functions: what runs, with which permissions, in and outside the network."""

from __future__ import annotations

from pathlib import Path

import pytest
from aws_cdk import aws_sqs as sqs

from stackyard.bundle import bundle
from stackyard.function import NETWORK_INTERFACES, PythonFunction
from stackyard.iam import Statement
from stackyard.key import EnvironmentKey
from tests.components.building import (
    ACCOUNT,
    REGION,
    Made,
    Properties,
    made,
    placement_in,
    stack_in,
    statements,
)

KIND = "AWS::Lambda::Function"


@pytest.fixture(scope="module")
def functions(folder: Path) -> Made:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Functions", logs=True)
    common = {"package": "slack_notifier", "description": "Tells", "key": key, "log_days": 14}
    outside = PythonFunction(
        stack,
        "Outside",
        node="teller",
        name="the-name",
        environment={"MODE": "fast"},
        statements=[Statement(actions=["a:B"], resources=["arn:thing"])],
        dead_letters=sqs.Queue(stack, "Dead"),
        timeout=60,
        memory=256,
        **common,
    )
    outside.may_be_invoked_by("sns", "FromTopic", source_arn="arn:topic")
    outside.may_be_invoked_by("secretsmanager", "FromSecrets")
    PythonFunction(
        stack,
        "Inside",
        node="admin",
        environment={},
        statements=[],
        placement=placement_in(stack),
        group_id="sg-1",
        timeout=90,
        memory=128,
        **common,
    )
    return made(stack)


@pytest.fixture(scope="module")
def outside(functions: Made) -> Properties:
    return functions.only(KIND, FunctionName="the-name")


@pytest.fixture(scope="module")
def inside(functions: Made) -> Properties:
    return functions.only(KIND, Timeout=90)


def role_of(functions: Made, function: Properties) -> Properties:
    """A function's role."""
    role = functions.whole("AWS::IAM::Role")[function["Role"][1:].removesuffix(".Arn>")]
    found: Properties = role["Properties"]
    return found


def test_it_runs_on_arm_with_the_python_that_its_packages_are_for(outside: Properties) -> None:
    assert outside["Architectures"] == ["arm64"]
    assert outside["Runtime"] == "python3.14"
    assert outside["Handler"] == "slack_notifier.handler.handle"
    assert (outside["Timeout"], outside["MemorySize"]) == (60, 256)


def test_its_code_is_the_bundle_byte_for_byte(outside: Properties, folder: Path) -> None:
    path, _ = bundle("slack_notifier")
    assert (folder / f"asset.{outside['Code']['S3Key']}").read_bytes() == path.read_bytes()


def test_it_logs_as_json_into_its_own_group_under_the_key(
    functions: Made, outside: Properties
) -> None:
    (key,) = functions.whole("AWS::KMS::Key")
    config = outside["LoggingConfig"]
    assert config["LogFormat"] == "JSON"
    group = functions.whole("AWS::Logs::LogGroup")[config["LogGroup"][1:-1]]
    assert group["Properties"] == {"KmsKeyId": f"<{key}.Arn>", "RetentionInDays": 14}
    assert len(functions.whole("AWS::Logs::LogGroup")) == 2


def test_its_variables_are_under_the_key_and_name_its_node(
    functions: Made, outside: Properties
) -> None:
    (key,) = functions.whole("AWS::KMS::Key")
    assert outside["KmsKeyArn"] == f"<{key}.Arn>"
    expected = {"POWERTOOLS_SERVICE_NAME": "teller", "MODE": "fast"}
    assert outside["Environment"]["Variables"] == expected


def test_it_may_log_read_its_variables_and_do_what_it_is_given(
    functions: Made, outside: Properties
) -> None:
    (key,) = functions.whole("AWS::KMS::Key")
    (dead,) = functions.whole("AWS::SQS::Queue")
    log, variables, given, letters = statements(role_of(functions, outside))
    assert log["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert log["Resource"] == outside["LoggingConfig"]["LogGroup"][:-1] + ".Arn>"
    assert (variables["Action"], variables["Resource"]) == ("kms:Decrypt", f"<{key}.Arn>")
    assert (given["Action"], given["Resource"]) == ("a:B", "arn:thing")
    assert (letters["Action"], letters["Resource"]) == ("sqs:SendMessage", f"<{dead}.Arn>")


def test_no_policy_is_aws_own(functions: Made) -> None:
    roles = functions.of("AWS::IAM::Role")
    assert len(roles) == 2
    assert not [role for role in roles if "ManagedPolicyArns" in role]


def test_events_that_it_could_not_take_are_kept(functions: Made, outside: Properties) -> None:
    (dead,) = functions.whole("AWS::SQS::Queue")
    assert outside["DeadLetterConfig"] == {"TargetArn": f"<{dead}.Arn>"}


def test_outside_the_network_it_has_nothing_to_do_with_it(
    functions: Made, outside: Properties
) -> None:
    assert "VpcConfig" not in outside
    assert "ec2:" not in str(role_of(functions, outside))


def test_inside_the_network_it_may_have_interfaces_and_has_its_group(
    functions: Made, inside: Properties
) -> None:
    subnets = {"SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}
    assert inside["VpcConfig"] == subnets
    assert "DeadLetterConfig" not in inside
    last = statements(role_of(functions, inside))[-1]
    assert (last["Action"], last["Resource"]) == (NETWORK_INTERFACES, "*")


def test_others_call_it_for_one_resource_or_for_this_account_only(functions: Made) -> None:
    permission = "AWS::Lambda::Permission"
    topic = functions.only(permission, Principal="sns.amazonaws.com")
    secrets = functions.only(permission, Principal="secretsmanager.amazonaws.com")
    name = functions.name_of(KIND, FunctionName="the-name")
    assert {topic["FunctionName"], secrets["FunctionName"]} == {f"<{name}.Arn>"}
    assert topic["SourceArn"] == "arn:topic"
    assert secrets["SourceAccount"] == ACCOUNT


def test_the_bundle_lies_in_the_bucket_that_bootstrapping_made(outside: Properties) -> None:
    bucket = outside["Code"]["S3Bucket"]
    text = bucket if isinstance(bucket, str) else bucket["Fn::Sub"]
    assert text.endswith(f"assets-{ACCOUNT}-{REGION}")
