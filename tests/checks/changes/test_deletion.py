"""What is taken out of a template, or seems to be renamed in it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.changes.building import database, lines, only, resource, side, verdict

KEEP: dict[str, Any] = {"Topic": resource("SNS::Topic")}


@pytest.mark.parametrize(
    ("policy", "says", "words"),
    [
        ("Delete", "deleted", "with every row"),
        ("Snapshot", "deleted", "after a snapshot of it"),
        (None, "deleted", "after a snapshot of it"),
        ("Retain", "left behind", "stays in AWS, where no stack manages it any more"),
        ("RetainExceptOnCreate", "left behind", "stays in AWS"),
    ],
)
def test_the_policy_of_the_deployed_template_decides(
    policy: str | None, says: str, words: str
) -> None:
    gone = database() | ({"DeletionPolicy": policy} if policy else {})
    found = only({**KEEP, "Db": gone}, KEEP)
    assert (found.verdict, found.fails, found.place) == (says, True, "data/Db")
    assert words in found.message


def test_without_a_policy_anything_but_a_database_is_deleted() -> None:
    found = only({**KEEP, "Files": resource("S3::Bucket")}, KEEP)
    assert found.message == "with every object and version"


def test_logs_left_behind_are_told_and_pass() -> None:
    found = only({**KEEP, "Logs": resource("Logs::LogGroup", kept=True)}, KEEP)
    assert (found.verdict, found.fails) == ("left behind", False)
    assert only({**KEEP, "Logs": resource("Logs::LogGroup")}, KEEP).fails


def test_what_keeps_nothing_goes_without_a_word() -> None:
    assert lines({**KEEP, "Role": resource("IAM::Role")}, KEEP) == []


def test_a_new_logical_id_is_a_new_and_empty_database() -> None:
    found = only({"Db": database()}, {"Database": database()})
    assert (found.verdict, found.fails) == ("deleted", True)
    assert "data/Database is not it, but a new and empty database" in found.message


def test_the_same_name_is_taken_for_a_rename_however_different_the_rest_is() -> None:
    before = {"Files": resource("S3::Bucket", {"BucketName": "shop"})}
    after = {
        "Other": resource("S3::Bucket", {"BucketName": "shop", "Tags": [], "AccessControl": "x"}),
        "Alike": resource("S3::Bucket", {}),
    }
    assert "data/Other is not it" in only(before, after).message


def test_what_is_unlike_and_has_another_node_is_no_rename() -> None:
    bucket = resource("S3::Bucket", {"A": 1, "B": 2, "C": 3}, node="files")
    other = resource("S3::Bucket", {"A": 4, "B": 5, "C": 6}, node="media")
    assert "is not it" not in only({"Files": bucket}, {"Media": other}).message


def test_a_stack_that_is_renamed_leaves_its_data_in_the_old_one() -> None:
    before = side({"data": {"Db": database()}})
    after = side({"stores": {"Db": database()}})
    left, orphan = sorted(verdict(before, after).changes, key=lambda each: each.verdict)
    assert (left.verdict, left.fails) == ("left behind", True)
    assert "stores/Db is not it, but a new and empty database" in left.message
    assert (orphan.verdict, orphan.fails) == ("orphaned", False)
    assert orphan.message.endswith("which deletes nothing: it stays with database (1)")


def test_a_stack_that_vanishes_is_an_orphan_and_no_deletion() -> None:
    before = side({"data": {"Db": database()}, "web": KEEP})
    found = only(before, side({"web": KEEP}))
    assert (found.verdict, found.stack, found.fails) == ("orphaned", "data", False)


def test_a_stack_that_moves_to_another_region_stays_where_it_was() -> None:
    stacks = {"data": {"Db": database(), "Role": resource("IAM::Role")}}
    found = only(side(stacks), side(stacks, region="eu-west-1"))
    assert found.verdict == "orphaned"
    assert "a new and empty one is made in another account or region" in found.message
