"""The command as people run it, in a repository of its own."""

from __future__ import annotations

import json
import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.checks.changes.clone import DEV, PROD, Clone

if TYPE_CHECKING:
    from pathlib import Path

NAME = "database: demo\n"
FIRST = "  database: {kind"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    return Clone(tmp_path_factory.mktemp("clone"))


@pytest.fixture
def clone(shared: Clone) -> Clone:
    shared.restore()
    return shared


def test_a_replaced_database_fails_unless_its_file_says_why(clone: Clone, tmp_path: Path) -> None:
    for file in (PROD, DEV):
        clone.change(file, NAME, "database: other\n")
    reason = "It holds nothing but samples"
    clone.write(DEV, f"{(clone.folder / DEV).read_text()}\nexpendable: {{database: {reason}}}\n")
    status, said, _ = clone.run("--base", "HEAD", temporary=tmp_path)
    assert status == 1
    dev, prod = (said.index(f"demo/{each}") for each in ("dev", "prod"))
    accepted = next(line for line in said[dev:prod] if "REPLACED: DBName changes" in line)
    assert "AWS::RDS::DBInstance (database)" in accepted
    assert accepted.endswith(f"(meant: {reason})")
    refused = next(line for line in said[prod:] if "REPLACED: DBName changes" in line)
    assert "(meant:" not in refused
    assert "2 environments: 1 change puts data at risk, 1 accepted with a reason" in said[-4]
    assert said[-3:-1] == [
        "If that is meant, systems/demo/prod.yaml has to say so, and why:",
        "expendable:",
    ]


def test_the_code_of_either_commit_runs_for_its_own_side(clone: Clone, tmp_path: Path) -> None:
    names = "constructs/stackyard/names.py"
    good = (clone.folder / names).read_text()
    clone.write(names, f'{good}\nraise RuntimeError("broken on purpose")\n')
    clone.commit()
    clone.write(names, good)
    chosen = ("--base", "HEAD", "--environment", "prod")
    status, said, complained = clone.run(*chosen, temporary=tmp_path)
    assert (status, said) == (2, [])
    assert complained[-1] == (
        "demo/prod at HEAD can't be synthesized: RuntimeError: broken on purpose"
    )


def test_a_file_that_is_wrong_is_told_in_its_own_words(clone: Clone, tmp_path: Path) -> None:
    clone.change(PROD, "kind: postgres", "kind: oracle")
    chosen = ("--base", "HEAD", "--environment", "prod", "--format", "json")
    status, said, complained = clone.run(*chosen, temporary=tmp_path)
    assert (status, json.loads("".join(said))) == (2, [])
    assert len(complained) == 1
    assert complained[0].startswith("demo/prod in the working tree can't be synthesized: systems/")


def test_an_environment_that_goes_is_deleted_by_nobody(clone: Clone, tmp_path: Path) -> None:
    (clone.folder / PROD).unlink()
    status, said, _ = clone.run("--base", "HEAD", "--environment", "prod", temporary=tmp_path)
    assert status == 0
    assert "deletes nothing: what stays is demo-prod-network with" in said[1]


def test_a_new_environment_risks_nothing_and_other_packages_are_told(
    clone: Clone, tmp_path: Path
) -> None:
    new = (clone.folder / DEV).read_text().replace("environment: dev", "environment: new")
    clone.write("systems/demo/new.yaml", new)
    clone.write("requirements.txt", "aws-cdk-lib==1\n")
    chosen = ("--base", "HEAD", "--environment", "new")
    status, said, complained = clone.run(*chosen, temporary=tmp_path)
    assert (status, said[1]) == (0, "  NOTE: this environment is new, so nothing of it is at risk")
    assert complained[0].startswith("requirements.txt differs")


def test_what_no_template_is_made_of_is_not_synthesized(clone: Clone, tmp_path: Path) -> None:
    clone.write("docs/more.md", "More")
    clone.write("systems/other/README.md", "Other")
    status, said, complained = clone.run("--base", "HEAD", temporary=tmp_path)
    assert (status, complained) == (0, [])
    assert said == [
        "demo/dev, demo/prod: nothing that they are made of changed",
        "2 environments: no changes put data at risk, 0 others",
    ]


@pytest.mark.parametrize("base", ["no-such-branch", "", "--output=x", "HEAD:app.py"])
def test_a_bad_commit_is_a_sentence(clone: Clone, tmp_path: Path, base: str) -> None:
    status, said, complained = clone.run(f"--base={base}", temporary=tmp_path)
    assert (status, said, len(complained)) == (2, [], 1)


def test_an_unknown_environment_is_told_with_those_that_there_are(
    clone: Clone, tmp_path: Path
) -> None:
    chosen = ("--base", "HEAD", "--system", "nope")
    status, _, complained = clone.run(*chosen, temporary=tmp_path)
    assert status == 2
    assert complained == ["there is no environment nope/*, here or at HEAD: demo/dev, demo/prod"]


def test_without_git_s_folder_there_is_nothing_to_compare(clone: Clone, tmp_path: Path) -> None:
    hidden = clone.folder / ".git"
    hidden.rename(clone.folder / "elsewhere")
    try:
        status, _, complained = clone.run("--base", "HEAD", temporary=tmp_path)
    finally:
        (clone.folder / "elsewhere").rename(hidden)
    assert status == 2
    assert complained[0].startswith("HEAD: not a git repository")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_comparison_leaves_nothing(
    clone: Clone, tmp_path: Path, number: signal.Signals
) -> None:
    clone.change(PROD, NAME, "database: other\n")
    # A shell's background job ignores SIGINT, and so would what these tests start.
    patient = signal.signal(signal.SIGINT, signal.default_int_handler)
    with clone.start("--base", "HEAD", temporary=tmp_path) as process:
        signal.signal(signal.SIGINT, patient)
        while process.poll() is None and not list(tmp_path.glob("*/tree/app.py")):
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(number)
        said, complained = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert (said, "Traceback" in complained) == ("", False)
    assert list(tmp_path.glob("stackyard-diff-*")) == []
