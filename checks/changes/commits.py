"""Another commit's files, in a folder of their own that is gone afterwards."""

from __future__ import annotations

import io
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class UnusableError(Exception):
    """A commit or an environment that can't be compared; the text says which and why."""


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder that goes whatever happens, also when the process is told to end."""
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    for each in before:
        signal.signal(each, _end)
    try:
        with tempfile.TemporaryDirectory(prefix="stackyard-diff-") as folder:
            yield Path(folder).resolve()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)


def commit_of(root: Path, reference: str) -> str:
    """The commit that a reference names. UnusableError if there is none."""
    if not reference or reference.startswith("-"):
        raise UnusableError("say which commit to compare with, such as BASE=origin/main")
    arguments = ["rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}"]
    done = _git(root, *arguments)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = said[0].removeprefix("fatal: ") if said else "there is no such commit here"
        raise UnusableError(f"{reference}: {why}")
    return done.stdout.decode().strip()


def extract(root: Path, commit: str, target: Path) -> None:
    """Write a commit's files into a folder, without touching the checkout or its index."""
    done = _git(root, "archive", "--format=tar", commit)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UnusableError(
            f"{commit}: its files can't be read: {said[-1] if said else 'git failed'}"
        )
    target.mkdir()
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        # Python before 3.11.4 has no filters; what git wrote of a commit stays inside of it.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        archive.extractall(target, **safely)  # type: ignore[arg-type]  # noqa: S202


def changed_since(root: Path, commit: str) -> list[str]:
    """Every path that differs between a commit and the working tree, untracked files included."""
    found: list[str] = []
    for arguments in (
        ("diff", "--name-only", "--no-renames", "--relative", "-z", commit),
        ("ls-files", "--others", "--exclude-standard", "-z"),
    ):
        done = _git(root, *arguments)
        if done.returncode:
            raise UnusableError(done.stderr.decode(errors="replace").strip().splitlines()[0])
        found += [each for each in done.stdout.decode(errors="replace").split("\0") if each]
    return found


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    git = shutil.which("git")
    if not git:
        raise UnusableError("git is needed to read the other commit, and is not installed")
    return subprocess.run([git, "-C", str(root), *arguments], capture_output=True, check=False)
