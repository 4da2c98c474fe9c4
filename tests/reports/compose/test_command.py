"""`python -m reports.compose` as people run it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.compose.__main__ import main
from tests.assemblies import ENVIRONMENTS


@pytest.mark.parametrize(("system", "environment"), ENVIRONMENTS)
def test_it_writes_the_same_bytes_twice(system: str, environment: str, tmp_path: Path) -> None:
    files = [tmp_path / "first.yaml", tmp_path / "second.yaml"]
    for file in files:
        assert main([system, environment, "-o", str(file)]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_it_writes_compose_yaml_here_and_says_by_which_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    system, environment = ENVIRONMENTS[0]
    assert main([system, environment]) == 0
    first = Path("compose.yaml").read_text().splitlines()[0]
    assert f"`make compose SYSTEM={system} ENVIRONMENT={environment}`" in first
    assert main([system, environment]) == 0


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (("nothing", "prod"), "there is no system 'nothing'"),
        (("daadaar", "nothing"), "has no environment 'nothing'"),
        (("socialflow", "common"), "it can be extended, but not deployed"),
    ],
)
def test_what_it_does_not_know_it_says_in_a_sentence(
    named: tuple[str, str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "compose.yaml"
    assert main([*named, "-o", str(file)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert len(told.err.splitlines()) == 1
    assert not file.exists()


@pytest.mark.parametrize("arguments", [(), ("daadaar",), ("daadaar", "prod", "more", "words")])
def test_it_says_how_it_is_used(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "SYSTEM ENVIRONMENT" in capsys.readouterr().err


def test_a_file_of_somebody_else_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text("services: {mine: {image: mine}}\n")
    assert main(["daadaar", "prod", "-o", str(file)]) == 2
    assert "was not made by this command" in capsys.readouterr().err
    assert "mine" in file.read_text()


def test_a_folder_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "nowhere" / "compose.yaml"
    assert main(["daadaar", "prod", "-o", str(file)]) == 2
    assert capsys.readouterr().err == f"{file}: No such file or directory\n"
