"""The package's rules, unpacked and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.tools import guard_rules as module
from checks.tools.guard_rules import guard_rules

COUNT = 237


def test_every_rule_says_what_it_wants_of_which_types(tmp_path: Path) -> None:
    found = guard_rules(tmp_path)
    assert len(found) == len({rule.id for rule in found}) == COUNT
    assert all(rule.title and rule.remedy and rule.kinds for rule in found)
    assert all(set(rule.kinds) <= set(rule.reads) for rule in found)


def test_they_are_unpacked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = guard_rules(tmp_path)
    monkeypatch.setattr(module, "_unpacked", None)
    assert guard_rules(tmp_path) == first


@pytest.mark.parametrize("content", ["", "[]", "[{]", '[{"id": "CT.X.PR.1"}]'])
def test_what_is_kept_half_is_unpacked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    some = guard_rules()[:2]
    monkeypatch.setattr(module, "_unpacked", lambda: some)
    assert guard_rules(tmp_path) == some
    (kept,) = tmp_path.iterdir()
    kept.write_text(content)
    assert guard_rules(tmp_path) == some


def test_a_folder_that_takes_nothing_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert len(guard_rules(tmp_path / "file")) == COUNT
