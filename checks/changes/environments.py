"""Which environments two trees describe, and the verdict about each."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.changes.commits import UnusableError
from checks.changes.synthesis import Synthesizer
from checks.changes.verdict import Verdict, compared, only_after, only_before
from config.load import systems

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from checks.changes.side import Side

Name = tuple[str, str]
HERE = "in the working tree"
# What no template is made of.
APART = ("tests/", "docs/", "benchmarks/")
SYSTEMS = "systems/"
# Each takes a core and some hundred MiB.
MOST_AT_ONCE = 4


@dataclass(frozen=True)
class Trees:
    """The files of both commits, and how the user called the first."""

    before: Path
    after: Path
    called: str

    def names(self, tree: Path) -> set[Name]:
        """System and environment of every file that describes one."""
        root = tree / SYSTEMS
        known = systems(root) if root.is_dir() else {}
        return {(system, each) for system, found in known.items() for each in found}


def chosen(trees: Trees, system: str | None, environment: str | None) -> list[Name]:
    """The environments of either tree that are asked for. UnusableError if there are none."""
    known = trees.names(trees.before) | trees.names(trees.after)
    found = sorted(
        name for name in known if system in (None, name[0]) and environment in (None, name[1])
    )
    if not found:
        asked = "/".join(each or "*" for each in (system, environment))
        there = ", ".join("/".join(each) for each in sorted(known)) or "none"
        raise UnusableError(f"there is no environment {asked}, here or at {trees.called}: {there}")
    return found


def unaffected(trees: Trees, names: Sequence[Name], changed: Sequence[str]) -> list[Name]:
    """The environments of both trees that no changed file is a part of."""
    touched = [each for each in changed if not each.startswith(APART) and not each.endswith(".md")]
    if not all(each.startswith(SYSTEMS) for each in touched):
        return []
    hit = {each.split("/")[1] for each in touched}
    both = trees.names(trees.before) & trees.names(trees.after)
    return [each for each in names if each in both and each[0] not in hit]


def verdicts(trees: Trees, names: Sequence[Name], folder: Path) -> tuple[list[Verdict], list[str]]:
    """What changes in each environment, and a sentence for each that can't be told."""
    at_once = min(MOST_AT_ONCE, os.cpu_count() or 1)
    found: list[Verdict] = []
    failures: list[str] = []
    before, after = trees.names(trees.before), trees.names(trees.after)
    executor = ThreadPoolExecutor(at_once)
    try:
        with Synthesizer(folder).working() as synthesizer:
            asked = []
            for name in names:
                old = new = None
                if name in before:
                    where = f"at {trees.called}"
                    old = executor.submit(synthesizer.side, trees.before, *name, where)
                if name in after and name in before:
                    new = executor.submit(synthesizer.side, trees.after, *name, HERE)
                asked.append((name, old, new))
            for name, old, new in asked:
                try:
                    sides = [each.result() if each else None for each in (old, new)]
                except UnusableError as error:
                    failures.append(str(error))
                    continue
                found.append(_verdict("/".join(name), *sides))
    finally:
        executor.shutdown(cancel_futures=True)
    return found, failures


def _verdict(name: str, before: Side | None, after: Side | None) -> Verdict:
    if before is None:
        return only_after(name)
    return compared(name, before, after) if after else only_before(name, before)
