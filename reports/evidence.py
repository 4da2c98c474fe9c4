"""Evidence in files: JSON for programs, CSV for whoever fills in an audit's spreadsheet."""

from __future__ import annotations

import csv
import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from reports.records import counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from reports.records import Judged, Record

COLUMNS = (
    *("pack", "rule", "status", "stack", "resource", "finding", "reason", "until"),
    *("title", "pack_controls", "fsbp", "soc2"),
)


def templates(assembly: Path) -> dict[str, str]:
    """The SHA-256 of every template of an assembly: what it was that was judged."""
    return {
        file.name: sha256(file.read_bytes()).hexdigest()
        for file in sorted(assembly.rglob("*.template.json"))
    }


def write(
    folder: Path,
    records: Sequence[Record],
    *,
    environment: str,
    today: date,
    judged: dict[str, str],
    failures: Sequence[str] = (),
) -> tuple[Path, Path]:
    """Write compliance.json and compliance.csv into a folder, and say where they are.

    `judged` are the templates, `failures` what validators could not judge.
    """
    folder.mkdir(parents=True, exist_ok=True)
    body = {
        "environment": environment,
        "date": today.isoformat(),
        "templates": judged,
        "rules_by_status": {pack: dict(counted) for pack, counted in counts(records).items()},
        "not_judged": list(failures),
        "rules": [_as_json(record) for record in records],
    }
    as_json, as_csv = folder / "compliance.json", folder / "compliance.csv"
    as_json.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    with as_csv.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(row for record in records for row in _rows(record))
    return as_json, as_csv


def _as_json(record: Record) -> dict[str, Any]:
    controls = record.controls
    return {
        "pack": record.pack,
        "rule": record.rule,
        "title": record.title,
        "status": record.status,
        "controls": {
            "pack": list(controls.pack),
            "fsbp": list(controls.fsbp),
            "soc2": list(controls.soc2),
        },
        "resources": [_resource(each) for each in record.judged],
    }


def _resource(judged: Judged) -> dict[str, str]:
    found = {"stack": judged.stack, "resource": judged.resource, "status": judged.status}
    if judged.finding:
        found["finding"] = judged.finding
    if judged.terms:
        found["reason"] = judged.terms.reason
        if judged.terms.until:
            found["until"] = judged.terms.until.isoformat()
    return found


def _rows(record: Record) -> Iterator[tuple[str, ...]]:
    """A row for each resource, and one without for a rule that no resource is the matter of."""
    controls = record.controls
    named = (*map(" ".join, (controls.pack, controls.fsbp, controls.soc2)),)
    for each in record.judged:
        found = _resource(each)
        of_resource = (found.get(name, "") for name in COLUMNS[2:8])
        yield (record.pack, record.rule, *of_resource, record.title, *named)
    if not record.judged:
        nothing = ("",) * 5
        yield (record.pack, record.rule, record.status, *nothing, record.title, *named)
