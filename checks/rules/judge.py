"""Holding every rule against every resource: findings, and evidence of what passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.outcome import Evaluation, Outcome
from checks.rules import RULES, Scene

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from checks.estate import Estate, Resource
    from checks.finding import Finding
    from checks.outcome import Result
    from checks.rules import Rule
    from config.model.environment import Environment

VALIDATOR = "Stackyard"


def judge(
    worlds: Sequence[Estate],
    environment: Environment | None = None,
    *,
    rules: Iterable[Rule] | None = None,
) -> Outcome:
    """What our rules say of an estate, in each of its worlds."""
    findings: dict[Finding, None] = {}
    evaluations: dict[tuple[str, str, str], Evaluation] = {}
    failures: list[str] = []
    scenes = [Scene(estate=estate, environment=environment) for estate in worlds]
    for each in RULES.values() if rules is None else rules:
        applies = scenes[0].production or not each.production
        judged = False
        for scene in scenes if applies else []:
            for resource in scene.estate.of(*each.kinds):
                judged = True
                try:
                    found = list(each.faults(resource, scene))
                except Exception as error:  # noqa: BLE001 (a rule that fails must not pass)
                    failures.append(f"{each.name}: failed at {resource.ref}: {error!r}")
                    continue
                findings |= dict.fromkeys(found)
                _note(evaluations, each, resource, passed=not found)
        if not judged:
            evaluations[each.name, "", ""] = _evaluation(each, "", "", "not applicable")
    return Outcome(
        validator=VALIDATOR,
        findings=tuple(findings),
        evaluations=tuple(evaluations.values()),
        failures=tuple(dict.fromkeys(failures)),
    )


def _note(
    evaluations: dict[tuple[str, str, str], Evaluation],
    rule: Rule,
    resource: Resource,
    *,
    passed: bool,
) -> None:
    key = (rule.name, resource.stack, resource.logical_id)
    before = evaluations.get(key)
    if before is None or before.result == "passed":
        result: Result = "passed" if passed else "failed"
        evaluations[key] = _evaluation(rule, resource.stack, resource.logical_id, result)


def _evaluation(rule: Rule, stack: str, logical_id: str, result: Result) -> Evaluation:
    return Evaluation(
        validator=VALIDATOR,
        rule=rule.name,
        title=rule.title,
        stack=stack,
        logical_id=logical_id,
        result=result,
    )
