"""What comes back from the queue in which undelivered events wait."""

import json

import pytest

from slack_notifier.events import messages_from
from tests.slack_notifier.samples import (
    codebuild,
    header_of,
    metric_alarm,
    rds,
    sns,
    sqs,
    texts_of,
)

NOTICE = {"title": "Import finished", "text": "All rows are in.", "level": "warning"}


@pytest.mark.parametrize(
    "event",
    [sns(metric_alarm()), sns("plain"), codebuild("FAILED"), rds("failure", "m"), NOTICE, {"a": 1}],
    ids=["alarm", "plain text", "build", "database", "notice", "unknown"],
)
def test_event_reads_as_it_would_have_the_first_time(event: object) -> None:
    assert messages_from(sqs(event)) == messages_from(event)


def test_each_record_of_an_event_that_waited_is_a_message() -> None:
    found = messages_from(sqs(sns("first", "second"), NOTICE))
    assert [message.text for message in found] == ["first", "second", "All rows are in."]


def test_body_that_is_no_json_is_told_as_it_is() -> None:
    event = sqs("Somebody put this here: {")
    assert header_of(event) == "💬 INFO: Notification"
    assert "Somebody put this here: {" in texts_of(event)
    assert "arn:aws:sqs:eu-central-1:123456789012:waiting" in texts_of(event)


def test_event_that_waited_twice_is_unpacked_twice() -> None:
    assert messages_from(sqs(sqs(NOTICE))) == messages_from(NOTICE)


def test_bodies_in_bodies_end_before_python_does() -> None:
    event: object = NOTICE
    while len(json.dumps(event)) < 1_000_000:
        event = sqs(event)
    assert messages_from(event) == messages_from(NOTICE)


@pytest.mark.parametrize("body", ["", " ", None, {"title": "t"}, 7])
def test_record_without_a_text_for_a_body_is_shown_whole(body: object) -> None:
    record = {"eventSource": "aws:sqs", "body": body, "messageId": "abc"}
    event = {"Records": [record]}
    assert header_of(event) == "❔ Unknown event"
    assert "messageId" in texts_of(event)
