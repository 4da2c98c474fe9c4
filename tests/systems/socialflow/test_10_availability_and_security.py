"""High availability, security practices and compliance, where they name what runs or keeps."""

import re

import pytest

from tests.systems.parts import service_of, task_of
from tests.systems.policies import listed, statements
from tests.systems.reading import Reading, Thing, texts

SERVICES = ("app", "worker", "beat")
ZONES = 3
REGION = re.compile(r"\b(?:af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d\b")


# High availability.


@pytest.mark.parametrize("service", ["app", "worker"])
def test_tasks_are_spread_over_three_zones_and_stay_so(read: Reading, service: str) -> None:
    found = service_of(read, service)
    network = found["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert len({*read.zones(network["Subnets"])}) == ZONES
    assert found["AvailabilityZoneRebalancing"] == "ENABLED"


def test_production_can_go_back_to_any_point_of_30_days(database: Thing, stage: str) -> None:
    days = {"dev": 3, "staging": 7, "prod": 30}
    assert database["BackupRetentionPeriod"] == days[stage]


# Network security.


@pytest.mark.parametrize("service", SERVICES)
def test_no_task_has_a_public_address(read: Reading, service: str) -> None:
    network = service_of(read, service)["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "DISABLED"


# Access control.


def test_every_program_has_a_role_of_its_own(read: Reading) -> None:
    roles = [task_of(read, service)["TaskRoleArn"] for service in SERVICES]
    assert len({*roles}) == len(SERVICES)
    for role in roles:
        (trust,) = read.at(role)["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_role_names_what_it_may_do_and_on_what(read: Reading, service: str) -> None:
    said = statements(read.at(task_of(read, service)["TaskRoleArn"]))
    assert said
    for statement in said:
        assert "*" not in listed(statement["Resource"])
        assert [action for action in listed(statement["Action"]) if action.endswith("*")] == []


@pytest.mark.parametrize("service", SERVICES)
def test_programs_are_no_root_and_cannot_change_their_image(read: Reading, service: str) -> None:
    for container in task_of(read, service)["ContainerDefinitions"]:
        assert container["User"] == "1000:1000"
        assert container["ReadonlyRootFilesystem"] is True


# Compliance.


def test_data_stay_in_the_region(read: Reading) -> None:
    assert read.environment.region == "us-east-1"
    assert read.environment.regions == ("us-east-1",)
    named = {region for text in texts(read.templates) for region in REGION.findall(text)}
    assert named == {"us-east-1"}


def test_images_are_scanned_and_never_change_under_their_tag(read: Reading) -> None:
    repository = read.one("AWS::ECR::Repository")
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert repository["ImageTagMutability"] == "IMMUTABLE"
    assert repository["EncryptionConfiguration"]["EncryptionType"] == "KMS"


# Patching: Fargate's newest platform.


@pytest.mark.parametrize("service", SERVICES)
def test_the_platform_is_awss_newest(read: Reading, service: str) -> None:
    assert service_of(read, service)["PlatformVersion"] == "LATEST"
