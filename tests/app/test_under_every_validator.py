"""Every environment of this repository through the app as it is run, with every validator."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.commands import run
from tests.assemblies import ENVIRONMENTS
from tests.components.nag import acknowledged, by_file, needed

# One process for all: only the first pays for starting Node.js and the validators.
SCRIPT = """
import json, sys
import app
home, *chosen = sys.argv[1:]
def status(pair):
    system, environment = pair.split("/")
    selected = ["-c", f"system={system}", "-c", f"environment={environment}"]
    return app.main([*selected, "-o", f"{home}/{pair}"])
print(json.dumps({pair: status(pair) for pair in chosen}))
"""
EVERY = pytest.mark.parametrize("pair", ["/".join(each) for each in ENVIRONMENTS])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("validated")


@pytest.fixture(scope="module")
def done(home: Path) -> subprocess.CompletedProcess[str]:
    """What the app says of all. Its home holds jsii's cache, and no credentials."""
    pairs = ["/".join(each) for each in ENVIRONMENTS]
    return run(sys.executable, "-c", SCRIPT, str(home), *pairs, home=Path.home())


def test_nothing_is_found_in_any_environment(done: subprocess.CompletedProcess[str]) -> None:
    assert done.stderr == ""
    assert json.loads(done.stdout) == dict.fromkeys(map("/".join, ENVIRONMENTS), 0)


@EVERY
@pytest.mark.usefixtures("done")
def test_every_acknowledgement_is_needed_and_has_a_reason(home: Path, pair: str) -> None:
    # What CDK itself accepts for a whole stack has no place inside one.
    made = {(place, finding) for place, finding in acknowledged(home / pair) if place}
    assert made
    assert made - needed(home / pair) == set()
    for (_, finding), places in by_file(home / pair).items():
        assert {(place, finding) for place in places} & needed(home / pair), finding
    report = json.loads((home / pair / "validation-report.json").read_text())
    for plugin in report["pluginReports"]:
        for finding in plugin.get("suppressedViolations", ()):
            assert len(finding["reason"].split()) > 5, finding
