"""What one validator says of one estate: findings, evidence, and what it could not judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checks.finding import Finding

Result = Literal["passed", "failed", "not applicable"]


@dataclass(frozen=True, order=True, kw_only=True)
class Evaluation:
    """That a rule was held against one resource (or none, where nothing of its kind exists)."""

    validator: str
    rule: str
    title: str
    stack: str
    logical_id: str
    result: Result


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Findings and evidence of one validator.

    `failures` are sentences about what it could not judge (a crash, a template it skipped, a rule
    it does not understand). They are never a pass: whoever reads an outcome has to tell them.
    """

    validator: str
    findings: tuple[Finding, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
    failures: tuple[str, ...] = ()
