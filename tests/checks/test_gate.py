"""The slower validators over many groups of templates: once, or alone where one breaks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.gate import over
from checks.outcome import Evaluation, Outcome
from checks.template import Template

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUPS = [[Template("a", {}), Template("b", {})], [Template("broken", {})], [Template("c", {})]]


def _outcome(stacks: Sequence[str]) -> Outcome:
    return Outcome(
        validator="each",
        evaluations=tuple(
            Evaluation(
                validator="each", rule="r", title="", stack=stack, logical_id="", result="passed"
            )
            for stack in stacks
        ),
    )


def test_it_starts_once_for_all_groups() -> None:
    calls = []

    def judge(templates: Sequence[Template]) -> Outcome:
        calls.append([each.stack for each in templates])
        return _outcome(calls[-1])

    assert over(GROUPS, judge) == [_outcome(["a", "b", "broken", "c"])]
    assert calls == [["a", "b", "broken", "c"]]


def test_one_template_that_breaks_it_hides_no_other() -> None:
    def judge(templates: Sequence[Template]) -> Outcome:
        stacks = [each.stack for each in templates]
        if "broken" in stacks:
            return Outcome(validator="each", failures=("it broke",))
        return _outcome(stacks)

    assert over(GROUPS, judge) == [
        _outcome(["a", "b"]),
        Outcome(validator="each", failures=("it broke",)),
        _outcome(["c"]),
    ]


def test_a_failure_beside_results_is_told_and_nothing_is_judged_twice() -> None:
    calls = []

    def judge(templates: Sequence[Template]) -> Outcome:
        calls.append(templates)
        some = _outcome(["a"])
        return Outcome(validator="each", evaluations=some.evaluations, failures=("one rule broke",))

    assert [each.failures for each in over(GROUPS, judge)] == [("one rule broke",)]
    assert len(calls) == 1
