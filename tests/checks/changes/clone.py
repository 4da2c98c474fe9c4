"""A repository of its own with the files of this one, to change and to compare."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.config.files import FARGATE

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = ("checks", "config", "constructs", "lambda", "reports", "stacks")
FILES = ("app.py", "cdk.json", "requirements.txt", ".gitignore")
AUTHOR = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
PROD, DEV = "systems/demo/prod.yaml", "systems/demo/dev.yaml"


class Clone:
    """The code as it stands here, with the system demo in two environments, committed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in FOLDERS:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        for name in FILES:
            shutil.copy(ROOT / name, folder / name)
        for name in (PROD, DEV):
            text = FARGATE.replace("environment: prod", f"environment: {Path(name).stem}")
            self.write(name, text.replace("demo-", f"demo-{Path(name).stem}-"))
        self.git("init", "--quiet")
        self.commit()

    def write(self, name: str, text: str) -> None:
        """Put a text into a file."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands in a file once."""
        text = (self.folder / name).read_text()
        assert text.count(old) == 1, (name, old)
        self.write(name, text.replace(old, new))

    def commit(self) -> None:
        """Commit all that there is."""
        self.git("add", "--all")
        self.git(*AUTHOR, "commit", "--quiet", "--allow-empty", "--message", "All")

    def restore(self) -> None:
        """Everything as it was committed first."""
        first = self.git("rev-list", "--max-parents=0", "HEAD").strip()
        self.git("reset", "--quiet", "--hard", first)
        self.git("clean", "--quiet", "--force", "-d")

    def git(self, *arguments: str) -> str:
        """Run git there, without anybody's own settings."""
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def start(self, *arguments: str, temporary: Path) -> subprocess.Popen[str]:
        """The command, with its temporary files in a folder."""
        return subprocess.Popen(
            [sys.executable, "-m", "checks.changes", *arguments],
            cwd=self.folder,
            env={**os.environ, "TMPDIR": str(temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, temporary: Path) -> tuple[int, Sequence[str], Sequence[str]]:
        """Status and lines of the command, which must leave no file behind."""
        with self.start(*arguments, temporary=temporary) as process:
            said, complained = process.communicate(timeout=300)
        assert list(temporary.glob("stackyard-diff-*")) == []
        return process.returncode, said.splitlines(), complained.splitlines()
