"""The migrations' buildspec, run by `sh` as CodeBuild runs it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.rules.services import SCHEMA_PUSH
from stackyard.bundle import ROOT

FILE = ROOT / "infrastructure" / "aws" / "codebuild-migrations.buildspec.yml"
BUILDSPEC: dict[str, Any] = yaml.safe_load(FILE.read_text())
URL = "postgresql://owner_blue:pa55@db.example:5432/shop?sslmode=require"
PUSHES = (
    "npx drizzle-kit push",
    "npx drizzle-kit push:pg",
    "drizzle-kit --config=drizzle.config.ts push --force",
    "npm run db:push",
    "pnpm db:push:prod",
    "npx prisma db push",
    "npx prisma db   push --accept-data-loss",
    "cd api && npx drizzle-kit push",
)


def run(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """All phases: one shell each, which ends at the first command that fails."""
    environment = {"PATH": "/usr/bin:/bin", "DIRECTORY": str(folder), **variables}
    done = subprocess.CompletedProcess[str]([], 0, "", "")
    for name, phase in BUILDSPEC["phases"].items():
        assert phase["on-failure"] == "ABORT", name
        script = "\n".join(f"{{ {command}\n}} || exit $?" for command in phase["commands"])
        done = subprocess.run(
            [BUILDSPEC["env"]["shell"], "-c", script],
            env=environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return done
    return done


def ran(folder: Path) -> bool:
    """Whether the command was reached."""
    return (folder / "ran").exists()


def test_the_file_is_one_that_codebuild_takes() -> None:
    assert BUILDSPEC["version"] == 0.2
    assert list(BUILDSPEC["phases"]) == ["pre_build", "build"]
    for phase in BUILDSPEC["phases"].values():
        assert all(isinstance(command, str) for command in phase["commands"])


def test_the_command_runs_in_its_directory_with_its_connection_string(tmp_path: Path) -> None:
    command = 'pwd > ran && printf %s "$DATABASE_URL" >> ran'
    done = run(tmp_path, COMMAND=command, DATABASE_URL=URL)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "ran").read_text() == f"{tmp_path}\n{URL}"


def test_the_log_says_what_runs_and_not_with_which_password(tmp_path: Path) -> None:
    done = run(tmp_path, COMMAND="touch ran", DATABASE_URL=URL)
    assert done.stdout == "Running touch ran\n"
    assert done.stderr == ""


@pytest.mark.parametrize("status", [1, 3, 127])
def test_the_commands_exit_status_is_the_builds(tmp_path: Path, status: int) -> None:
    done = run(tmp_path, COMMAND=f"touch ran; exit {status}", DATABASE_URL=URL)
    assert done.returncode == status
    assert ran(tmp_path)


def test_a_directory_that_the_image_lacks_fails_the_build(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    done = run(tmp_path, COMMAND="true", DATABASE_URL=URL, DIRECTORY=missing)
    assert done.returncode != 0


def test_a_directory_may_have_a_space(tmp_path: Path) -> None:
    folder = tmp_path / "my app"
    folder.mkdir()
    assert run(folder, COMMAND="touch ran", DATABASE_URL=URL).returncode == 0
    assert ran(folder)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"COMMAND": "", "DATABASE_URL": URL}, "COMMAND is empty"),
        ({"DATABASE_URL": URL}, "COMMAND is empty"),
        ({"COMMAND": "touch ran", "DATABASE_URL": ""}, "DATABASE_URL is empty"),
        ({"COMMAND": "touch ran"}, "DATABASE_URL is empty"),
    ],
)
def test_nothing_runs_when_something_is_missing(
    tmp_path: Path, variables: dict[str, str], says: str
) -> None:
    done = run(tmp_path, **variables)
    assert done.returncode == 1
    assert says in done.stderr
    assert not ran(tmp_path)


@pytest.mark.parametrize(
    "value", ["Ab3dEf9hIj1kLm5nOp7qRs2tUv4wXy6z", "mysql://a:b@c/d", " postgresql://a:b@c/d"]
)
def test_nothing_runs_before_the_first_rotation(tmp_path: Path, value: str) -> None:
    done = run(tmp_path, COMMAND="touch ran", DATABASE_URL=value)
    assert done.returncode == 1
    assert "its first rotation has not ended" in done.stderr
    assert value.strip() not in done.stderr + done.stdout
    assert not ran(tmp_path)


@pytest.mark.parametrize("command", PUSHES)
def test_schema_pushes_are_refused_however_they_are_spelled(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, COMMAND=f"touch ran; {command}", DATABASE_URL=URL)
    assert done.returncode == 1
    assert "schema pushes are forbidden" in done.stderr
    assert not ran(tmp_path)


@pytest.mark.parametrize("command", PUSHES)
def test_a_system_file_refuses_the_same_pushes(command: str) -> None:
    assert SCHEMA_PUSH.search(command)


@pytest.mark.parametrize(
    "command", ["echo npx drizzle-kit migrate", "echo db:migrate", "echo mydb pull", "echo push"]
)
def test_migrations_are_not_taken_for_pushes(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, COMMAND=f"touch ran; {command}", DATABASE_URL=URL)
    assert done.returncode == 0, done.stderr
    assert ran(tmp_path)
    assert not SCHEMA_PUSH.search(command)
