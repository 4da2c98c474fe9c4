"""AWS Control Tower's proactive rules, held against templates in this process."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from checks.finding import Finding
from checks.outcome import Evaluation, Outcome
from checks.tools.guard_engine import GuardEngine
from checks.tools.guard_rules import GuardRule, guard_rules
from checks.tools.guard_run import judged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from checks.outcome import Result
    from checks.template import Template
    from checks.tools.guard_run import Judged

VALIDATOR = "Control-Tower"

# Where a rule is behind the service: the value that it takes for a mistake, and why it is none.
WRONG = {
    "CT.ECS.PR.2": (
        "enhanced",
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html
        "more than `enabled`, the one value that the rule knows",
    ),
}


def judge(templates: Sequence[Template], rules: Sequence[GuardRule] | None = None) -> Outcome:
    """Every rule of the package (or these) against every resource of its types.

    `passed` says that a rule found nothing, be it that a precondition of its own did not hold.
    """
    try:
        rules = guard_rules() if rules is None else rules
        said = judged(templates, rules)
    except Exception as error:  # noqa: BLE001 (whatever breaks in there is told, never thrown)
        failure = f"Control Tower's rules could not be held against anything: {error!r}"
        return Outcome(validator=VALIDATOR, failures=(failure,))
    bodies = {
        (template.stack, logical_id): body
        for template in templates
        for logical_id, body in template.section("Resources").items()
    }
    findings, evaluations = [], []
    for rule, stack, logical_id in _pairs(bodies, rules, said):
        path = said.blamed.get((rule.id, stack, logical_id))
        result: Result = "passed" if stack else "not applicable"
        if path is not None:
            wrong = rule.id in WRONG and _at(bodies[stack, logical_id], path) == WRONG[rule.id][0]
            result = "not applicable" if wrong else "failed"
        if result == "failed":
            findings.append(_finding(rule, stack, logical_id, path or ""))
        evaluations.append(
            Evaluation(
                validator=VALIDATOR,
                rule=rule.id,
                title=rule.title,
                stack=stack,
                logical_id=logical_id,
                result=result,
            )
        )
    return Outcome(
        validator=VALIDATOR,
        findings=tuple(sorted(findings)),
        evaluations=tuple(evaluations),
        failures=tuple(dict.fromkeys(said.failures)),
    )


def prepare() -> None:
    """What takes longest at first use, for a thread that runs while others wait for something."""
    with contextlib.suppress(Exception):  # judging tells what is wrong
        GuardEngine(())


def _pairs(
    bodies: Mapping[tuple[str, str], Any], rules: Sequence[GuardRule], said: Judged
) -> Iterator[tuple[GuardRule, str, str]]:
    """Each rule with each resource that it is about, or with none where there is none."""
    places: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for place, body in bodies.items():
        places[str(body.get("Type"))][place] = None
    blamed: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for rule_id, stack, logical_id in said.blamed:
        blamed[rule_id][stack, logical_id] = None
    for rule in rules:
        if rule.id not in said.broken:
            about = blamed[rule.id].copy()
            for kind in rule.kinds:
                about |= places.get(kind, {})
            for place in about or [("", "")]:
                yield rule, *place


def _at(value: Any, path: str) -> Any:
    """What stands at a path such as `Properties.ClusterSettings.0.Value`, if anything does."""
    for name in path.split("."):
        if isinstance(value, list) and name.isdigit():
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def _finding(rule: GuardRule, stack: str, logical_id: str, path: str) -> Finding:
    return Finding(
        stack=stack,
        logical_id=logical_id,
        property=path,
        rule=rule.id,
        message=rule.title,
        remedy=rule.remedy,
        sources=(rule.id,),
    )
