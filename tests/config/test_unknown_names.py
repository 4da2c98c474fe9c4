"""A system or an environment that does not exist: what there is instead, without a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import load_environment, systems
from tests.config.files import GOOD, written

REPOSITORY = Path(__file__).resolve().parents[2]


def refusal_of(system: str, environment: str, root: Path) -> str:
    """The one line that says what is wrong with a name."""
    with pytest.raises(ConfigError) as refusal:
        load_environment(system, environment, root=root)
    (problem,) = refusal.value.problems
    return str(problem)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two systems: demo with two environments, shop with one; and folders that are none."""
    for folder, file in (("demo", "prod"), ("demo", "staging"), ("shop", "prod")):
        home = tmp_path / "systems" / folder
        home.mkdir(parents=True, exist_ok=True)
        (home / f"{file}.yaml").write_text(GOOD.replace(": prod", f": {file}", 1))
    (tmp_path / "systems" / "empty").mkdir()
    return written(tmp_path, "notes", name="README.md")


def test_systems_are_folders_with_environments(root: Path):
    (root / "notes.yaml").write_text(GOOD)

    assert systems(root) == {"demo": ("prod", "staging"), "shop": ("prod",)}


@pytest.mark.parametrize(
    ("system", "message"),
    [
        ("dmeo", "there is no system 'dmeo'; did you mean 'demo'?; known: demo, shop"),
        ("nope", "there is no system 'nope'; known: demo, shop"),
        ("empty", "there is no system 'empty'; known: demo, shop"),
        ("", "there is no system ''; known: demo, shop"),
        ("../systems/demo", "there is no system '../systems/demo'"),
        ("demo\n", r"there is no system 'demo\n'"),
        ("a" * 5000, "there is no system 'aaa"),
    ],
)
def test_an_unknown_system_is_told_the_known_ones(system: str, message: str, root: Path):
    refusal = refusal_of(system, "prod", root)

    assert refusal.startswith(message)
    assert len(refusal.splitlines()) == 1


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ("stagin", "has no environment 'stagin'; did you mean 'staging'?; known: prod, staging"),
        ("nope", "has no environment 'nope'; known: prod, staging"),
        ("README", "has no environment 'README'; known: prod, staging"),
        ("../shop/prod", "has no environment '../shop/prod'"),
        ("", "has no environment ''"),
        ("\0", r"has no environment '\x00'"),
    ],
)
def test_an_unknown_environment_is_told_the_known_ones(environment: str, message: str, root: Path):
    assert refusal_of("demo", environment, root).startswith(f"system 'demo' {message}")


def test_without_systems_none_are_known(tmp_path: Path):
    assert refusal_of("demo", "prod", tmp_path) == "there is no system 'demo'; known: (none)"


def test_a_system_s_folder_has_a_name_for_resources(tmp_path: Path):
    home = tmp_path / "systems" / "My_Shop"
    home.mkdir(parents=True)
    (home / "prod.yaml").write_text(GOOD)

    refusal = refusal_of("My_Shop", "prod", tmp_path / "systems")

    assert "system: found 'My_Shop', must be small letters, digits and single" in refusal


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ("system=0-0-0-0", "there is no system '0-0-0-0'; known: "),
        ("system=dadaar", "there is no system 'dadaar'; did you mean 'daadaar'?"),
        ("environment=0-0", "system 'daadaar' has no environment '0-0'; known: "),
    ],
)
def test_the_command_line_refuses_in_one_line(context: str, message: str, tmp_path: Path):
    command = [sys.executable, "app.py", "-c", context, "-o", str(tmp_path)]
    result = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert result.returncode == 2, result.stderr
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith(message)
    assert list(tmp_path.iterdir()) == []
