"""The register of acknowledgements: every finding that an assembly accepts, where, and why.

CDK writes acknowledgements into each stack's metadata, and into the validation report those that a
finding needed. Together they say which are idle; their reasons say until when they hold.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.finding import Finding
from checks.metadata import stacks
from config.compliance import CONTROL_TOWER, NAG, OWN, Terms, namespace_of, subject_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from checks.metadata import Stack

ACKNOWLEDGED = "aws:cdk:acknowledged-rules"
# The validators whose findings constructs accept; CDK accepts some of its own by itself.
JUDGES = (*NAG, OWN, CONTROL_TOWER)
FEWEST_WORDS = 6
# Where CDK files an id without a namespace. cdk-nag drops its finding, and no report tells.
BARE = "Annotation"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One acknowledgement. `logical_ids` are the resources that need it, or that it could cover.

    `active` says whether the pack judged the assembly at all, `used` whether it found there what is
    accepted.
    """

    stack: str
    path: str
    pack: str
    rule: str
    logical_ids: tuple[str, ...]
    terms: Terms
    active: bool
    used: bool


@dataclass(frozen=True)
class _Report:
    """What the validation report says: who judged, and which acknowledgements were needed."""

    judges: frozenset[str]
    needed: Mapping[tuple[str, str, str], tuple[str, ...]]


def register(assembly: Path) -> list[Entry]:
    """Every acknowledgement in a cloud assembly, in order."""
    report = _report(assembly / "validation-report.json")
    found = (entry for stack in stacks(assembly) for entry in _entries(stack, report))
    return sorted(found, key=lambda e: (e.stack, e.path, e.pack, e.rule, str(e.terms)))


def _report(file: Path) -> _Report:
    plugins = json.loads(file.read_text())["pluginReports"] if file.is_file() else []
    needed: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for plugin in plugins:
        for found in plugin.get("suppressedViolations", ()):
            key = (found["acknowledgedId"], found["acknowledgedAt"], found["reason"])
            paths = (place.get("constructPath", "") for place in found["violatingConstructs"])
            needed[key] = (*needed.get(key, ()), *paths)
    return _Report(frozenset(each["pluginName"].replace(" ", "-") for each in plugins), needed)


def _entries(stack: Stack, report: _Report) -> Iterator[Entry]:
    logical_ids = stack.logical_ids
    for path, note in stack.notes:
        if note["type"] != ACKNOWLEDGED:
            continue
        covered = [one for one in logical_ids if one == path or one.startswith(f"{path}/")]
        for identifier, text in note["data"].items():
            pack, _, rule = identifier.partition("::")
            needed = report.needed.get((identifier, path, text), ())
            named = (logical_ids[one] for one in needed or covered if one in logical_ids)
            yield Entry(
                stack=stack.name,
                path=path,
                pack=pack,
                rule=rule,
                logical_ids=tuple(sorted(named)),
                terms=Terms.read(text),
                active=pack in report.judges,
                used=bool(needed),
            )


def problems(entries: Iterable[Entry], today: date) -> list[Finding]:
    """What is wrong with acknowledgements: idle, past their day, without a reason or a record.

    Those of packs that did not judge are neither idle nor late: nothing would be found there.
    """
    found: list[Finding] = []
    one: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.pack in JUDGES:
            # What the file accepts for a node is one, on however many resources it lies; what code
            # accepts of one subject is one, by whatever names validators call it.
            node = entry.terms.node
            key = (entry.rule, node) if node else (subject_of(entry.rule), entry.path)
            one[key].append(entry)
        elif entry.pack == BARE and namespace_of(entry.rule) in NAG:
            remedy = "say its pack before `::`"
            found.append(_finding(entry, "unrecorded", "is dropped without a record", remedy))
    for same in one.values():
        found += _of_one(same, today)
    return sorted(found)


def _of_one(entries: list[Entry], today: date) -> Iterator[Finding]:
    first = next((entry for entry in entries if entry.used), entries[0])
    terms = first.terms
    active = any(entry.active for entry in entries)
    if active and not first.used:
        yield _finding(first, "unused", "is accepted, and nothing needs it", "take that away")
    if active and terms.until and terms.until < today:
        done = "was to be done by" if terms.planned else "was accepted until"
        yield _finding(first, "expired", f"{done} {terms.until}", "resolve it, or set another day")
    if len(terms.reason.split()) < FEWEST_WORDS:
        remedy = f"say in {FEWEST_WORDS} words or more why it is safe here"
        yield _finding(first, "reason", "is accepted without a reason", remedy)


def _finding(entry: Entry, kind: str, message: str, remedy: str) -> Finding:
    node = f" for {entry.terms.node}" if entry.terms.node else ""
    return Finding(
        stack=entry.stack,
        logical_id=entry.logical_ids[0] if entry.logical_ids else "",
        property="",
        rule=f"acknowledgement-{kind}",
        message=f"{entry.rule}{node} {message}",
        remedy=remedy,
    )
