"""A release: a digest in a parameter, and what is left out until there is one."""

from __future__ import annotations

import re
from pathlib import Path

import aws_cdk as cdk
import pytest
from constructs import Construct

from stackyard.release import Release, parameter_name, release_parameter
from tests.assemblies import new_app
from tests.components.building import ACCOUNT, REGION, Made, made, resolved, stack_in

NAME = parameter_name(system="demo", environment="prod", image="web")
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


@pytest.fixture(scope="module")
def templates(folder: Path) -> tuple[Made, Made, dict[str, str]]:
    """The stack of the parameter, one that reads it, and what its release says."""
    app = new_app(folder)
    data, compute = stack_in(folder, app=app), stack_in(folder, "demo-prod-compute", app=app)
    release_parameter(data, "WebRelease", name=NAME, image="web")
    Release(compute, "IdleRelease", parameter=NAME, repository="demo/idle")
    release = Release(compute, "WebRelease", parameter=NAME, repository="demo/web")
    part = Construct(compute, "Part")
    for name in ("One", "Two"):
        cdk.CfnResource(Construct(part, name), "Thing", type="Test::Thing")
    cdk.CfnOutput(part, "Output", value="told")
    cdk.CfnResource(compute, "Always", type="Test::Other")
    release.only_when_released(part)
    either = release.if_released("this", "that")
    texts = {"image": release.image, "arn": release.repository_arn, "either": either}
    return made(data), made(compute), {k: resolved(compute, v) for k, v in texts.items()}


@pytest.fixture(scope="module")
def compute(templates: tuple[Made, Made, dict[str, str]]) -> Made:
    return templates[1]


@pytest.fixture(scope="module")
def parameter(templates: tuple[Made, Made, dict[str, str]]) -> Made:
    return templates[0]


def test_the_parameter_begins_unreleased_and_is_never_written_again(parameter: Made) -> None:
    """CloudFormation writes a value when the template's changes, and this one never does."""
    (resource,) = parameter.whole("AWS::SSM::Parameter").values()
    assert resource["Properties"]["Name"] == "/demo/prod/web/image-digest"
    assert resource["Properties"]["Value"] == "unreleased"
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("unreleased", True),
        (f"sha256:{'0f' * 32}", True),
        (f"sha256:{'0f' * 31}", False),
        (f"sha256:{'0F' * 32}", False),
        (f"sha256:{'0f' * 33}", False),
        ("latest", False),
        ("", False),
    ],
)
def test_the_parameter_takes_digests_only(parameter: Made, value: str, *, taken: bool) -> None:
    pattern = parameter.only("AWS::SSM::Parameter")["AllowedPattern"]
    assert bool(re.search(pattern, value)) is taken


def test_templates_read_the_parameter_when_they_are_deployed(compute: Made) -> None:
    found = compute.section("Parameters")["WebReleaseDigest"]
    assert (found["Type"], found["Default"]) == ("AWS::SSM::Parameter::Value<String>", NAME)


def test_an_image_is_named_by_its_digest_in_the_accounts_registry(
    templates: tuple[Made, Made, dict[str, str]],
) -> None:
    assert templates[2]["image"] == f"{REGISTRY}/demo/web@<WebReleaseDigest>"
    assert templates[2]["arn"] == f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/demo/web"


def test_conditions_are_made_only_where_they_are_asked_for(compute: Made) -> None:
    assert compute.section("Conditions") == {
        "WebReleaseExists": {"Fn::Not": [{"Fn::Equals": ["<WebReleaseDigest>", "unreleased"]}]}
    }


def test_until_the_first_release_a_part_is_left_out_with_all_inside_it(compute: Made) -> None:
    things = compute.whole("Test::Thing").values()
    assert [each.get("Condition") for each in things] == ["WebReleaseExists"] * 2
    (output,) = compute.section("Outputs").values()
    assert output["Condition"] == "WebReleaseExists"


def test_the_rest_is_there_from_the_first_deploy_on(compute: Made) -> None:
    (other,) = compute.whole("Test::Other").values()
    assert "Condition" not in other


def test_one_of_two_values_goes_by_the_release(
    templates: tuple[Made, Made, dict[str, str]],
) -> None:
    assert templates[2]["either"] == "<WebReleaseExists ? this : that>"
