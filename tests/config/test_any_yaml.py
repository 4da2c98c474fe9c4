"""Whatever stands in a file, it is an environment or a ConfigError that a person can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import ConfigError, Problem
from config.model.environment import Environment
from tests.config.files import FARGATE, GOOD, loaded

GOOD_DATA = yaml.safe_load(GOOD)
FARGATE_DATA = yaml.safe_load(FARGATE)
MARK = "@@any@@"
CHECKED = settings(max_examples=250, deadline=None, derandomize=True, database=None)

TEXTS = st.text(alphabet=st.characters(exclude_categories=()), max_size=30)
# What YAML reads as something else than text, and what has broken readers before.
ODD = """
    .nan .inf -.inf ~ 0x10 0o7 017 0b1 1e999 -0.0 1_000 190:20:30 2026-10-20 2026-13-45 yes off
    2001-12-14t21:59:43.10+99:99 "\\ud800" "\\udfff\\ud800" "\\x00" "\\n" "\\u2028" "" !!str !!int
    !!bool !!float !!timestamp !!binary !!binary=x !!set{a} !!omap[a] !!python/name:os.system
    !vault{a:b} &a[*a] &a{a:*a} *a {<<:{a:b}} {?[a]:b} {1:a} {~:a} [[[[[]]]]] [ ] } : - | > % @ `
    10.0.0.0/16 0.0.0.0/0 us-east-1a internet notifier backend.cpu secret.username key true
"""
LONG = ("0x" + "f" * 5000, "9" * 5000, '"' + "x" * 5000 + '"', "[" * 300)
ODDITIES = st.sampled_from([*ODD.split(), *LONG])
NUMBERS = st.integers() | st.floats() | st.sampled_from([2**63, 2**64, -(2**64), 10**4000])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(TEXTS | st.sampled_from(["kind", "env", "uses"]), inner, max_size=4)
    ),
    max_leaves=12,
)
# A place in the file: at each step the key or item with this number, until there is none.
GOODS = st.sampled_from([GOOD_DATA, FARGATE_DATA])
PLACES = st.lists(st.integers(min_value=0, max_value=15), min_size=1, max_size=6)
ACTIONS = st.sampled_from(["replace", "delete", "add"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder, in which each example writes the same file anew."""
    return tmp_path_factory.mktemp("any")


def outcome(folder: Path, text: str | bytes) -> Environment | tuple[Problem, ...]:
    """What a text is: an environment, or the problems for which it is refused."""
    try:
        return loaded(folder, text)
    except ConfigError as error:
        return error.problems


def is_environment_or_readable(folder: Path, text: str | bytes) -> None:
    """Load a text, and look at the problems where it is refused."""
    found = outcome(folder, text)
    if not isinstance(found, Environment):
        assert found
        for line in map(str, found):
            assert line.isprintable()
            assert 10 < len(line) < 1000


def edited(data: Any, place: list[int], action: str) -> Any:
    """A copy of data in which one place is deleted, or holds MARK, or has MARK beside it."""
    keys = list(data) if isinstance(data, dict) else list(range(len(data)))
    key = keys[place[0] % len(keys)]
    inner = data[key]
    copy = data.copy()
    if len(place) > 1 and isinstance(inner, dict | list) and inner:
        copy[key] = edited(inner, place[1:], action)
    elif action == "replace":
        copy[key] = MARK
    elif action == "delete":
        del copy[key]
    elif isinstance(copy, dict):
        copy[MARK] = inner
    else:
        copy.append(MARK)
    return copy


def document(good: Any, place: list[int], action: str, written: str) -> str:
    """A good file, as JSON (which is YAML), with a change at one place."""
    return json.dumps(edited(good, place, action)).replace(json.dumps(MARK), written)


@CHECKED
@given(content=st.binary(max_size=200))
def test_any_bytes(content: bytes, folder: Path):
    is_environment_or_readable(folder, content)


@CHECKED
@given(text=st.text(max_size=200) | st.text(alphabet="ab:-[]{}&*!|>'\"%@`#?,~ \n\t", max_size=80))
def test_any_text(text: str, folder: Path):
    is_environment_or_readable(folder, text)


@CHECKED
@given(data=JSON, key=TEXTS)
def test_any_data(data: Any, key: str, folder: Path):
    is_environment_or_readable(folder, json.dumps({"environment": "prod", key: data}))


@CHECKED
@given(good=GOODS, place=PLACES, action=ACTIONS, data=JSON)
def test_any_data_at_any_place(good: Any, place: list[int], action: str, data: Any, folder: Path):
    is_environment_or_readable(folder, document(good, place, action, json.dumps(data)))


@CHECKED
@given(good=GOODS, place=PLACES, action=ACTIONS, oddity=ODDITIES)
def test_any_oddity_at_any_place(
    good: Any, place: list[int], action: str, oddity: str, folder: Path
):
    is_environment_or_readable(folder, document(good, place, action, oddity))


@CHECKED
@given(place=PLACES, name=st.sampled_from(["web", "beat", "migrate", "cache", "broker", "nodes"]))
def test_any_name_at_any_place(place: list[int], name: str, folder: Path):
    is_environment_or_readable(folder, document(FARGATE_DATA, place, "replace", json.dumps(name)))


@CHECKED
@given(start=st.integers(0, len(GOOD)), length=st.integers(0, 40), text=st.text(max_size=10))
def test_any_slip_of_the_keyboard(start: int, length: int, text: str, folder: Path):
    is_environment_or_readable(folder, GOOD[:start] + text + GOOD[start + length :])


@CHECKED
@given(place=PLACES, data=JSON, bases=st.lists(JSON, max_size=2))
def test_any_fragments(place: list[int], data: Any, bases: list[Any], folder: Path):
    home = folder / "systems" / "demo"
    names = [f"base-{number}.yaml" for number in range(len(bases))]
    for name, base in zip(names, bases, strict=True):
        (home / name).write_text(json.dumps(base))
    top = {**edited(GOOD_DATA, place, "replace"), "extends": names}

    is_environment_or_readable(folder, json.dumps(top).replace(json.dumps(MARK), json.dumps(data)))
