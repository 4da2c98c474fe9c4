"""What holds for every environment of every system."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from config.programs import released
from tests.assemblies import ENVIRONMENTS, Assembly, synthesized

EVERY = pytest.mark.parametrize(("system", "environment"), ENVIRONMENTS)
STATEFUL = (
    "AWS::ECR::Repository",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElastiCache::ServerlessCache",
    "AWS::KMS::Key",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
)
# A weak reference goes stale when what it names is replaced: there may be few, and no more by
# accident. Raise it on purpose.
MOST_WEAK_REFERENCES = 30
# IAM's limit for all policies inside one role, without white space.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
ROLE_POLICY_LIMIT = 10_240


def every(value: Any, key: str) -> list[Any]:
    """All values that stand under a key, at any depth."""
    if isinstance(value, dict):
        here = [value[key]] if key in value else []
        return here + [found for each in value.values() for found in every(each, key)]
    if isinstance(value, list):
        return [found for each in value for found in every(each, key)]
    return []


def all_resources(assembly: Assembly) -> dict[str, dict[str, Any]]:
    """Every resource of an environment by `stack/logical id`."""
    return {
        f"{stack}/{name}": resource
        for stack in assembly.templates
        for name, resource in assembly.resources(stack).items()
    }


@EVERY
def test_the_ids_of_what_keeps_data_never_change(system: str, environment: str, snapshot) -> None:
    stateful = {
        place: resource["Type"]
        for place, resource in all_resources(synthesized(system, environment)).items()
        if resource["Type"] in STATEFUL
    }
    assert stateful == snapshot


@EVERY
def test_nothing_of_a_release_parameter_can_change(system: str, environment: str) -> None:
    """Any update of the resource would write its first value back: a release undone."""
    assembly = synthesized(system, environment)
    found = {
        resource["Properties"]["Name"]: resource
        for resource in all_resources(assembly).values()
        if resource["Type"] == "AWS::SSM::Parameter"
    }
    names = {
        f"/{system}/{environment}/{each}/image-digest": each
        for each in released(assembly.environment)
    }
    assert found.keys() == names.keys()
    for name, resource in found.items():
        what = names[name].rpartition("/")[2]
        assert resource == {
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Name": name,
                "Type": "String",
                "Value": "unreleased",
                "AllowedPattern": "^(unreleased|sha256:[0-9a-f]{64})$",
                "Description": f"Digest of the image that {what} runs",
            },
            "UpdateReplacePolicy": "Retain",
            "DeletionPolicy": "RetainExceptOnCreate",
        }, name


@EVERY
def test_no_stack_has_tags_that_would_touch_every_resource(system: str, environment: str) -> None:
    manifest = json.loads((synthesized(system, environment).folder / "manifest.json").read_text())
    for name, artifact in manifest["artifacts"].items():
        assert not artifact.get("properties", {}).get("tags"), name


@EVERY
def test_there_are_no_custom_resources(system: str, environment: str) -> None:
    types = {each["Type"] for each in all_resources(synthesized(system, environment)).values()}
    assert not {kind for kind in types if kind.startswith("Custom::") or "CustomResource" in kind}


@EVERY
def test_weak_references_stay_few(system: str, environment: str) -> None:
    templates = synthesized(system, environment).templates
    names = {
        (reference["StackName"], reference["OutputName"])
        for reference in every(templates, "Fn::GetStackOutput")
    }
    assert 0 < len(names) <= MOST_WEAK_REFERENCES


@EVERY
def test_only_the_network_is_referred_to_strongly(system: str, environment: str) -> None:
    for name in every(synthesized(system, environment).templates, "Fn::ImportValue"):
        assert re.fullmatch(r"[a-z0-9-]+-network:ExportsOutputRef\w*(Vpc|Subnet)\w*", name)


@EVERY
def test_no_secret_stands_in_a_template(system: str, environment: str) -> None:
    for place, resource in all_resources(synthesized(system, environment)).items():
        properties = resource.get("Properties", {})
        for field in ("SecretString", "MasterUserPassword", "Passwords"):
            for value in every(properties, field):
                assert "{{resolve:secretsmanager:" in json.dumps(value), (place, field)


@EVERY
def test_a_bucket_of_the_file_is_the_only_thing_named_after_another_account(
    system: str, environment: str
) -> None:
    assembly = synthesized(system, environment)
    text = json.dumps(assembly.templates)
    for store in assembly.environment.stores.values():
        text = text.replace(store.name or "\0", "")
    # Between anything but letters and digits: a hash may hold any run of digits.
    numbers = re.findall(r"(?<![A-Za-z0-9])\d{12}(?![A-Za-z0-9])", text)
    foreign = set(numbers) - {assembly.environment.account}
    assert not foreign


@EVERY
def test_roles_fit_into_iams_limit(system: str, environment: str) -> None:
    for place, resource in all_resources(synthesized(system, environment)).items():
        if resource["Type"] == "AWS::IAM::Role":
            policies = every(resource, "PolicyDocument")
            size = len(json.dumps(policies, separators=(",", ":")))
            assert size < ROLE_POLICY_LIMIT, place


@EVERY
def test_nothing_has_a_resource_policy_that_anybody_may_use(system: str, environment: str) -> None:
    for place, resource in all_resources(synthesized(system, environment)).items():
        for document in every(resource, "PolicyDocument"):
            statements = document["Statement"]
            for statement in statements if isinstance(statements, list) else [statements]:
                anybody = statement.get("Principal") in ("*", {"AWS": "*"})
                if anybody and statement["Effect"] == "Allow":
                    assert "IpAddress" in statement["Condition"], place


@EVERY
def test_stacks_have_room_to_grow(system: str, environment: str) -> None:
    assembly = synthesized(system, environment)
    counts = Counter({stack: len(assembly.resources(stack)) for stack in assembly.templates})
    assert counts.most_common(1)[0][1] <= 450


@EVERY
def test_what_keeps_data_is_encrypted_with_the_key_or_says_why_not(
    system: str, environment: str
) -> None:
    assembly = synthesized(system, environment)
    field = {
        "AWS::RDS::DBInstance": "KmsKeyId",
        "AWS::ElastiCache::ReplicationGroup": "KmsKeyId",
        "AWS::ElastiCache::ServerlessCache": "KmsKeyId",
        "AWS::SecretsManager::Secret": "KmsKeyId",
        "AWS::Logs::LogGroup": "KmsKeyId",
        "AWS::SNS::Topic": "KmsMasterKeyId",
        "AWS::SQS::Queue": "KmsMasterKeyId",
        "AWS::Lambda::Function": "KmsKeyArn",
    }
    for place, resource in all_resources(assembly).items():
        if resource["Type"] in field:
            assert field[resource["Type"]] in resource["Properties"], place


@EVERY
def test_every_log_group_forgets(system: str, environment: str) -> None:
    for place, resource in all_resources(synthesized(system, environment)).items():
        if resource["Type"] == "AWS::Logs::LogGroup":
            assert resource["Properties"]["RetentionInDays"] > 0, place


@EVERY
def test_every_alarm_tells_somebody_and_treats_silence(system: str, environment: str) -> None:
    for place, resource in all_resources(synthesized(system, environment)).items():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            properties = resource["Properties"]
            assert properties["AlarmActions"], place
            assert properties["OKActions"], place
            assert properties["TreatMissingData"] in ("breaching", "notBreaching"), place


@EVERY
def test_stacks_that_keep_data_are_protected(system: str, environment: str) -> None:
    assembly = synthesized(system, environment)
    artifacts = json.loads((assembly.folder / "manifest.json").read_text())["artifacts"]
    protected = {
        name
        for name, artifact in artifacts.items()
        if artifact.get("properties", {}).get("terminationProtection")
    }
    name = assembly.environment.name
    assert {f"{name}-data", f"{system}-images"} <= protected
    assert (f"{name}-network" in protected) == assembly.environment.production
