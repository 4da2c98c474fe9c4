"""Arguments that would check nothing, or something else, end the smoke test before it begins."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import delivery
from delivery.smoke.__main__ import main

URL = "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "required: URL"),
        (["127.0.0.1:8080"], "argument URL: must be http(s)://"),
        (["ftp://127.0.0.1"], "argument URL: must be http(s)://"),
        (["http://u:s3cret@127.0.0.1"], "argument URL: must be http(s)://"),
        (["http://127.0.0.1:s3cret"], "argument URL: must be http(s)://"),
        ([f"{URL}?a=b"], "argument URL: must be http(s)://"),
        ([URL, "--version="], "argument --version: must not be empty"),
        ([URL, "--require", ""], "argument --require: must not be empty"),
        ([URL, "--health=health"], "argument --health: must be a path"),
        ([URL, "--details=/a b"], "argument --details: must be a path"),
        ([URL, "--timeout=soon"], "argument --timeout: must be a number of seconds over 0"),
        ([URL, "--timeout=nan"], "argument --timeout: must be a number of seconds over 0"),
        ([URL, "--interval=-1"], "argument --interval: must be a number of seconds over 0"),
        ([URL, "--consecutive=0"], "argument --consecutive: must be a number from 1"),
        ([URL, "--timeout=6"], "--timeout: must be over 6 for 3 rounds, one in 3 s"),
        ([URL, "--vers=new"], "unrecognized arguments: --vers=new"),
        ([URL, "--system=daadaar"], "--system, --environment and --service go together"),
    ],
)
def test_unusable_arguments_end_with_two(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    captured = capsys.readouterr()
    assert caught.value.code == 2
    assert told in captured.err
    assert "s3cret" not in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("system", "service", "told"),
    [
        ("daadar", "backend", "there is no system 'daadar'; did you mean 'daadaar'?"),
        ("daadaar", "web", "daadaar-prod has no service 'web'; known: backend"),
        ("socialflow", "worker", "worker has no health path: give one"),
    ],
)
def test_service_that_can_not_be_asked_is_told(
    capsys: pytest.CaptureFixture[str], system: str, service: str, told: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([URL, f"--system={system}", "--environment=prod", f"--service={service}"])
    assert caught.value.code == 2
    assert told in capsys.readouterr().err


def test_smoke_test_needs_python_alone(tmp_path: Path) -> None:
    package = Path(delivery.__file__).parent
    shutil.copytree(package, tmp_path / "delivery", ignore=shutil.ignore_patterns("__pycache__"))
    # Without the packages that are installed beside this Python.
    command = [sys.executable, "-S", "-m", "delivery.smoke", URL]
    short = ["--timeout=0.3", "--interval=0.1"]
    done = subprocess.run(
        [*command, *short], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    told = f"{URL}/health: nothing listens there, expected 200\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, told, "")
    derived = ["--system=daadaar", "--environment=prod", "--service=backend"]
    done = subprocess.run(
        [*command, *derived], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--system needs the packages of requirements.txt" in done.stderr
    assert "Traceback" not in done.stderr
