"""`make rehearse`, as people run it: the whole way, and what it says when it can't or fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rehearsal import __main__ as command
from tests.rehearsal import real, server

ROOT = Path(__file__).resolve().parents[2]


def rehearse(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run it in a shell that has credentials, which it must not use."""
    credentials = {
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_PROFILE": "production",
    }
    return subprocess.run(
        [sys.executable, "-m", "tests.rehearsal", *arguments],
        cwd=ROOT,
        env={**os.environ, **credentials, **more},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("system", "environment", "steps", "left"),
    [
        # App Runner, a build in the VPC, and Slack.
        ("daadaar", "prod", {"alarm": "rang and was posted"}, "AWS::AppRunner::Service"),
        # Fargate in production, with a balancer, queues and a singleton: the largest.
        ("socialflow", "prod", {"measure": "broker-depth measures"}, "pg_stat_statements"),
    ],
)
def test_a_whole_environment_is_rehearsed_and_says_what_that_proves(
    system: str, environment: str, steps: dict[str, str], left: str
) -> None:
    ran = rehearse(system, environment, AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stderr == ""
    assert "nothing is deployed to AWS" in ran.stdout
    done = dict(re.findall(r"^  (\w+(?: \w+)?) {2,}(\S.*?) +[0-9.]+ s$", ran.stdout, re.MULTILINE))
    always = {"roll back": " fails at ", "again": "nothing done", "leftovers": "meant to stay"}
    on_servers = {"migrate": "on a real database"} if real.possible() else {}
    for step, said in {**always, **on_servers, **steps}.items():
        assert said in done[step], ran.stdout
    synthesized, whole = (
        re.search(r"stacks, (\d+) resources", done["synthesize"]),
        re.search(r"^ +(\d+) +(\d+) +(\d+) +(\d+)$", ran.stdout, re.MULTILINE),
    )
    assert synthesized
    assert whole
    # Everything of every template was made, each as one of the three kinds.
    total, *kinds = map(int, whole.groups())
    assert total == int(synthesized[1]) == sum(kinds)
    proved, _, left_open = ran.stdout.partition("Not proved:")
    assert "security groups, endpoints, secrets" in proved
    assert "permissions: nobody checks a policy here" in left_open
    if real.possible():
        assert left in left_open


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("daadar", "prod"), "no system 'daadar'"),
        (("daadaar", "dev"), "daadaar"),
    ],
)
def test_an_unknown_environment_is_refused_in_one_sentence(
    arguments: tuple[str, str], says: str
) -> None:
    ran = rehearse(*arguments)
    assert ran.returncode == 2
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""


def test_a_missing_emulator_is_told_with_the_command_that_makes_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(server, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "STEPS", (lambda _: server.Emulator.start(nowhere),))
    nowhere = server.Emulator(tmp_path, "111111111111", "us-east-1", ())
    assert command.main(["daadaar", "prod"]) == 2
    assert "`make .build/emulator.done` makes it" in capsys.readouterr().err


def test_nothing_stays_of_a_rehearsal_that_ended_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "STEPS", ())
    monkeypatch.setattr(command, "closing", lambda *_: "")
    assert command.main(["daadaar", "prod"]) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_step_that_fails_says_what_it_saw_and_where_the_logs_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def deploy(_: object) -> str:
        raise AssertionError("\n".join(f"line {number}" for number in range(100)))

    monkeypatch.setattr(command, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "STEPS", (deploy,))
    assert command.main(["daadaar", "prod"]) == 1
    said = capsys.readouterr()
    assert re.search(r"^  deploy +FAILED", said.out, re.MULTILINE)
    assert "line 99" in said.err
    assert "line 1\n" not in said.err
    (folder,) = tmp_path.glob("daadaar-prod-*")
    assert str(folder) in said.err
