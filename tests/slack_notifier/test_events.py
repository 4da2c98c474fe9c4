"""What every other kind of event looks like in Slack."""

import json

import pytest

from slack_notifier.events import messages_from
from tests.slack_notifier.samples import (
    ACCOUNT,
    codebuild,
    eventbridge,
    header_of,
    metric_alarm,
    payload_of,
    rds,
    sns,
    texts_of,
)


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        ("SUCCEEDED", "✅ SUCCEEDED: web app"),
        ("FAILED", "❌ FAILED: web app"),
        ("STOPPED", "✋ STOPPED: web app"),
        ("IN_PROGRESS", "⏳ IN PROGRESS: web app"),
        ("TIMED_OUT", "❔ TIMED OUT: web app"),
    ],
)
def test_build_shows_its_status(status: str, heading: str) -> None:
    assert header_of(codebuild(status)) == heading


def test_failed_build_names_the_phase_that_failed() -> None:
    texts = texts_of(codebuild("FAILED"))
    assert "BUILD FAILED: COMMAND_EXECUTION_ERROR: exit status 1" in texts
    assert "SUBMITTED" not in texts
    assert "COMPLETED" not in texts


def test_build_shows_what_was_built_and_who_started_it() -> None:
    texts = texts_of(codebuild("SUCCEEDED"))
    assert "*Started by*\ncodepipeline/web" in texts
    assert "*Source version*\nmain" in texts


def test_phase_that_failed_without_a_reason_is_only_named() -> None:
    event = codebuild("FAILED")
    phase = {"phase-type": "INSTALL", "phase-status": "FAILED", "phase-context": [" : "]}
    event["detail"]["additional-information"]["phases"] = [phase]
    assert "INSTALL FAILED\n" in texts_of(event)


def test_build_links_to_its_page() -> None:
    page = (
        f"https://eu-central-1.console.aws.amazon.com/codesuite/codebuild/{ACCOUNT}/projects/"
        "web%20app/build/web%20app%3A8745a7a9-0000-4000-8000-1/?region=eu-central-1"
    )
    assert f"<{page}|Open build in CodeBuild>" in texts_of(codebuild("FAILED"))


@pytest.mark.parametrize(
    ("category", "heading"),
    [
        ("failure", "🚨 CRITICAL: main-db"),
        ("failover", "⚠️ WARNING: main-db"),
        ("backup", "💬 INFO: main-db"),
    ],
)
def test_database_event_is_weighed_by_its_category(category: str, heading: str) -> None:
    assert header_of(rds(category, "Something happened")) == heading


def test_database_event_shows_message_time_and_link() -> None:
    texts = texts_of(rds("failover", "Multi-AZ failover started"))
    assert "Multi-AZ failover started" in texts
    assert "2026-03-01 10:15:00 UTC" in texts
    assert (
        "<https://eu-central-1.console.aws.amazon.com/rds/home?region=eu-central-1"
        "#database:id=main-db;is-cluster=false|Open instance in RDS>"
    ) in texts


def test_database_without_identifier_is_named_by_its_arn() -> None:
    event = rds("backup", "Done")
    del event["detail"]["SourceIdentifier"]
    assert header_of(event) == "💬 INFO: main-db"


def test_application_message_shows_all_its_parts() -> None:
    event = {
        "title": "Import finished",
        "text": "All rows are in.",
        "level": "warning",
        "fields": {"Rows": 1200, "Source": "s3"},
        "link": "https://example.com/import?id=1&full=1",
    }
    texts = texts_of(event)
    assert header_of(event) == "⚠️ WARNING: Import finished"
    assert "All rows are in." in texts
    assert "*Rows*\n1200" in texts
    assert "*Source*\ns3" in texts
    assert "<https://example.com/import?id=1&amp;full=1|Open link>" in texts


def test_application_fields_of_the_wrong_shape_are_shown_as_they_are() -> None:
    assert "*Fields*\nrows: 7" in texts_of({"title": "t", "text": "x", "fields": "rows: 7"})


