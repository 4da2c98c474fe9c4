"""The gate: every validator over the templates of one estate, and one verdict.

The fast ones run at every synthesis; the others join in `python -m checks`, `make check` and a
pipeline. What crashes or can't judge something is told like a finding, never taken for a pass.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from checks.estate import worlds
from checks.finding import Finding
from checks.graph import rules as graph
from checks.outcome import Outcome
from checks.rules import judge as own
from checks.tools import control_tower
from config.compliance import namespace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from checks.template import Template
    from config.model.environment import Environment

    Judge = Callable[[Sequence[Template]], Outcome]

FAILURE = "validator-failed"
LINT_CONFIG = Path(__file__).resolve().parents[1] / ".cfnlintrc.yaml"
Accepted = dict[tuple[str, str, str], str]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What all validators found, without what is accepted where it stands."""

    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...] = ()
    accepted: Mapping[Finding, str] = field(default_factory=dict)


def fast(templates: Sequence[Template], environment: Environment | None) -> list[Outcome]:
    """Our rules, the proof where there is a file, and Control Tower's rules."""
    try:
        found = worlds(templates)
    except Exception as error:  # noqa: BLE001 (whatever a template holds, it must not pass unread)
        return [Outcome(validator="Stackyard", failures=(f"cannot read the estate: {error!r}",))]
    outcomes = [own.judge(found, environment)]
    if environment:
        outcomes.append(graph.judge(found, environment))
    return [*outcomes, control_tower.judge(templates)]


def slow(groups: Sequence[Sequence[Template]]) -> list[Outcome]:
    """cfn-lint (with this project's exceptions), checkov and parliament, side by side.

    Each starts once for all groups: starting takes longer than a template does.
    """
    # Imported late: synthesis does without them.
    from checks.tools import cfn_lint, checkov, parliament  # noqa: PLC0415

    lint = partial(cfn_lint.judge, config=LINT_CONFIG)
    judges: list[Judge] = [checkov.judge, lint, parliament.judge]
    with ThreadPoolExecutor(max_workers=len(judges)) as pool:
        return list(chain.from_iterable(pool.map(partial(over, groups), judges)))


def over(groups: Sequence[Sequence[Template]], judge: Judge) -> list[Outcome]:
    """What a validator says of all groups at once; of each half where it breaks on one of them."""
    outcome = judge([template for group in groups for template in group])
    if outcome.failures and not outcome.evaluations and len(groups) > 1:
        middle = len(groups) // 2
        return [*over(groups[:middle], judge), *over(groups[middle:], judge)]
    return [outcome]


def verdict(outcomes: Sequence[Outcome], accepted: Accepted) -> Verdict:
    """All findings, each once, without those that are accepted."""
    from checks.tools.equal import merge  # noqa: PLC0415

    opened: list[Finding] = []
    let: dict[Finding, str] = {}
    for outcome in outcomes:
        for finding in outcome.findings:
            reason = reason_for(finding, accepted)
            if reason is None:
                opened.append(finding)
            else:
                let[finding] = reason
        opened += [failure(outcome, sentence) for sentence in outcome.failures]
    return Verdict(outcomes=tuple(outcomes), findings=tuple(sorted(merge(opened))), accepted=let)


def reason_for(finding: Finding, accepted: Accepted) -> str | None:
    """Why a finding is accepted where it stands, if it is."""
    identifier = f"{namespace_of(finding.rule)}::{finding.rule}"
    return accepted.get((finding.stack, finding.logical_id, identifier))


def failure(outcome: Outcome, sentence: str) -> Finding:
    """That a validator could not judge something."""
    return Finding(
        stack="",
        logical_id="",
        property="",
        rule=FAILURE,
        message=f"{outcome.validator}: {sentence}",
        remedy="what it could not judge is not checked: repair that first",
        sources=(FAILURE,),
    )
