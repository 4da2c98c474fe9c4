"""cdk-nag's packs, with all that their rules answer: also what passed, which cdk-nag forgets.

Every answer crosses from Node.js to Python and back, a quarter of a millisecond each: that is for
evidence, and too slow for every synthesis.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cdk_nag import NagRuleCompliance

from checks.outcome import Evaluation, Outcome
from checks.packs import class_of
from reports.rules import rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aws_cdk import CfnResource
    from cdk_nag import IApplyRule, NagPack

    from checks.outcome import Result
    from reports.rules import Rule


@dataclass(frozen=True)
class Answer:
    """What one rule said of one resource: the findings where it failed, by their brackets."""

    path: str
    rule: Rule
    result: Result
    findings: tuple[str, ...] = ()
    failure: str = ""


@dataclass
class Recorder:
    """The answers of one pack, as they come."""

    pack: str
    answers: list[Answer] = field(default_factory=list)
    _order: list[Rule] = field(default_factory=list)
    _path: str = ""
    _next: int = 0

    def resource(self, path: str) -> None:
        """The next answers are about this resource."""
        self._path, self._next = path, 0

    def add(self, params: IApplyRule, node: CfnResource) -> bool:
        """Ask a rule about the resource, and keep its answer; whether it found something."""
        # A pack applies the same rules in the same order to every resource: the first one tells.
        if self._next == len(self._order):
            self._order.append(rules_of(self.pack)[params.info])
        rule = self._order[self._next]
        self._next += 1
        answer = _asked(self._path, rule, params, node)
        self.answers.append(answer)
        return answer.result == "failed"

    def outcome(self, places: Mapping[str, tuple[str, str]]) -> Outcome:
        """The answers as evidence, by stack and logical id: `places` knows them by path."""
        return Outcome(
            validator=self.pack,
            evaluations=tuple(sorted(self._evaluations(places))),
            failures=tuple(a.failure for a in self.answers if a.failure),
        )

    def _evaluations(self, places: Mapping[str, tuple[str, str]]) -> Iterator[Evaluation]:
        idle = dict.fromkeys(self._order)
        for answer in self.answers:
            if answer.result != "not applicable":
                idle.pop(answer.rule, None)
                for bracket in answer.findings or ("",):
                    stack, logical_id = places[answer.path]
                    yield self._of(answer.rule, answer.result, stack, logical_id, bracket)
        for rule in idle:
            yield self._of(rule, "not applicable")

    def _of(
        self, rule: Rule, result: Result, stack: str = "", logical_id: str = "", bracket: str = ""
    ) -> Evaluation:
        return Evaluation(
            validator=self.pack,
            rule=f"{rule.rule}[{bracket}]" if bracket else rule.rule,
            title=rule.info,
            stack=stack,
            logical_id=logical_id,
            result=result,
        )


def _asked(path: str, rule: Rule, params: IApplyRule, node: CfnResource) -> Answer:
    try:
        said: Any = params.rule(node)
    except RuntimeError as error:
        # cdk-nag counts a rule that gave up as a finding, and so do we.
        cause = str(error).partition("\n")[0]
        failure = f"{path}: {rule.rule} could not judge: {cause}"
        return Answer(path, rule, "failed", failure=failure)
    if isinstance(said, list):
        return Answer(path, rule, "failed" if said else "passed", findings=tuple(said))
    results: dict[NagRuleCompliance, Result] = {
        NagRuleCompliance.COMPLIANT: "passed",
        NagRuleCompliance.NON_COMPLIANT: "failed",
        NagRuleCompliance.NOT_APPLICABLE: "not applicable",
    }
    return Answer(path, rule, results[said])


def recording(recorder: Recorder) -> NagPack:
    """The recorder's pack, which tells it all that it is told, and judges as it always does."""
    base: Any = class_of(recorder.pack)

    class Recording(base):  # type: ignore[misc]
        """The pack with its two steps overheard."""

        def _check_resource(self, node: CfnResource) -> None:
            self._node = node
            recorder.resource(node.node.path)
            super()._check_resource(node)

        def _apply_rule(self, params: IApplyRule) -> None:
            # Only what was found can be a violation: the rest need not be judged twice.
            if recorder.add(params, self._node):
                super()._apply_rule(params)

    found: NagPack = Recording(verbose=True)
    return found