@pytest.mark.parametrize(
    ("level", "heading"),
    [
        ("info", "💬 INFO: t"),
        ("warning", "⚠️ WARNING: t"),
        ("Critical", "🚨 CRITICAL: t"),
        (None, "💬 INFO: t"),
        ("error", "❔ ERROR: t"),
    ],
)
def test_application_level_is_shown_as_a_word(level: str | None, heading: str) -> None:
    assert header_of({"title": "t", "text": "x", "level": level}) == heading


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "ftp://example.com/",
        "https://",
        "https://a@b/",
        "http://[",
        "https://a b/",
        "see wiki",
    ],
)
def test_link_that_slack_would_refuse_is_shown_as_text(link: str) -> None:
    texts = texts_of({"title": "t", "text": "x", "link": link})
    assert f"*Link*\n{link}" in texts
    assert "|Open link>" not in texts


def test_link_too_long_for_slack_is_shown_as_shortened_text() -> None:
    texts = texts_of({"title": "t", "text": "x", "link": "https://example.com/" + "a" * 3000})
    assert "*Link*\nhttps://example.com/aaa" in texts
    assert "…" in texts


def test_plain_text_through_sns_is_shown_with_its_subject() -> None:
    event = sns("Disk almost full", subject="Disk warning")
    assert header_of(event) == "💬 INFO: Disk warning"
    assert "Disk almost full" in texts_of(event)
    assert "2026-03-01 10:20:31 UTC" in texts_of(event)


def test_other_json_through_sns_is_shown_as_json() -> None:
    event = sns({"answer": 42}, subject="Budget")
    assert header_of(event) == "❔ Unknown event: Budget"
    assert '```{\n  "answer": 42\n}```' in texts_of(event)


def test_json_with_an_odd_alarm_name_is_no_alarm() -> None:
    assert header_of(sns({"AlarmName": 5})) == "❔ Unknown event"


def test_application_message_and_aws_event_through_sns_read_as_if_sent_directly() -> None:
    for event in ({"title": "t", "text": "x"}, codebuild("FAILED")):
        assert payload_of(sns(event)) == payload_of(event)


def test_each_record_becomes_a_message() -> None:
    messages = messages_from(sns(metric_alarm(), "plain", {"a": 1}))
    assert [message.title for message in messages] == ["database cpu/high", "Notification", ""]


@pytest.mark.parametrize(
    "event",
    [
        {"something": "else"},
        ["a", "list"],
        "text",
        None,
        17,
        {"Records": []},
        {"title": 1, "text": []},
        {"title": "t", "text": ["x"]},
        {"title": " ", "text": ""},
        eventbridge("aws.rds", "RDS DB Instance Event", "not an object"),
    ],
)
def test_anything_else_is_posted_as_unknown_event_with_its_json(event: object) -> None:
    heading = header_of(event)
    body = json.dumps(event, indent=2)
    assert heading.startswith("❔ Unknown event")
    assert f"```{body}```" in texts_of(event)


def test_record_that_is_not_from_sns_is_posted_as_unknown_event() -> None:
    event = {"Records": [{"s3": {"bucket": "b"}}, "odd"]}
    assert [message.state.word for message in messages_from(event)] == ["Unknown event"] * 2


def test_unknown_event_names_its_type_and_origin() -> None:
    event = eventbridge("aws.ecs", "ECS Task State Change", {})
    assert header_of(event) == "❔ Unknown event: ECS Task State Change"
    assert f"aws.ecs · eu-central-1 · {ACCOUNT}" in texts_of(event)


@pytest.mark.parametrize("body", ["[" * 100_000, "1" * 5_000, "[" * 400 + "]" * 400])
def test_json_too_odd_to_parse_or_to_show_is_still_posted(body: str) -> None:
    assert payload_of(sns(body))["blocks"]


def test_event_that_json_cannot_show_is_still_posted() -> None:
    nested: list[object] = []
    for _ in range(50_000):
        nested = [nested]
    for event in (nested, 10**5_000, {("a", "b"): 1}):
        assert "```(cannot be shown as JSON)```" in texts_of(event)
