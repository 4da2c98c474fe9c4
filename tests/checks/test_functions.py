"""Intrinsic functions are followed as far as templates allow, in one stack and across them."""

from __future__ import annotations

from typing import Any

import pytest

from checks.estate import worlds
from checks.functions import UNKNOWN
from checks.template import Template

PARAMETERS = {
    "Size": {"Type": "Number", "Default": 3},
    "Open": {"Type": "String"},
    "Zones": {"Type": "CommaDelimitedList", "Default": "a,b"},
    "Digest": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/some/name"},
}
MAPPINGS = {"Sizes": {"small": {"class": "t4g.micro"}}}


def followed(value: Any, **sections: Any) -> Any:
    body = {
        "Parameters": PARAMETERS,
        "Mappings": MAPPINGS,
        "Resources": {"It": {"Type": "AWS::X::Y", "Properties": {"Value": value}}},
        **sections,
    }
    template = Template("stack", body, account="111111111111", region="eu-west-1")
    return worlds([template])[0].of("AWS::X::Y")[0].get("Value")


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "AWS::AccountId"}, "111111111111"),
        ({"Ref": "Size"}, 3),
        ({"Ref": "Zones"}, ["a", "b"]),
        ({"Ref": "Open"}, "<stack/Open>"),
        ({"Ref": "Digest"}, "<stack/Digest>"),
        ({"Ref": "Other"}, "<stack/Other>"),
        ({"Fn::GetAtt": ["Other", "Arn"]}, "<stack/Other.Arn>"),
        ({"Fn::GetAtt": "Other.Endpoint.Port"}, "<stack/Other.Endpoint.Port>"),
        ({"Fn::Join": ["/", ["a", {"Ref": "Other"}, 7]]}, "a/<stack/Other>/7"),
        (
            {"Fn::Sub": "${AWS::Region}-${Other.Arn}-${!kept}"},
            "eu-west-1-<stack/Other.Arn>-${kept}",
        ),
        ({"Fn::Sub": ["${a}!", {"a": {"Ref": "Size"}}]}, "3!"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "x,y"]}]}, "y"),
        ({"Fn::FindInMap": ["Sizes", "small", "class"]}, "t4g.micro"),
        ({"Fn::Cidr": ["10.0.0.0/16", 2, 8]}, ["10.0.0.0/24", "10.0.1.0/24"]),
        ({"Fn::GetAZs": ""}, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ({"Fn::Base64": "text"}, "text"),
        ({"Fn::Length": [1, 2]}, 2),
        ([1, {"Ref": "AWS::NoValue"}], [1]),
        ({"a": {"Ref": "AWS::NoValue"}, "b": 1}, {"b": 1}),
        ({"Fn::Join": 7}, UNKNOWN),
        ({"Fn::Select": [9, ["a"]]}, UNKNOWN),
        ({"Fn::Invented": 1}, UNKNOWN),
        ({"Fn::FindInMap": ["Sizes", "large", "class"]}, UNKNOWN),
    ],
)
def test_is_followed(written: Any, means: Any) -> None:
    assert followed(written) == means


def test_what_is_nested_too_deeply_ends() -> None:
    value: Any = "x"
    for _ in range(200):
        value = {"Fn::Join": ["", [value]]}
    assert UNKNOWN in followed(value)


def _conditional(condition: Any, **more: Any) -> tuple[set[Any], int]:
    body = {
        "Parameters": PARAMETERS,
        "Conditions": {"Is": condition, **more},
        "Resources": {
            "It": {"Type": "AWS::X::Y", "Properties": {"Value": {"Fn::If": ["Is", 1, 2]}}},
            "Only": {"Type": "AWS::X::Z", "Condition": "Is"},
        },
    }
    found = worlds([Template("stack", body)])
    values = {world.of("AWS::X::Y")[0].get("Value") for world in found}
    return values, sum(len(world.of("AWS::X::Z")) for world in found)


def test_a_condition_on_a_parameter_is_answered_both_ways() -> None:
    assert _conditional({"Fn::Equals": [{"Ref": "Open"}, "yes"]}) == ({1, 2}, 1)


def test_a_condition_that_templates_decide_is_decided() -> None:
    assert _conditional({"Fn::Equals": ["a", "a"]}) == ({1}, 1)
    assert _conditional({"Fn::Not": [{"Fn::Equals": ["a", "a"]}]}) == ({2}, 0)
    assert _conditional(
        {"Fn::And": [{"Condition": "A"}, {"Condition": "A"}]},
        A={"Fn::Or": [{"Fn::Equals": [1, 2]}, {"Fn::Equals": [1, 1]}]},
    ) == ({1}, 1)


def test_conditions_in_a_circle_end() -> None:
    values, _ = _conditional({"Condition": "Other"}, Other={"Condition": "Is"})
    assert values


def test_references_lead_through_exports_and_outputs_of_other_stacks() -> None:
    producer = Template(
        "producer",
        {
            "Resources": {"Key": {"Type": "AWS::KMS::Key"}},
            "Outputs": {
                "KeyArn": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}, "Export": {"Name": "the-key"}}
            },
        },
    )
    consumer = Template(
        "consumer",
        {
            "Resources": {
                "It": {
                    "Type": "AWS::X::Y",
                    "Properties": {
                        "Strong": {"Fn::ImportValue": "the-key"},
                        "Weak": {
                            "Fn::GetStackOutput": {"StackName": "producer", "OutputName": "KeyArn"}
                        },
                        "Gone": {"Fn::ImportValue": "nobody"},
                        "Lost": {
                            "Fn::GetStackOutput": {"StackName": "producer", "OutputName": "No"}
                        },
                    },
                }
            }
        },
    )
    (estate,) = worlds([consumer, producer])
    it, key = estate.of("AWS::X::Y")[0], estate.of("AWS::KMS::Key")[0]
    assert estate.at(it.get("Strong")) is key
    assert estate.at(it.get("Weak")) is key
    assert it.get("Gone") == "<import:nobody>"
    assert it.get("Lost") == UNKNOWN
    assert estate.users_of(key) == [it]


def test_a_state_machine_holds_what_is_substituted() -> None:
    body = {
        "Resources": {
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {
                    "Definition": {"States": {"Run": {"Group": "${Group}"}}},
                    "DefinitionSubstitutions": {"Group": {"Ref": "Other"}},
                },
            }
        }
    }
    (estate,) = worlds([Template("stack", body)])
    assert estate.resources[0].get("Definition.States.Run.Group") == "<stack/Other>"
