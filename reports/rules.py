"""The rules of cdk-nag's packs, as the package itself describes them.

jsii hands a rule to Python without its name, so names are read from the package's own source, by
the text that goes with each.
"""

from __future__ import annotations

import re
import tarfile
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from config.compliance import AWS_SOLUTIONS, HIPAA, NIST, PCI, SERVERLESS

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCES = {
    AWS_SOLUTIONS: "aws-solutions",
    HIPAA: "hipaa-security",
    NIST: "nist-800-53-r5",
    PCI: "pci-dss-321",
    SERVERLESS: "serverless",
}
APPLIED = re.compile(r"this\.applyRule\(\{(.*?)\n\s*\}\);", re.DOTALL)
INFO = re.compile(r"""\binfo: (?P<quote>['"`])(?P<text>.*?)(?<!\\)(?P=quote),\n""", re.DOTALL)
FUNCTION = re.compile(r"\brule: [\w.]+\.(\w+),")
NUMBER = re.compile(r"\bruleSuffixOverride: '([^']+)'")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of a pack: its id, what it asks for, and its subject, which packs share."""

    rule: str
    subject: str
    info: str


@cache
def rules_of(pack: str) -> Mapping[str, Rule]:
    """The rules of a pack by their texts."""
    found = {}
    for applied in APPLIED.findall(_source(pack)):
        info, function = INFO.search(applied), FUNCTION.search(applied)
        if not info or not function:
            raise ValueError(f"a rule of {pack} is written otherwise than it was: {applied[:200]}")
        text = re.sub(r"\\(.)", r"\1", info["text"])
        number = NUMBER.search(applied)
        name = number[1] if number else function[1]
        found[text] = Rule(rule=f"{pack}-{name}", subject=function[1], info=text)
    return found


def _source(pack: str) -> str:
    (bundle,) = (
        each
        for each in resources.files("cdk_nag._jsii").iterdir()
        if each.name.endswith(".jsii.tgz")
    )
    with bundle.open("rb") as file, tarfile.open(fileobj=file, mode="r:gz") as archive:
        member = archive.extractfile(f"package/lib/packs/{SOURCES[pack]}.js")
        if member is None:
            raise ValueError(f"cdk-nag has no source of {pack}")
        return member.read().decode()
