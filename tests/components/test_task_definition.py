"""A task: what its containers get."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.components.building import ACCOUNT, REGION, Made
from tests.components.fargate import DEFINITION, container_of, definition_of
from tests.components.programs import programs_in


@pytest.fixture(scope="module")
def tasks(folder: Path) -> Made:
    return programs_in(folder)


def test_it_is_a_task_of_fargate_of_the_wanted_size(tasks: Made) -> None:
    web = definition_of(tasks, "web")
    assert web["RequiresCompatibilities"] == ["FARGATE"]
    assert web["NetworkMode"] == "awsvpc"
    assert (web["Cpu"], web["Memory"]) == ("1024", "3072")


@pytest.mark.parametrize(("node", "architecture"), [("web", "ARM64"), ("plain", "X86_64")])
def test_it_runs_on_arm_unless_the_file_says_otherwise(
    tasks: Made, node: str, architecture: str
) -> None:
    platform = {"CpuArchitecture": architecture, "OperatingSystemFamily": "LINUX"}
    assert definition_of(tasks, node)["RuntimePlatform"] == platform


def test_it_runs_the_released_digest_and_nothing_before_there_is_one(tasks: Made) -> None:
    registry = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    image = container_of(tasks, "web")["Image"]
    assert image == f"{registry}/demo/backend@<BackendReleaseDigest>"
    conditions = [each["Condition"] for each in tasks.whole(DEFINITION).values()]
    assert conditions == ["BackendReleaseExists", "OtherReleaseExists"]


def test_logs_and_roles_are_there_before_the_first_release(tasks: Made) -> None:
    for kind in ("AWS::IAM::Role", "AWS::Logs::LogGroup"):
        assert not [each for each in tasks.whole(kind).values() if "Condition" in each]


def test_the_program_can_neither_be_root_nor_change_its_files(tasks: Made) -> None:
    web = container_of(tasks, "plain")
    assert web["User"] == "1000:1000"
    assert web["ReadonlyRootFilesystem"] is True
    assert "Privileged" not in web
    assert "Capabilities" not in web["LinuxParameters"]


def test_what_it_writes_lies_in_memory_and_goes_with_it(tasks: Made) -> None:
    scratch = container_of(tasks, "web")["LinuxParameters"]["Tmpfs"]
    assert scratch == [
        {"ContainerPath": "/tmp", "Size": 64},  # noqa: S108
        {"ContainerPath": "/var/cache", "Size": 32},
    ]
    assert "Volumes" not in definition_of(tasks, "web")


@pytest.mark.parametrize("name", ["app", "tracer", "guard"])
def test_signals_reach_every_program_and_its_children_are_buried(tasks: Made, name: str) -> None:
    assert container_of(tasks, "web", name)["LinuxParameters"]["InitProcessEnabled"] is True


def test_it_is_told_what_to_run_and_has_its_time_to_stop(tasks: Made) -> None:
    web = container_of(tasks, "web")
    assert web["Command"] == ["serve", "--title", "two words"]
    assert (web["Essential"], web["StopTimeout"]) == (True, 90)
    assert "Command" not in container_of(tasks, "plain")


def test_secrets_reach_it_as_secrets_and_never_as_values(tasks: Made) -> None:
    web = container_of(tasks, "web")
    assert web["Environment"] == [
        {"Name": "BUCKET", "Value": "media"},
        {"Name": "MODE", "Value": "fast"},
    ]
    assert web["Secrets"] == [
        {"Name": "API_TOKEN", "ValueFrom": "arn:keys:token::"},
        {"Name": "URL", "ValueFrom": "arn:url"},
    ]
    tracer = container_of(tasks, "web", "tracer")
    assert tracer["Secrets"] == [{"Name": "AGENT_KEY", "ValueFrom": "arn:agent"}]
    assert not {"Environment", "Secrets"} & container_of(tasks, "plain").keys()
    assert "Environment" not in tracer


@pytest.mark.parametrize("name", ["app", "tracer", "guard"])
def test_a_log_that_is_slow_does_not_hold_the_program_up(tasks: Made, name: str) -> None:
    logs = tasks.name_of("AWS::Logs::LogGroup", RetentionInDays=14)
    log = container_of(tasks, "web", name)["LogConfiguration"]
    # ECS's own default blocked until 2025 and still depends on an account's setting.
    assert log == {
        "LogDriver": "awslogs",
        "Options": {
            "awslogs-group": f"<{logs}>",
            "awslogs-region": REGION,
            "awslogs-stream-prefix": "ecs",
            "mode": "non-blocking",
            "max-buffer-size": "25m",
        },
    }


def test_its_log_is_under_the_key_and_has_the_name_that_the_file_wants(tasks: Made) -> None:
    (key,) = tasks.whole("AWS::KMS::Key")
    named = tasks.only("AWS::Logs::LogGroup", LogGroupName="/ecs/demo")
    assert (named["KmsKeyId"], named["RetentionInDays"]) == (f"<{key}.Arn>", 90)
    assert "LogGroupName" not in tasks.only("AWS::Logs::LogGroup", RetentionInDays=14)


def test_sidecars_are_what_the_file_says(tasks: Made) -> None:
    tracer = container_of(tasks, "web", "tracer")
    guard = container_of(tasks, "web", "guard")
    assert tracer["Image"] == "public.ecr.aws/demo/tracer:1.2"
    assert tracer["Command"] == ["--config", "/etc/tracer.yaml"]
    assert (tracer["Essential"], guard["Essential"]) == (False, True)
    assert (tracer["MemoryReservation"], guard["MemoryReservation"]) == (256, 128)
    assert (tracer["User"], guard["User"]) == ("4317", "0")
    assert (tracer["ReadonlyRootFilesystem"], guard["ReadonlyRootFilesystem"]) == (True, False)
    assert tracer["LinuxParameters"]["Tmpfs"] == []
    assert "PortMappings" not in tracer


def test_a_command_in_the_container_says_whether_it_lives(tasks: Made) -> None:
    assert container_of(tasks, "web")["HealthCheck"] == {
        "Command": ["CMD", "curl", "-f", "localhost"],
        "Interval": 10,
        "Timeout": 5,
        "Retries": 5,
        "StartPeriod": 0,
    }
    assert "HealthCheck" not in container_of(tasks, "plain")
    assert "HealthCheck" not in container_of(tasks, "web", "tracer")
