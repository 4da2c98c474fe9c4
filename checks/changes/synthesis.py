"""Synthesizing an environment of any commit's files with the packages that are installed here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from checks.changes.commits import UnusableError
from checks.changes.side import Side, read_side
from checks.template import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Runs in the other tree. Its own code comes first, before the installed editable package; neither
# cdk-nag nor bundles are needed, because a template only holds the hash of a bundle's sources.
SCRIPT = """
import gc, inspect, json, os, pathlib, sys
gc.disable()
root, system, environment, output, empty = sys.argv[1:]
sys.path[:0] = [root, os.path.join(root, "constructs")]
import stackyard
if not pathlib.Path(stackyard.__file__).resolve().is_relative_to(root):
    sys.exit(f"another stackyard is in the way: {stackyard.__file__}")
from stackyard import bundle
bundle.bundle = lambda package: (pathlib.Path(empty), bundle.fingerprint(bundle.SOURCES / package))
import app
packs = {"packs": list} if "packs" in inspect.signature(app.main).parameters else {}
chosen = ["-c", f"system={system}", "-c", f"environment={environment}", "-o", output]
status = app.main(chosen, **packs)
if status != getattr(app, "UNUSABLE", 2):
    from config.load import load_environment
    expendable = getattr(load_environment(system, environment), "expendable", {})
    pathlib.Path(output, "expendable.json").write_text(json.dumps(expendable))
sys.stdout.flush()
sys.stderr.flush()
os._exit(0)
"""
EMPTY, EXPENDABLE = "empty.zip", "expendable.json"
# What else would decide about templates than the files.
FOREIGN = ("CDK_OUTDIR", "CDK_CONTEXT_JSON", "CDK_CLI_VERSION", "PYTHONPATH")


@dataclass
class Synthesizer:
    """Runs apps side by side, each into a folder of its own."""

    folder: Path
    _running: set[subprocess.Popen[str]] = field(default_factory=set)
    _ended: bool = False

    @contextmanager
    def working(self) -> Iterator[Synthesizer]:
        """Itself, for as long as it is needed; what still runs then is ended."""
        (self.folder / EMPTY).write_bytes(b"")
        try:
            yield self
        finally:
            self._ended = True
            for process in list(self._running):
                process.kill()

    def side(self, tree: Path, system: str, environment: str, where: str) -> Side:
        """An environment of a tree. UnusableError if it can't be synthesized."""
        output = Path(tempfile.mkdtemp(dir=self.folder))
        arguments = [tree, system, environment, output, self.folder / EMPTY]
        called = f"{system}/{environment} {where}"
        said = self._run(tree, list(map(str, arguments)), called)
        try:
            return read_side(output, json.loads((output / EXPENDABLE).read_text()))
        except (OSError, UnreadableError):
            raise UnusableError(f"{called} can't be synthesized: {_why(said)}") from None

    def _run(self, tree: Path, arguments: list[str], called: str) -> str:
        if self._ended:
            raise UnusableError(f"{called} was not synthesized any more")
        variables = {name: each for name, each in os.environ.items() if name not in FOREIGN}
        with subprocess.Popen(
            [sys.executable, "-c", SCRIPT, *arguments],
            cwd=tree,
            env={**variables, "CDK_VALIDATION": "false"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            self._running.add(process)
            _, said = process.communicate()
            self._running.discard(process)
        return said


def _why(said: str) -> str:
    """The sentence of an output that says most: its first, or the last of a traceback."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if not lines:
        return "it was ended"
    traceback = any(line.startswith("Traceback ") for line in lines)
    return lines[-1] if traceback else lines[0]
