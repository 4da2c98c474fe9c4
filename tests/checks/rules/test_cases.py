"""Each rule lets its good example pass and finds its bad ones, where they are.

A case file has `good: {LogicalId: resource, …}` and `bad:`, a list of `finds: LogicalId.property`
with `resources:`. What a rule reads of a file of systems/ is tested with the environments.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from checks.estate import worlds
from checks.rules import RULES
from checks.rules.judge import judge
from checks.template import Template, parsed

CASES = Path(__file__).with_name("cases")


def _case(name: str) -> dict[str, Any]:
    file = CASES / f"{name}.yaml"
    assert file.is_file(), f"{name} has no example"
    case: dict[str, Any] = parsed(file.read_text())
    return case


def _found(name: str, resources: dict[str, Any]) -> set[str]:
    body = {"Resources": resources}
    template = Template("case", body, account="111111111111", region="us-east-1")
    outcome = judge(worlds([template]), rules=[RULES[name]])
    assert outcome.failures == ()
    places = (
        f"{each.logical_id}.{each.property.removeprefix('Properties.')}"
        for each in outcome.findings
    )
    return {place.rstrip(".") for place in places}


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_good_example_passes(name: str) -> None:
    case = _case(name)
    assert case["good"]
    assert _found(name, case["good"]) == set()


@pytest.mark.parametrize("name", sorted(RULES))
def test_each_bad_example_is_found_where_it_is(name: str) -> None:
    case = _case(name)
    assert case["bad"]
    for bad in case["bad"]:
        assert bad["finds"] in _found(name, bad["resources"]), bad


def test_every_example_belongs_to_a_rule() -> None:
    assert {file.stem for file in CASES.glob("*.yaml")} == set(RULES)


@pytest.mark.parametrize("name", sorted(RULES))
def test_says_why_and_who_says_so(name: str) -> None:
    rule = RULES[name]
    assert rule.source.startswith("https://")
    assert len(rule.why.split()) > 3
    assert not rule.title.endswith(".")
    assert not rule.why.endswith(".")
