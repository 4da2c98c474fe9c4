"""Evidence of compliance: `python -m reports.compliance SYSTEM ENVIRONMENT [FOLDER]`.

The environment is synthesized with all of its packs, and every answer of theirs is kept. Part of
`make report`, which fails where a finding is open.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import app
from checks.assembly import find
from checks.gate import fast
from checks.metadata import places
from checks.packs import active
from checks.plugin import ControlTower, OwnRules
from checks.register import register
from config.errors import ConfigError
from config.load import load_environment
from reports.controls import of_others, of_packs
from reports.evidence import templates, write
from reports.recording import Recorder, recording
from reports.records import STATUSES, counts, records

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from reports.records import Record

FOLDER = "report"


def evidence(system: str, environment: str, folder: Path, today: date) -> int:
    """Write the evidence of an environment and sum it up; 1 if something is open."""
    spec = load_environment(system, environment)
    packs = active(spec)
    recorders = [Recorder(pack) for pack in packs]
    with tempfile.TemporaryDirectory() as home:
        chosen = ["-c", f"system={system}", "-c", f"environment={environment}", "-o", home]
        status = app.main(
            chosen,
            packs=lambda: [
                *(recording(each) for each in recorders),
                OwnRules(spec),
                ControlTower(),
            ],
        )
        if status == app.UNUSABLE:
            return status
        assembly = Path(home)
        where = places(assembly)
        outcomes = [recorder.outcome(where) for recorder in recorders]
        for group in find(assembly).groups:
            outcomes += fast(group, spec)
        rules = {each.rule for outcome in outcomes for each in outcome.evaluations}
        controls = of_others(rules) | of_packs(packs)
        found = records(outcomes, register(assembly), today, controls)
        failures = [failure for outcome in outcomes for failure in outcome.failures]
        files = write(
            folder / f"{system}-{environment}",
            found,
            environment=f"{system}/{environment}",
            today=today,
            judged=templates(assembly),
            failures=failures,
        )
    print(*summary(found), *failures, *files, sep="\n")
    opened = any(record.status == "failed" for record in found)
    return app.FINDINGS if status or opened or failures else 0


def summary(found: Sequence[Record]) -> Iterator[str]:
    """A line for each pack, one for each rule that waits for later work, and the open ones."""
    counted = counts(found)
    width = max(map(len, counted))
    for pack, rules in counted.items():
        ended = ", ".join(f"{rules[status]} {status}" for status in reversed(STATUSES))
        yield f"{pack:{width}}  {rules.total():3} rules: {ended}"
    for status in ("planned", "failed"):
        for record in found:
            places = [each for each in record.judged if each.status == status]
            if places:
                until = {str(each.terms.until) for each in places if each.terms}
                by = f" until {', '.join(sorted(until))}" if until else ""
                yield f"{status}{by}: {record.rule} ({len(places)}): {record.title}"


def main(arguments: Sequence[str]) -> int:
    """The command; 2 where it is not understood or the file can't be used."""
    if len(arguments) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return app.UNUSABLE
    system, environment, *folder = arguments
    today = datetime.now(UTC).date()
    try:
        return evidence(system, environment, Path(*folder or [FOLDER]), today)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return app.UNUSABLE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
