"""One mistake that several validators report, told once."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from checks.tools.subjects import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checks.finding import Finding

# Whose words are told, by what its ids look like: ours know the project, Control Tower names the
# property and the value; the others follow by how near they come to that. An id of none of these
# shapes is of a pack of cdk-nag or another plugin of CDK.
RANKS = (
    re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+"),
    re.compile(r"CT\.[A-Z0-9-]+\.PR\.\d+"),
    None,
    re.compile(r"[EFIW]\d{4}"),
    re.compile(r"CKV\d?_[A-Z]+_\d+"),
    re.compile(r"[A-Z]+(_[A-Z]+)*"),
)
OTHER = RANKS.index(None)

_ABOUT: dict[str, list[str]] = defaultdict(list)
for _subject, _ids in SUBJECTS.items():
    for _id in _ids:
        _ABOUT[_id].append(_subject)


def merge(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each mistake at each resource, with the ids of all rules that report it.

    A rule about several mistakes confirms those that others report; alone it stands for itself.
    """
    groups: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
    broad = []
    for finding in findings:
        about = subjects(finding.rule)
        if len(about) > 1:
            broad.append(finding)
        elif about:
            groups[finding.stack, finding.logical_id, about[0]].append(finding)
        else:
            # A rule may find more than one mistake in one property, each in words of its own.
            place = (finding.stack, finding.logical_id, finding.rule, finding.property)
            groups[*place, finding.message].append(finding)
    for finding in broad:
        resource: tuple[str, ...] = (finding.stack, finding.logical_id)
        known = [(*resource, each) for each in subjects(finding.rule)]
        known = [place for place in known if place in groups]
        for each in known or [(*resource, finding.rule.partition("[")[0], "")]:
            groups[each].append(finding)
    return sorted(_merged(group) for group in groups.values())


def subjects(rule: str) -> list[str]:
    """What a rule is about; nothing where no other validator has a rule about it."""
    name = rule.partition("[")[0]
    # `HIPAA.Security-RDSStorageEncrypted` is the same rule in each pack.
    return _ABOUT.get(name) or _ABOUT.get(name.partition("-")[2], [])


def rank(rule: str) -> int:
    """Smaller for the validator whose words are told first."""
    for number, shape in enumerate(RANKS):
        if shape and shape.fullmatch(rule):
            return number
    return OTHER


def _merged(group: list[Finding]) -> Finding:
    def preferred(finding: Finding) -> tuple[bool, int, bool, Finding]:
        rule = finding.rule
        return len(subjects(rule)) > 1, rank(rule), not finding.property, finding

    first, *others = sorted(group, key=preferred)
    paths = [each.property for each in (first, *others) if each.property]
    severe = any(each.severity == "error" for each in group)
    return replace(
        first,
        property=paths[0] if paths else "",
        severity="error" if severe else "warning",
        sources=tuple(sorted({each for one in group for each in (one.rule, *one.sources)})),
    )
