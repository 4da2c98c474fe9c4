"""The verdicts as people and as programs read them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.changes.verdict import Verdict

HOW = "a sentence that says why its data may go"


def as_text(verdicts: Sequence[Verdict], same: Sequence[str] = ()) -> str:
    """Environment by environment, a line for each change, a summary, and what to do."""
    return "\n".join(_lines(verdicts, same))


def as_json(verdicts: Sequence[Verdict]) -> str:
    """One list of all changes."""
    found = [
        {"environment": verdict.environment, **asdict(change)}
        for verdict in verdicts
        for change in verdict.changes
    ]
    return json.dumps(found, indent=2)


def _lines(verdicts: Sequence[Verdict], same: Sequence[str]) -> Iterator[str]:
    for verdict in verdicts:
        if verdict.changes:
            yield verdict.environment
            yield from (f"  {each}" for each in verdict.changes)
        elif verdict.identical:
            yield f"{verdict.environment}: the same templates"
        else:
            yield f"{verdict.environment}: changes, but none of data, permissions or reach"
    if same:
        yield f"{', '.join(same)}: nothing that they are made of changed"
    yield _summary(verdicts, len(verdicts) + len(same))
    for verdict in verdicts:
        if verdict.wanted:
            yield f"If that is meant, systems/{verdict.environment}.yaml has to say so, and why:"
            yield "expendable:"
            yield from (f"  {name}: {HOW}" for name in verdict.wanted)


def _summary(verdicts: Sequence[Verdict], count: int) -> str:
    changes = [each for verdict in verdicts for each in verdict.changes]
    failing = sum(each.fails for each in changes)
    meant = sum(each.reason is not None for each in changes)
    others = sum(each.verdict != "note" for each in changes) - failing - meant
    environments = f"{count} environment{'' if count == 1 else 's'}"
    accepted = f", {meant} accepted with a reason" if meant else ""
    risks = "1 change puts" if failing == 1 else f"{failing or 'no'} changes put"
    return f"{environments}: {risks} data at risk{accepted}, {others} others"
