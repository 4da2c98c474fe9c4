"""`cdk synth`, `cdk ls` and `python app.py` as people run them: offline, without credentials."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.app.commands import contents, run

STACKS = [
    *("daadaar-prod-network", "daadaar-prod-data", "daadaar-images", "daadaar-prod-notify"),
    *("daadaar-prod-compute", "daadaar-prod-pipelines", "daadaar-prod-observability"),
]
SELECTED = ("-c", "system=daadaar", "-c", "environment=prod")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home directory."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def by_cli(home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The assembly that `cdk synth` writes, and what it said."""
    folder = tmp_path_factory.mktemp("by-cli")
    return folder, run("cdk", "synth", "-q", *SELECTED, "-o", str(folder), home=home)


@pytest.fixture(scope="module")
def by_python(home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The assembly that `python app.py` writes, and what it said."""
    folder = tmp_path_factory.mktemp("by-python")
    return folder, run(sys.executable, "app.py", *SELECTED, "-o", str(folder), home=home)


def test_cdk_synth_writes_every_stack_and_complains_of_nothing(by_cli: tuple[Path, Any]) -> None:
    folder, done = by_cli
    assert done.returncode == 0, done.stderr
    assert {
        file.name.removesuffix(".template.json") for file in folder.glob("*.template.json")
    } == {*STACKS}
    for noise in ("warn", "error", "deprecat", "end-of-life", "notice", "telemetry"):
        assert noise not in (done.stdout + done.stderr).lower()


def test_python_alone_writes_the_same_templates(
    by_cli: tuple[Path, Any], by_python: tuple[Path, Any]
) -> None:
    assert by_python[1].returncode == 0
    assert by_python[1].stdout + by_python[1].stderr == ""
    for name, content in contents(by_cli[0]).items():
        if name.endswith(".template.json"):
            assert contents(by_python[0])[name] == content, name


def test_synthesizing_twice_gives_identical_bytes(
    by_python: tuple[Path, Any], home: Path, tmp_path: Path
) -> None:
    again = run(sys.executable, "app.py", *SELECTED, "-o", str(tmp_path), home=home)
    assert again.returncode == 0
    first, second = contents(by_python[0]), contents(tmp_path)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_every_finding_is_resolved_and_every_acknowledgement_needed(
    by_python: tuple[Path, Any],
) -> None:
    folder, _ = by_python
    report = json.loads((folder / "validation-report.json").read_text())
    needed = set()
    for plugin in report["pluginReports"]:
        assert plugin["violations"] == [], plugin["pluginName"]
        for finding in plugin.get("suppressedViolations", []):
            assert len(finding["reason"].split()) > 5, finding
            needed |= {
                (place["constructPath"].removesuffix("/Resource"), finding["acknowledgedId"])
                for place in finding["violatingConstructs"]
            }
    made = {
        (path.removesuffix("/Resource"), finding)
        for path, finding in acknowledged(folder)
        if finding.startswith("AwsSolutions::")
    }
    assert made <= needed
    assert made


def acknowledged(folder: Path) -> set[tuple[str, str]]:
    """Place and id of every acknowledgement in the assembly's metadata."""
    found = set()
    for file in folder.glob("*.metadata.json"):
        for path, entries in json.loads(file.read_text()).items():
            for entry in entries:
                if "acknowledge" in entry["type"].lower():
                    data = entry["data"]
                    ids = data if isinstance(data, dict) else {data: ""}
                    found |= {(path.strip("/"), finding) for finding in ids}
    return found


def test_cdk_ls_lists_the_stacks_in_order(home: Path, tmp_path: Path) -> None:
    done = run("cdk", "ls", *SELECTED, "-o", str(tmp_path), home=home)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == STACKS


@pytest.mark.parametrize("command", ["cdk synth -q -a", "alone"])
def test_a_fault_makes_synthesis_fail_and_says_where(
    command: str, home: Path, tmp_path: Path
) -> None:
    script = "tests/app/planted.py"
    words = (*command.split(), f"python {script}") if command != "alone" else ("python", script)
    done = run(*words, "-o", str(tmp_path), home=home)
    assert done.returncode == 1
    assert "daadaar-prod-notify/Planted" in done.stderr
    assert "AwsSolutions-SQS4" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_argument_that_is_no_pair_is_refused(home: Path) -> None:
    done = run(sys.executable, "app.py", "-c", "system", home=home)
    assert done.returncode == 2
    assert "'system' is not key=value" in done.stderr
    assert "Traceback" not in done.stderr
