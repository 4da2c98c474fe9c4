"""A task that CodeBuild runs from a service's image, inside the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.graph import Edge
from config.model.services import CodeBuildTask
from stackyard.build_task import BuildTask
from stackyard.bundle import ROOT
from stackyard.edges import ways
from stackyard.iam import Statement
from stackyard.key import EnvironmentKey
from stackyard.node import SecretValue, Wiring
from stackyard.release import Release
from tests.components.building import (
    ACCOUNT,
    PARAMETER,
    REGION,
    Made,
    Properties,
    made,
    placement_in,
    spec,
    stack_in,
    statements,
)
from tests.systems.policies import listed

BUILDSPEC = "infrastructure/aws/codebuild-migrations.buildspec.yml"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/demo/backend"
SECRET = SecretValue(arn="arn:s", key_arn="k", region=REGION, json_key="url")
INTERFACES = f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/*"


@pytest.fixture(scope="module")
def task(folder: Path) -> Made:
    stack = stack_in(folder)
    out = ways((Edge("task", "orders", (5432,)),), group_ids={"orders": "sg-o"}, region=REGION)
    BuildTask(
        stack,
        "Task",
        node="task",
        name="task-project",
        spec=spec(
            CodeBuildTask,
            kind="codebuild",
            role_name="demo-role",
            image="backend",
            buildspec=BUILDSPEC,
            command="npx migrate",
            directory="/srv/app",
            timeout=45,
            log_days=14,
        ),
        release=Release(stack, "TaskRelease", parameter=PARAMETER, repository="demo/backend"),
        wiring=Wiring(
            variables={"MODE": "fast"},
            secrets={"DATABASE_URL": SECRET},
            statements=[Statement(actions=["a:B"], resources=["arn:b/*"])],
            wildcards={"arn:b/*": "The objects of one bucket"},
        ),
        placement=placement_in(stack),
        out=out,
        key=EnvironmentKey(stack, "Key", description="Builds", logs=True),
    )
    return made(stack)


@pytest.fixture(scope="module")
def project(task: Made) -> Properties:
    return task.only("AWS::CodeBuild::Project")


@pytest.fixture(scope="module")
def allowed(task: Made) -> list[dict[str, Any]]:
    return statements(task.only("AWS::IAM::Role", RoleName="demo-role"))


def of_action(allowed: list[dict[str, Any]], action: str) -> dict[str, Any]:
    """The one statement that allows an action."""
    (found,) = [each for each in allowed if action in listed(each["Action"])]
    return found


def test_it_runs_the_released_digest_or_says_that_there_is_none(project: Properties) -> None:
    image = project["Environment"]["Image"]
    released, missing = f"{REGISTRY}@<TaskReleaseDigest>", f"{REGISTRY}:unreleased"
    assert image == f"<TaskReleaseExists ? {released} : {missing}>"
    assert project["Environment"]["ImagePullCredentialsType"] == "SERVICE_ROLE"
    assert project["Environment"]["PrivilegedMode"] is False


def test_it_is_told_its_command_and_where_and_reads_secrets_by_reference(
    project: Properties,
) -> None:
    found = {each["Name"]: each for each in project["Environment"]["EnvironmentVariables"]}
    assert {name: (each["Type"], each["Value"]) for name, each in found.items()} == {
        "COMMAND": ("PLAINTEXT", "npx migrate"),
        "DIRECTORY": ("PLAINTEXT", "/srv/app"),
        "MODE": ("PLAINTEXT", "fast"),
        "DATABASE_URL": ("SECRETS_MANAGER", "arn:s:url::"),
    }


def test_its_buildspec_is_the_file_of_this_repository_kept_in_s3(
    project: Properties, allowed: list[dict[str, Any]], folder: Path
) -> None:
    assert project["Source"]["Type"] == "NO_SOURCE"
    location = project["Source"]["BuildSpec"]
    (asset,) = folder.glob("asset.*.yml")
    assert asset.read_bytes() == (ROOT / BUILDSPEC).read_bytes()
    assert str(location).endswith(f"/{asset.name.removeprefix('asset.')}")
    read = of_action(allowed, "s3:GetObject")
    assert asset.name.removeprefix("asset.") in str(read["Resource"])
    assert not str(read["Resource"]).endswith("*")


def test_it_runs_in_the_network_in_its_own_group(task: Made, project: Properties) -> None:
    group = task.name_of("AWS::EC2::SecurityGroup", GroupDescription="Builds of task")
    assert project["VpcConfig"] == {
        "VpcId": "vpc-1",
        "Subnets": ["subnet-1", "subnet-2"],
        "SecurityGroupIds": [f"<{group}.GroupId>"],
    }
    assert task.only("AWS::EC2::SecurityGroupIngress")["GroupId"] == "sg-o"


def test_its_interfaces_are_for_codebuild_and_the_projects_subnets_only(
    allowed: list[dict[str, Any]],
) -> None:
    permission = of_action(allowed, "ec2:CreateNetworkInterfacePermission")
    subnets = [f"arn:aws:ec2:{REGION}:{ACCOUNT}:subnet/subnet-{number}" for number in (1, 2)]
    assert permission["Resource"] == INTERFACES
    assert permission["Condition"] == {
        "StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"},
        "ArnEquals": {"ec2:Subnet": subnets},
    }


def test_what_it_may_do_everywhere_is_about_interfaces_and_logging_in_to_ecr(
    allowed: list[dict[str, Any]],
) -> None:
    everywhere = [a for each in allowed if each["Resource"] == "*" for a in listed(each["Action"])]
    assert everywhere.pop() == "ecr:GetAuthorizationToken"
    assert len(everywhere) == 7
    for action in everywhere:
        assert action.startswith("ec2:Describe") or action.endswith("NetworkInterface")


def test_it_pulls_from_the_one_repository_and_has_what_its_links_grant(
    allowed: list[dict[str, Any]],
) -> None:
    repository = f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/demo/backend"
    assert of_action(allowed, "ecr:BatchGetImage")["Resource"] == repository
    assert of_action(allowed, "a:B")["Resource"] == "arn:b/*"


def test_only_builds_of_this_account_take_its_role(task: Made, project: Properties) -> None:
    role = task.name_of("AWS::IAM::Role", RoleName="demo-role")
    assert project["ServiceRole"] == f"<{role}.Arn>"
    (trust,) = task.only("AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "codebuild.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_its_log_is_its_own_under_the_key(
    task: Made, project: Properties, allowed: list[dict[str, Any]]
) -> None:
    (key,) = task.whole("AWS::KMS::Key")
    ((name, group),) = task.whole("AWS::Logs::LogGroup").items()
    assert group["Properties"] == {"KmsKeyId": f"<{key}.Arn>", "RetentionInDays": 14}
    logs = project["LogsConfig"]["CloudWatchLogs"]
    assert logs == {"GroupName": f"<{name}>", "Status": "ENABLED"}
    assert of_action(allowed, "logs:PutLogEvents")["Resource"] == f"<{name}.Arn>"


def test_name_time_and_encryption_are_the_files(task: Made, project: Properties) -> None:
    (key,) = task.whole("AWS::KMS::Key")
    assert (project["Name"], project["TimeoutInMinutes"]) == ("task-project", 45)
    assert project["EncryptionKey"] == f"<{key}.Arn>"
    assert project["Artifacts"] == {"Type": "NO_ARTIFACTS"}
