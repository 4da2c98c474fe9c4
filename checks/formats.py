"""Findings for people (text), for programs (JSON) and for code scanning (SARIF 2.1.0)."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.finding import Finding

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def text(findings: Sequence[Finding]) -> str:
    """A line each."""
    return "".join(f"{finding}\n" for finding in findings)


def as_json(findings: Sequence[Finding]) -> str:
    """One list."""
    return json.dumps([asdict(finding) for finding in findings], indent=2) + "\n"


def sarif(findings: Sequence[Finding]) -> str:
    """One run with a result each; places are logical, since templates are generated."""
    rules = sorted({finding.rule for finding in findings})
    run = {
        "tool": {"driver": {"name": "stackyard", "rules": [{"id": rule} for rule in rules]}},
        "results": [_result(finding, rules.index(finding.rule)) for finding in findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(finding: Finding, index: int) -> dict[str, Any]:
    place = {
        "physicalLocation": {
            "artifactLocation": {"uri": f"{finding.stack or 'none'}.template.json"}
        },
        "logicalLocations": [
            {
                "name": finding.logical_id or finding.stack,
                "fullyQualifiedName": finding.place,
                "kind": "resource",
            }
        ],
    }
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": f"{finding.message}: {finding.remedy}"},
        "locations": [place],
    }


FORMATS = {"text": text, "json": as_json, "sarif": sarif}
