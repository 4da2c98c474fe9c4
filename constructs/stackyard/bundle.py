"""Zip files for Lambda: our code and its pinned packages, the same bytes on every machine.

Packages come from the wheelhouse that `make` fills, so that synthesis needs no network. A bundle
is named after the hash of all that goes into it and is made once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "lambda"
BUILD = ROOT / ".build"
WHEELS = BUILD / "wheels"
PYTHON = "3.14"
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64")
# Exactly the wheels that are pinned, for Lambda's Python and processor, wherever this runs.
FOR_LAMBDA = (
    *("--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary=:all:"),
    *("--implementation", "cp", "--python-version", PYTHON),
    *(argument for platform in PLATFORMS for argument in ("--platform", platform)),
)
# What pip writes about itself, and the only bytes that differ between interpreters.
NOT_BUNDLED = ("bin", "*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED",
               "*.dist-info/direct_url.json")  # fmt: skip


class BundleError(Exception):
    """A function's packages could not be put together; the message says what to do."""


def bundle(package: str) -> tuple[Path, str]:
    """The zip file of `lambda/<package>/` and the hash of its contents' sources."""
    source = SOURCES / package
    digest = fingerprint(source)
    target = BUILD / "bundles" / f"{package}-{digest[:16]}.zip"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            staged = Path(scratch) / "staged"
            _install(source / "requirements.txt", staged)
            shutil.copytree(source, staged / package, ignore=shutil.ignore_patterns("__pycache__"))
            (staged / package / "requirements.txt").unlink()
            finished = Path(scratch) / "finished.zip"
            _zip(staged, finished)
            # Renaming is atomic: a synthesis that is interrupted leaves no half bundle behind.
            finished.replace(target)
    return target, digest


def fingerprint(source: Path) -> str:
    """SHA-256 over everything that decides what is in the bundle."""
    digest = hashlib.sha256(repr((PYTHON, PLATFORMS, NOT_BUNDLED)).encode())
    for file in sorted(source.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            content = file.read_bytes()
            name = file.relative_to(source).as_posix()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _install(requirements: Path, target: Path) -> None:
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-compile"),
        *("--no-index", "--find-links", str(WHEELS), *FOR_LAMBDA),
        *("--target", str(target), "--requirement", str(requirements)),
    ]
    # A user's own pip settings must not decide what is in a bundle.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    environment["PIP_CONFIG_FILE"] = os.devnull
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise BundleError(
            f"the packages of {requirements.relative_to(ROOT)} are not all in the wheelhouse; run"
            f" `make wheels` (pip says: {' '.join(lines)[:300]})"
        )
    for pattern in NOT_BUNDLED:
        for unwanted in target.glob(pattern):
            shutil.rmtree(unwanted) if unwanted.is_dir() else unwanted.unlink()


def _zip(folder: Path, target: Path) -> None:
    """Stored, not deflated: compressed bytes differ between versions of zlib."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())
