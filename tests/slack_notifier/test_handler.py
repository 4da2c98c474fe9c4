"""The function as a whole: from an event to Slack, the log and the outcome."""

import importlib
import io
import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from botocore.stub import Stubber

from slack_notifier import handler
from slack_notifier.blocks import payload
from slack_notifier.errors import NotifierError
from tests.slack_notifier.conftest import lambda_context
from tests.slack_notifier.samples import metric_alarm, sns, sqs
from tests.slack_notifier.slack_server import PATH, Answer, SlackServer

Hold = Callable[..., None]
EVENT = {"title": "t", "text": "password=hunter2"}
pytestmark = pytest.mark.usefixtures("sleeps")


def headers(slack: SlackServer) -> list[str]:
    """Return the headings of the requests that the server has seen."""
    return [payload["blocks"][0]["text"]["text"] for payload in slack.payloads]


def test_every_record_is_posted(slack: SlackServer, hold: Hold, context: Any) -> None:
    hold(slack.url)
    assert handler.handle(sns(metric_alarm(), "plain"), context) == {"posted": 2}
    assert headers(slack) == ["🚨 ALARM: database cpu/high", "💬 INFO: Notification"]


def test_redelivery_that_fails_is_raised_so_that_the_queue_keeps_it(
    slack: SlackServer, hold: Hold, context: Any
) -> None:
    hold(slack.url)
    slack.answers(Answer(400, "invalid_blocks"), Answer())
    with pytest.raises(NotifierError, match="400"):
        handler.handle(sqs(sns(metric_alarm())), context)
    assert handler.handle(sqs(sns(metric_alarm())), context) == {"posted": 1}
    assert headers(slack) == ["🚨 ALARM: database cpu/high"] * 2


def test_one_failed_record_does_not_stop_the_others(
    slack: SlackServer, hold: Hold, context: Any
) -> None:
    hold(slack.url)
    slack.answers(Answer(), Answer(400, "invalid_blocks"), Answer())
    with pytest.raises(NotifierError, match="400"):
        handler.handle(sns("first", "second", "third"), context)
    assert len(slack.paths) == 3


def test_several_failed_records_are_counted(
    slack: SlackServer, hold: Hold, context: Any, log: io.StringIO
) -> None:
    hold(slack.url)
    slack.answers(Answer(400, "invalid_blocks"), Answer(), Answer(400, "invalid_payload"))
    with pytest.raises(ExceptionGroup, match="2 of 3 messages not posted"):
        handler.handle(sns("first", "second", "third"), context)
    assert "Slack answered 400 invalid_blocks." in log.getvalue()
    assert "Slack answered 400 invalid_payload." in log.getvalue()


def test_unforeseen_error_is_raised_after_the_other_records(
    slack: SlackServer,
    hold: Hold,
    context: Any,
    monkeypatch: pytest.MonkeyPatch,
    log: io.StringIO,
) -> None:
    hold(slack.url)
    real = payload

    def broken_for_first(message: Any) -> dict[str, Any]:
        if message.text == "first":
            raise KeyError("hunter2")
        return real(message)

    monkeypatch.setattr(handler, "payload", broken_for_first)
    with pytest.raises(KeyError):
        handler.handle(sns("first", "second"), context)
    assert len(slack.paths) == 1
    assert "Not posted: KeyError" in log.getvalue()
    assert "hunter2" not in log.getvalue()


def test_secret_without_value_is_logged_and_raised(
    secrets: Stubber, context: Any, log: io.StringIO
) -> None:
    secrets.add_client_error("get_secret_value", "ResourceNotFoundException", "can't find it")
    with pytest.raises(NotifierError, match="has no value yet"):
        handler.handle(EVENT, context)
    assert "has no value yet: store the Slack webhook URL in it." in log.getvalue()


def test_time_left_comes_from_the_invocation(slack: SlackServer, hold: Hold) -> None:
    hold(slack.url)
    slack.answers(Answer(429, "rate_limited", {"Retry-After": "7"}), Answer())
    with pytest.raises(NotifierError, match="429"):
        handler.handle(EVENT, lambda_context(remaining_ms=10_000))
    assert len(slack.paths) == 1


@pytest.mark.parametrize(
    "answer",
    [Answer(), Answer(500, "error"), Answer(404, "no_service"), Answer(0, ""), Answer(delay=5)],
)
def test_webhook_url_and_event_never_show_up_in_log_or_error(
    slack: SlackServer,
    hold: Hold,
    context: Any,
    log: io.StringIO,
    answer: Answer,
) -> None:
    hold(slack.url, slack.url)
    slack.answers(answer)
    shown = ""
    try:
        handler.handle(EVENT, context)
    except NotifierError as error:
        shown = "".join(traceback.format_exception(error))
    assert slack.paths
    assert log.getvalue()
    for output in (shown, log.getvalue()):
        assert PATH not in output
        assert "hunter2" not in output


def test_event_is_not_logged_even_where_the_environment_asks_for_it(
    slack: SlackServer,
    hold: Hold,
    context: Any,
    monkeypatch: pytest.MonkeyPatch,
    log: io.StringIO,
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", "true")
    hold(slack.url)
    # Powertools reads the variable while the module is loaded.
    importlib.reload(handler)
    handler.handle(EVENT, context)
    assert "hunter2" in str(slack.payloads)
    assert "Posted to Slack" in log.getvalue()
    assert "hunter2" not in log.getvalue()


def test_url_that_cannot_be_requested_is_not_quoted(
    monkeypatch: pytest.MonkeyPatch, context: Any, log: io.StringIO
) -> None:
    url = f"ftp://example.com{PATH}"
    monkeypatch.setattr("slack_notifier.delivery.webhook_url", lambda: url)
    with pytest.raises(NotifierError) as caught:
        handler.handle(EVENT, context)
    assert PATH not in "".join(traceback.format_exception(caught.value)) + log.getvalue()


def test_log_fixture_would_show_a_leak(log: io.StringIO) -> None:
    logging.getLogger("slack_sdk.webhook").debug("leak %s", PATH)
    assert PATH in log.getvalue()
