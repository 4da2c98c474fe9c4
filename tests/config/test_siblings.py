"""Environments of a system in one account share its images, and must describe them alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import load_environment
from tests.config.files import GOOD

IMAGES = "images:\n  web: {repository: demo-web}\n"
KEEPS_MORE = "images:\n  web: {repository: demo-web, keep: 50}\n"


def two_environments(folder: Path, other: str) -> Path:
    """demo/prod as it is, and demo/dev with the text that is given."""
    home = folder / "systems" / "demo"
    home.mkdir(parents=True)
    (home / "prod.yaml").write_text(GOOD)
    (home / "dev.yaml").write_text(other.replace("environment: prod", "environment: dev"))
    return home.parent


def test_images_that_differ_in_one_account_are_refused(tmp_path: Path) -> None:
    assert IMAGES in GOOD
    root = two_environments(tmp_path, GOOD.replace(IMAGES, KEEPS_MORE))
    with pytest.raises(ConfigError) as error:
        load_environment("demo", "prod", root=root)
    (problem,) = error.value.problems
    assert problem.path == "images"
    assert "differ from those of dev" in problem.message


def test_the_same_images_are_fine(tmp_path: Path) -> None:
    assert load_environment("demo", "dev", root=two_environments(tmp_path, GOOD))


def test_another_account_may_differ(tmp_path: Path) -> None:
    account = next(line for line in GOOD.splitlines() if line.startswith("account:"))
    elsewhere = GOOD.replace(IMAGES, KEEPS_MORE).replace(account, 'account: "999999999999"')
    assert load_environment("demo", "prod", root=two_environments(tmp_path, elsewhere))


def test_a_broken_neighbour_is_its_own_problem(tmp_path: Path) -> None:
    assert load_environment("demo", "prod", root=two_environments(tmp_path, "environment: [prod"))
