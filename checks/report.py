"""The verdict of a synthesis: what every validator wrote into the assembly, each mistake once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.gate import verdict
from checks.register import problems, register
from checks.tools import cdk_report

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from checks.finding import Finding


def findings(assembly: Path, *, today: date) -> list[Finding]:
    """The open findings of a cloud assembly, and what is wrong with what it accepts."""
    if not (assembly / cdk_report.REPORT).is_file():
        # Nothing was to judge: whoever runs the app so has said so.
        return []
    # What is accepted is no violation of the report any more.
    opened = verdict([cdk_report.judge(assembly)], {}).findings
    return sorted([*opened, *problems(register(assembly), today)])
