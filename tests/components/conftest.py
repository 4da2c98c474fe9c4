"""What the tests of constructs share."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config.model.environment import Environment
from tests.app.commands import run
from tests.assemblies import Assembly, environment_of, short_name
from tests.components.mixes import MIXES
from tests.systems.reading import Reading

# The app's own main, once for each system, with system files from elsewhere.
SCRIPT = """
import json, sys
from functools import partial
from pathlib import Path
import app
home, *systems = sys.argv[1:]
app.load_environment = partial(app.load_environment, root=Path(home) / "systems")
def status(system):
    selected = ["-c", f"system={system}", "-c", "environment=prod"]
    return app.main([*selected, "-o", f"{home}/{system}"])
print(json.dumps({system: status(system) for system in systems}))
"""
Readings = dict[str, Reading]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a module's one synthesis puts its assembly."""
    return tmp_path_factory.mktemp("assembly")


def reading(environment: Environment, out: Path) -> Reading:
    """An assembly that another process has written."""
    templates = {
        short_name(file.name.removesuffix(".template.json"), environment): json.loads(
            file.read_text()
        )
        for file in out.glob("*.template.json")
    }
    return Reading(Assembly(environment, out, templates))


@pytest.fixture(scope="session")
def mixes_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the system files of the mixes are, and their assemblies."""
    return tmp_path_factory.mktemp("mixes")


@pytest.fixture(scope="session")
def environments(mixes_home: Path) -> dict[str, Environment]:
    """The mixes as the app sees them."""
    return {
        system: environment_of(text, mixes_home, system=system) for system, text in MIXES.items()
    }


@pytest.fixture(scope="session")
def done(
    mixes_home: Path, environments: dict[str, Environment]
) -> subprocess.CompletedProcess[str]:
    """What the app says of all the systems. Its home holds jsii's cache, and no credentials."""
    return run(sys.executable, "-c", SCRIPT, str(mixes_home), *environments, home=Path.home())


@pytest.fixture(scope="session")
def mixes(
    mixes_home: Path,
    environments: dict[str, Environment],
    done: subprocess.CompletedProcess[str],
) -> Readings:
    """The mixes' templates, which the app has taken without a complaint."""
    assert done.returncode == 0, done.stderr
    return {
        system: reading(environment, mixes_home / system)
        for system, environment in environments.items()
    }
