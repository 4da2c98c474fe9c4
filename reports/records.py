"""Every rule with the resources it was held against, how that ended, and on what terms."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from reports.controls import Controls, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from checks.outcome import Evaluation, Outcome
    from checks.register import Entry
    from config.compliance import Terms

Status = Literal["failed", "planned", "acknowledged", "passed", "not applicable"]
# From what weighs most: a rule is as good as the worst of its resources.
STATUSES: tuple[Status, ...] = ("failed", "planned", "acknowledged", "passed", "not applicable")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """How one rule ended on one resource; `terms` where a finding is accepted."""

    stack: str
    resource: str
    finding: str
    status: Status
    terms: Terms | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """A rule with all that it was held against (nothing, where nothing of its kind exists)."""

    pack: str
    rule: str
    title: str
    controls: Controls
    judged: tuple[Judged, ...]

    @property
    def status(self) -> Status:
        """The worst of its resources."""
        found = {each.status for each in self.judged}
        return next((status for status in STATUSES if status in found), "not applicable")


def records(
    outcomes: Iterable[Outcome],
    entries: Iterable[Entry],
    today: date,
    controls: Mapping[str, Controls],
) -> list[Record]:
    """The evaluations of all validators by rule, with what the register says of findings.

    `controls` are those that rules speak to, by the rules' ids; a title may name more.
    """
    accepted = {
        (entry.rule, entry.stack, logical_id): entry.terms
        for entry in entries
        if entry.used
        for logical_id in entry.logical_ids
    }
    by_rule: dict[tuple[str, str], list[Evaluation]] = defaultdict(list)
    for outcome in outcomes:
        for each in outcome.evaluations:
            by_rule[each.validator, each.rule.partition("[")[0]].append(each)
    return [
        _record(rule, evaluations, accepted, today, controls.get(rule, Controls()))
        for (_, rule), evaluations in by_rule.items()
    ]


def _record(
    rule: str,
    evaluations: Sequence[Evaluation],
    accepted: Mapping[tuple[str, str, str], Terms],
    today: date,
    controls: Controls,
) -> Record:
    title, named = split(evaluations[0].title)
    return Record(
        pack=evaluations[0].validator,
        rule=rule,
        title=title,
        controls=replace(controls, pack=(*controls.pack, *named)),
        judged=tuple(
            _judged(each, accepted.get((each.rule, each.stack, each.logical_id)), today)
            for each in evaluations
            if each.result != "not applicable"
        ),
    )


def _judged(evaluation: Evaluation, terms: Terms | None, today: date) -> Judged:
    failed = evaluation.result == "failed"
    return Judged(
        stack=evaluation.stack,
        resource=evaluation.logical_id,
        finding=evaluation.rule if failed else "",
        status=_status(evaluation, terms, today),
        terms=terms if failed else None,
    )


def _status(evaluation: Evaluation, terms: Terms | None, today: date) -> Status:
    if evaluation.result != "failed":
        return evaluation.result
    if terms is None or (terms.until and terms.until < today):
        return "failed"
    return "planned" if terms.planned else "acknowledged"


def counts(found: Iterable[Record]) -> dict[str, Counter[Status]]:
    """How many rules of each pack ended how."""
    counted: dict[str, Counter[Status]] = defaultdict(Counter)
    for record in found:
        counted[record.pack][record.status] += 1
    return dict(counted)
