"""Whatever a template holds, no rule crashes: a crash would be a rule that was not held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.estate import worlds
from checks.rules import RULES
from checks.rules.judge import judge
from checks.template import Template
from tests.assemblies import synthesized

KINDS = sorted({kind for rule in RULES.values() for kind in rule.kinds})


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        inside = (_names(each) for each in value.values())
        return set(map(str, value)).union(*inside) if value else set()
    return set().union(*map(_names, value)) if isinstance(value, list) and value else set()


# Names that rules ask for, so that nonsense lies where they look.
NAMES = sorted(
    {
        name
        for system in ("community", "daadaar")
        for template in synthesized(system, "prod").templates.values()
        for resource in template["Resources"].values()
        for name in _names(resource.get("Properties", {}))
    }
)
LOGICAL_IDS = ("A", "B", "C")
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from(["", "*", "x", "10", "arn:aws:iam::1:root", "rate(1 day)", "{", "<a/b>", "$"]),
    st.sampled_from(LOGICAL_IDS).map(lambda name: {"Ref": name}),
    st.sampled_from(LOGICAL_IDS).map(lambda name: {"Fn::GetAtt": [name, "Arn"]}),
    st.just({"Fn::Join": ["", 7]}),
    st.just({"Fn::If": ["Nothing"]}),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    ),
    max_leaves=12,
)
RESOURCE = st.fixed_dictionaries(
    {
        "Type": st.sampled_from(KINDS),
        "Properties": st.one_of(st.dictionaries(st.sampled_from(NAMES), VALUES), VALUES),
    },
    optional={"DependsOn": VALUES, "Metadata": VALUES, "DeletionPolicy": VALUES},
)


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(st.dictionaries(st.sampled_from(LOGICAL_IDS), RESOURCE, min_size=1), VALUES)
def test_nonsense_is_judged_without_a_crash(resources: dict[str, Any], conditions: Any) -> None:
    body = {"Resources": resources, "Conditions": conditions, "Outputs": conditions}
    outcome = judge(worlds([Template("nonsense", body, region="us-east-1")]))
    assert outcome.failures == ()


def test_a_property_of_every_shape_in_every_place() -> None:
    """Each property of a real environment in turn is something else than anybody expects."""
    for shape in (None, [], {}, "x", 0, True, ["x"], {"x": {}}, [None], [[{}]]):
        for template in synthesized("community", "prod").templates.values():
            for body in _misshapen(template, shape):
                outcome = judge(worlds([Template("shape", body)]))
                assert outcome.failures == (), shape


def _misshapen(template: dict[str, Any], shape: Any) -> Iterator[dict[str, Any]]:
    """The template with one property of each resource changed, every property once."""
    resources = template["Resources"]
    most = max(len(each.get("Properties", {})) for each in resources.values())
    for turn in range(most):
        changed = {}
        for name, resource in resources.items():
            properties = dict(resource.get("Properties", {}))
            if turn < len(properties):
                properties[list(properties)[turn]] = shape
            changed[name] = {**resource, "Properties": properties}
        yield {**template, "Resources": changed}
