"""Which controls of AWS and of SOC 2 a rule speaks to.

controls.csv lists, by the subject that packs share, AWS's Foundational Security Best Practices
(https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html), where one asks for
the same, and the criteria of the 2017 Trust Services Criteria that the kind of safeguard serves:
CC6.1 encryption, keys and credentials, CC6.3 least privilege, CC6.6 boundaries, CC6.7 transmission,
CC7.1 known vulnerabilities, CC7.2 and CC7.3 detection, A1.1 capacity, A1.2 backups and recovery.
AWS publishes the first; the second is our reading. An empty field means that none is known.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from config.compliance import NAMES, subject_of
from reports.rules import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DATA = Path(__file__).with_name("controls.csv")
OF_PACK = re.compile(r"\s*-?\s*\(Control IDs?: (.*)\)\.?\s*$", re.DOTALL)
# A comma inside of parentheses belongs to the id.
BETWEEN = re.compile(r",\s+(?![^(]*\))")


@dataclass(frozen=True, kw_only=True)
class Controls:
    """Ids of controls: those that the pack itself names, AWS's and SOC 2's."""

    pack: tuple[str, ...] = ()
    fsbp: tuple[str, ...] = ()
    soc2: tuple[str, ...] = ()


@cache
def by_subject() -> Mapping[str, Controls]:
    """What controls.csv says."""
    with DATA.open(newline="") as file:
        return {
            row["subject"]: Controls(
                fsbp=tuple(row["fsbp"].split()), soc2=tuple(row["soc2"].split())
            )
            for row in csv.DictReader(file)
        }


def of_others(rules: Iterable[str]) -> dict[str, Controls]:
    """The controls of rules that are about the same as one of a pack, by the rules' ids."""
    known = by_subject()
    found = {}
    for rule in rules:
        subject = subject_of(rule)
        if controls := known.get(NAMES.get(subject, subject)):
            found[rule] = controls
    return found


def of_packs(packs: Iterable[str]) -> dict[str, Controls]:
    """The controls of every rule of cdk-nag's packs, by the rules' ids."""
    known = by_subject()
    return {
        rule.rule: known.get(rule.subject, Controls())
        for pack in packs
        for rule in rules_of(pack).values()
    }


def split(title: str) -> tuple[str, tuple[str, ...]]:
    """A rule's title, and the controls that it names at its end."""
    found = OF_PACK.search(title)
    if not found:
        return title.strip(), ()
    return title[: found.start()].strip(), tuple(dict.fromkeys(BETWEEN.split(found[1])))
