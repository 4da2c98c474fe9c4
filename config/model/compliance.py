"""What an environment has to comply with, and what its file accepts of the findings."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator

from config.model.base import Part, Reason, fitting

Pack = Literal["hipaa", "nist-800-53-r5", "pci", "serverless"]
FEWEST_WORDS = 6
PAIRS = {")": "(", "]": "[", "}": "{"}


def _each_once(names: tuple[Pack, ...]) -> tuple[Pack, ...]:
    if len(set(names)) < len(names):
        raise ValueError("a list that names each pack once")
    return names


def _closed(rule: str) -> str:
    # CDK reads ids by their brackets, and takes none that stay open.
    opened = ""
    for each in rule:
        if each in PAIRS.values():
            opened += each
        elif each in PAIRS:
            opened = opened[:-1] if opened[-1:] == PAIRS[each] else f"{opened}{each}"
    if opened:
        raise ValueError("a finding's exact id, with every bracket closed")
    return rule


def _explains(text: str) -> str:
    if len(text.split()) < FEWEST_WORDS:
        raise ValueError(f"a reason of {FEWEST_WORDS} words or more that would convince an auditor")
    return text


Compliance = Annotated[tuple[Pack, ...], AfterValidator(_each_once)]
RuleId = Annotated[
    str,
    fitting(
        r"^[A-Za-z][A-Za-z0-9._-]*(\[[^\n]+\])?$",
        "a finding's exact id such as AwsSolutions-RDS11, as the finding itself names it",
    ),
    AfterValidator(_closed),
]


class Accepted(Part):
    """A finding that is accepted on all resources of one node: always, or `until` a day.

    `planned` is what later work brings; it needs `until`, and fails when that day has passed. One
    that nothing needs any more fails as well.
    """

    rule: RuleId
    node: str
    reason: Annotated[Reason, AfterValidator(_explains)]
    until: date | None = None
    planned: bool = False
