"""Reasons that accept a loss, for what they name and for the change they come with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from checks.changes.report import as_json, as_text
from config.errors import ConfigError
from config.load import load_environment
from tests.checks.changes.building import database, resource, side, verdict
from tests.config.files import GOOD, problems_of, written

if TYPE_CHECKING:
    from pathlib import Path

    from checks.changes.verdict import Verdict

KEEP: dict[str, Any] = {"Topic": resource("SNS::Topic")}
MASTER = resource("SecretsManager::Secret", node="database/master", kept=True)
BOTH: dict[str, Any] = {"Db": database(), "Master": MASTER, "Key": resource("KMS::Key")}
REASON = "The shop moved to another one"


def _without(names: str, said: dict[str, str], before: dict[str, str] | None = None) -> Verdict:
    left = {name: each for name, each in BOTH.items() if name not in names.split()}
    old = side({"shop-prod-data": {**KEEP, **BOTH}}, expendable=before)
    return verdict(old, side({"shop-prod-data": {**KEEP, **left}}, expendable=said))


def test_a_node_accepts_what_belongs_to_it_and_to_its_parts() -> None:
    found = _without("Db Master", {"database": REASON})
    assert not found.fails
    assert [each.reason for each in found.changes] == [REASON, REASON]
    assert str(found.changes[0]).endswith(f"(meant: {REASON})")


def test_a_part_accepts_nothing_of_the_rest() -> None:
    found = _without("Db Master", {"database/master": REASON})
    assert [each.logical_id for each in found.changes if each.fails] == ["Db"]


def test_what_has_no_node_goes_by_stack_and_logical_id() -> None:
    assert _without("Key", {}).wanted == ["shop-prod-data/Key"]
    assert not _without("Key", {"shop-prod-data/Key": REASON}).fails


def test_the_shortest_name_is_asked_for_that_accepts_nothing_else() -> None:
    assert _without("Db Master", {}).wanted == ["database"]
    assert _without("Master", {}).wanted == ["database/master"]
    assert _without("Db", {}).wanted == ["shop-prod-data/Db"]


def test_a_reason_of_an_earlier_change_accepts_no_later_one() -> None:
    stale = _without("Db", {"database": REASON}, {"database": REASON})
    assert stale.fails
    assert "stands in the other commit already" in stale.changes[-1].message
    assert not _without("Db", {"database": "This is another one"}, {"database": REASON}).fails


def test_a_reason_without_a_use_is_told_with_what_it_may_have_meant() -> None:
    found = _without("Db Master", {"databse": REASON})
    assert found.fails
    note = found.changes[-1]
    assert note.verdict == "note"
    assert note.message.endswith("take it out of the file; did you mean 'database'?")


def test_the_text_says_what_to_write() -> None:
    text = as_text([_without("Db Master", {})], ["shop/dev"])
    assert text.splitlines()[-5:] == [
        "shop/dev: nothing that they are made of changed",
        "2 environments: 2 changes put data at risk, 0 others",
        "If that is meant, systems/shop/prod.yaml has to say so, and why:",
        "expendable:",
        "  database: a sentence that says why its data may go",
    ]
    assert "  shop-prod-data/Db  AWS::RDS::DBInstance (database)  DELETED: after a" in text


def test_json_is_one_list() -> None:
    assert as_json([]) == "[]"
    text = as_json([_without("Key", {})])
    assert '"environment": "shop/prod"' in text
    assert '"verdict": "deleted"' in text


@pytest.mark.parametrize("name", ["database", "database/master", "demo-prod-data/Key961B73FD"])
def test_a_file_may_name_nodes_parts_and_resources(tmp_path: Path, name: str) -> None:
    root = written(tmp_path, f"{GOOD}\nexpendable: {{{name}: {REASON}}}\n")
    assert load_environment("demo", "prod", root=root).expendable == {name: REASON}


def test_a_file_may_not_name_another_environments_stack(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, f"{GOOD}\nexpendable: {{demo-dev-data/Key1: {REASON}}}\n")
    assert problem.message.startswith("demo-dev-data is no stack of this environment")


@pytest.mark.parametrize("entry", ["Database: Because we can", "database: yes"])
def test_a_file_says_a_name_and_a_sentence(tmp_path: Path, entry: str) -> None:
    root = written(tmp_path, f"{GOOD}\nexpendable: {{{entry}}}\n")
    with pytest.raises(ConfigError, match="expendable"):
        load_environment("demo", "prod", root=root)
