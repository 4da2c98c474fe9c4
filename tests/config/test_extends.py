"""Files that extend others: what is merged, what is replaced, and whose mistake it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.load import load_environment, systems
from tests.config.files import GOOD, extended, written

# What the base says, what the file says, what comes of both.
RULES: dict[str, tuple[str, str, Any]] = {
    "mappings merge": ("x: {a: 1, b: 2}", "x: {b: 3, c: 4}", {"x": {"a": 1, "b": 3, "c": 4}}),
    "mappings merge at any depth": (
        "x: {y: {z: {a: 1, b: 2}}}",
        "x: {y: {z: {b: 3}}}",
        {"x": {"y": {"z": {"a": 1, "b": 3}}}},
    ),
    "a list replaces a list": ("x: [1, 2, 3]", "x: [4]", {"x": [4]}),
    "an empty list replaces a list": ("x: [1, 2]", "x: []", {"x": []}),
    "mappings in lists do not merge": ("x: [{a: 1}]", "x: [{b: 2}]", {"x": [{"b": 2}]}),
    "a scalar replaces a scalar": ("x: 1", "x: two", {"x": "two"}),
    "a scalar replaces a mapping": ("x: {a: 1}", "x: 2", {"x": 2}),
    "a mapping replaces a scalar": ("x: 1", "x: {a: 2}", {"x": {"a": 2}}),
    "an empty mapping changes nothing": ("x: {a: 1}", "x: {}", {"x": {"a": 1}}),
    "null removes a key": ("x: 1\ny: 2", "x: null", {"y": 2}),
    "null removes a mapping": ("x: {a: 1}\ny: 2", "x:", {"y": 2}),
    "null removes a key at any depth": (
        "x: {y: {a: 1, b: 2}}",
        "x: {y: {a: }}",
        {"x": {"y": {"b": 2}}},
    ),
    "null without a key to remove stays": ("x: {a: 1}", "x: {b: }", {"x": {"a": 1, "b": None}}),
    "what only one of them says stays": ("x: 1", "y: 2", {"x": 1, "y": 2}),
}


@pytest.mark.parametrize(("base", "top", "merged"), RULES.values(), ids=RULES)
def test_a_file_is_merged_over_its_base(base: str, top: str, merged: Any, tmp_path: Path):
    assert extended(tmp_path, f"extends: base.yaml\n{top}", base=base).data == merged


def test_of_several_bases_the_later_wins(tmp_path: Path):
    document = extended(
        tmp_path,
        "extends: [one.yaml, two.yaml]\nd: 3",
        one="a: 1\nb: {x: 1, y: 1}\nc: 1\nd: 1",
        two="b: {y: 2}\nc: null\nd: 2",
    )

    assert document.data == {"a": 1, "b": {"x": 1, "y": 2}, "d": 3}


def test_a_base_has_a_base(tmp_path: Path):
    document = extended(
        tmp_path, "extends: one.yaml\nc: 3", one="extends: two.yaml\nb: 2", two="a: 1\nb: 1\nc: 1"
    )

    assert document.data == {"a": 1, "b": 2, "c": 3}


def test_two_bases_may_share_a_base(tmp_path: Path):
    document = extended(
        tmp_path,
        "extends: [one.yaml, two.yaml]",
        one="extends: all.yaml\na: 1",
        two="extends: all.yaml\nb: 2",
        all="a: 0\nb: 0",
    )

    assert document.data == {"a": 0, "b": 2}


def test_no_bases_are_no_mistake(tmp_path: Path):
    assert extended(tmp_path, "extends: []\na: 1").data == {"a": 1}


def test_every_value_keeps_the_place_where_it_was_written(tmp_path: Path):
    document = extended(
        tmp_path,
        "extends: base.yaml\nx:\n  b: 3\n  l: [9]\n",
        base="# above\nx:\n  a: 1\n  b: 2\n  l:\n    - 1\n    - 2\n",
    )

    assert document.place(("x", "a")) == ("systems/demo/base.yaml", 3)
    assert document.place(("x", "b")) == ("systems/demo/prod.yaml", 3)
    assert document.place(("x", "l", 0)) == ("systems/demo/prod.yaml", 4)
    assert document.place(("x", "l", 1)) == ("systems/demo/prod.yaml", 4)
    assert document.place(("x", "missing")) == ("systems/demo/prod.yaml", 2)


def test_a_removed_value_keeps_no_place(tmp_path: Path):
    document = extended(tmp_path, "extends: base.yaml\nx:\n", base="\n\nx:\n  a: 1\n")

    assert [path for path in document.places if path] == []


def test_an_environment_may_be_spread_over_fragments(tmp_path: Path):
    written(tmp_path, GOOD.replace("environment: prod\n", ""), name="base.yaml")
    root = written(
        tmp_path, "environment: prod\nextends: base.yaml\nstores: {cache: {max_gb: 9}}\n"
    )

    environment = load_environment("demo", "prod", root=root)

    assert environment.stores["cache"].max_gb == 9
    assert environment.stores["database"].version == "17.11"
    assert systems(root) == {"demo": ("prod",)}


def test_a_fragment_is_no_environment(tmp_path: Path):
    written(tmp_path, GOOD)
    root = written(tmp_path, "region: us-east-1\n", name="base.yaml")

    with pytest.raises(ConfigError) as refusal:
        load_environment("demo", "base", root=root)

    assert systems(root) == {"demo": ("prod",)}
    assert str(refusal.value) == (
        "systems/demo/base.yaml: has no `environment: base`: it can be extended, but not deployed"
    )
