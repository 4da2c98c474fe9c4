"""Bundles of the functions: the same bytes everywhere, with all that they import."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from stackyard import bundle as bundling
from stackyard.bundle import SOURCES, BundleError, bundle, fingerprint

FUNCTIONS = sorted(file.parent.name for file in SOURCES.glob("*/requirements.txt"))
MEGABYTE = 2**20
# What Lambda's Python has besides the standard library.
IN_THE_RUNTIME = ["boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"]
if sys.version_info < (3, 11, 3):
    # The standard library of Lambda's Python has what this brings to the oldest ones.
    IN_THE_RUNTIME.append("async_timeout")
IMPORT = """
import importlib, sys
sys.path[:0] = [sys.argv[1]]
sys.path.append(sys.argv[3])
handler = importlib.import_module(f"{sys.argv[2]}.handler")
import aws_lambda_powertools
assert callable(handler.handle)
print(handler.__file__, aws_lambda_powertools.__file__, sep="\\n")
"""


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Path]]]:
    """Every function's zip, made anew in two folders."""
    with pytest.MonkeyPatch.context() as patch:
        made = []
        for number in (1, 2):
            patch.setattr(bundling, "BUILD", tmp_path_factory.mktemp(f"build{number}"))
            made.append({name: bundle(name)[0] for name in FUNCTIONS})
        yield made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of a function's folder."""
    ignore = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(SOURCES / "slack_notifier", tmp_path / "copy", ignore=ignore))


EACH = pytest.mark.parametrize("name", FUNCTIONS)


@EACH
def test_two_builds_give_the_same_bytes_under_the_same_name(
    builds: list[dict[str, Path]], name: str
) -> None:
    one, other = (build[name] for build in builds)
    assert one != other
    assert one.name == other.name == f"{name}-{fingerprint(SOURCES / name)[:16]}.zip"
    assert one.read_bytes() == other.read_bytes()


@EACH
def test_every_file_has_the_one_date_and_mode_and_is_stored_as_it_is(
    builds: list[dict[str, Path]], name: str
) -> None:
    with zipfile.ZipFile(builds[0][name]) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o644}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    names = [entry.filename for entry in entries]
    assert names == sorted(names, key=lambda file: Path(file).parts)
    assert len(names) == len(set(names))


@EACH
def test_nothing_is_in_it_that_differs_between_machines(
    builds: list[dict[str, Path]], name: str
) -> None:
    with zipfile.ZipFile(builds[0][name]) as archive:
        files = [Path(file) for file in archive.namelist()]
    unwanted = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "requirements.txt")
    assert not [file for file in files if "__pycache__" in file.parts or file.suffix == ".pyc"]
    assert not [file for file in files if file.name in unwanted]
    assert not [file for file in files if file.parts[0] == "bin"]


@EACH
def test_it_holds_every_file_of_ours(builds: list[dict[str, Path]], name: str) -> None:
    with zipfile.ZipFile(builds[0][name]) as archive:
        held = {file for file in archive.namelist() if file.startswith(f"{name}/")}
        ours = {
            file.relative_to(SOURCES).as_posix(): file.read_bytes()
            for file in (SOURCES / name).rglob("*")
            if file.is_file() and "__pycache__" not in file.parts
        }
        del ours[f"{name}/requirements.txt"]
        assert held == ours.keys()
        assert all(archive.read(file) == content for file, content in ours.items())


@EACH
def test_its_handler_imports_with_what_is_in_it_and_in_the_runtime(
    builds: list[dict[str, Path]], name: str, tmp_path: Path
) -> None:
    for package in IN_THE_RUNTIME:
        spec = importlib.util.find_spec(package)
        assert spec, package
        assert spec.origin, package
        file = Path(spec.origin)
        here = file.parent if file.name == "__init__.py" else file
        (tmp_path / here.name).symlink_to(here)
    command = [sys.executable, "-I", "-S", "-c", IMPORT, str(builds[0][name]), name, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    assert done.returncode == 0, done.stderr
    assert all(line.startswith(str(builds[0][name])) for line in done.stdout.split())


@EACH
def test_it_is_small_enough_to_start_fast(builds: list[dict[str, Path]], name: str) -> None:
    assert MEGABYTE // 10 < builds[0][name].stat().st_size < 10 * MEGABYTE


def test_a_bundle_that_is_there_is_not_made_again(
    builds: list[dict[str, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = builds[0]["slack_notifier"]
    monkeypatch.setattr(bundling, "BUILD", file.parents[1])
    monkeypatch.setattr(bundling, "WHEELS", file.parents[1] / "nowhere")
    assert bundle("slack_notifier") == (file, fingerprint(SOURCES / "slack_notifier"))


def test_nothing_but_the_bundles_is_left_behind(builds: list[dict[str, Path]]) -> None:
    for build in builds:
        folder = build["slack_notifier"].parent
        assert {*folder.iterdir()} == {*build.values()}


def test_a_missing_wheel_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "BUILD", tmp_path)
    monkeypatch.setattr(bundling, "WHEELS", tmp_path / "empty")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BundleError, match="run `make wheels`") as refusal:
        bundle("slack_notifier")
    assert "lambda/slack_notifier/requirements.txt" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not [*(tmp_path / "bundles").iterdir()]


def test_the_fingerprint_is_the_same_in_another_folder(source: Path) -> None:
    assert fingerprint(source) == fingerprint(SOURCES / "slack_notifier")


@pytest.mark.parametrize("file", ["handler.py", "requirements.txt"])
def test_a_changed_byte_changes_the_fingerprint(source: Path, file: str) -> None:
    before = fingerprint(source)
    content = bytearray((source / file).read_bytes())
    content[0] ^= 1
    (source / file).write_bytes(content)
    assert fingerprint(source) != before


def test_a_new_or_moved_file_changes_the_fingerprint(source: Path) -> None:
    seen = {fingerprint(source)}
    (source / "new.py").touch()
    seen.add(fingerprint(source))
    (source / "new.py").rename(source / "other.py")
    seen.add(fingerprint(source))
    assert len(seen) == 3


def test_two_files_are_not_taken_for_one_that_imitates_them(source: Path) -> None:
    (source / "y.py").write_text("1")
    (source / "z.py").write_text("2")
    before = fingerprint(source)
    (source / "z.py").unlink()
    (source / "y.py").write_text("1z.py\0" + "2")
    assert fingerprint(source) != before


def test_compiled_files_do_not_change_the_fingerprint(source: Path) -> None:
    before = fingerprint(source)
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "handler.cpython-314.pyc").write_bytes(b"compiled")
    assert fingerprint(source) == before


def test_another_python_changes_the_fingerprint(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint(source)
    monkeypatch.setattr(bundling, "PYTHON", "3.15")
    assert fingerprint(source) != before
