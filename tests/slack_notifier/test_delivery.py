"""How messages reach Slack, and what happens when Slack does not take them."""

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from slack_notifier import delivery
from slack_notifier.delivery import post
from slack_notifier.errors import NotifierError
from tests.slack_notifier.slack_server import PATH, Answer, SlackServer

PAYLOAD: dict[str, Any] = {"text": "hello", "blocks": []}
Hold = Callable[..., None]
pytestmark = pytest.mark.usefixtures("sleeps")


def send(*, seconds: float = 30) -> None:
    """Post the payload with that many seconds left."""
    post(PAYLOAD, time_left=lambda: seconds)


def limited(after: str) -> Answer:
    """Return Slack's answer to too many messages."""
    return Answer(429, "rate_limited", {"Retry-After": after})


@pytest.fixture(autouse=True)
def webhook(slack: SlackServer, hold: Hold) -> None:
    """Put the server's URL into the secret."""
    hold(slack.url)


def test_payload_is_posted_to_the_webhook(slack: SlackServer, sleeps: list[float]) -> None:
    send()
    assert slack.paths == [PATH]
    assert slack.payloads == [PAYLOAD]
    assert sleeps == []


def test_url_is_read_once_for_many_messages(slack: SlackServer) -> None:
    # The stubbed secret answers one read only, so that a second one would fail.
    send()
    send()
    assert len(slack.paths) == 2


def test_rate_limit_is_waited_out(slack: SlackServer, sleeps: list[float]) -> None:
    slack.answers(limited("7"), Answer())
    send()
    assert len(slack.paths) == 2
    assert sleeps == [7.0]


def test_rate_limit_that_outlasts_the_invocation_is_left_to_lambda(
    slack: SlackServer, sleeps: list[float]
) -> None:
    slack.answers(limited("7"), Answer())
    with pytest.raises(NotifierError, match=r"^Slack answered 429 rate_limited\.$"):
        send(seconds=7 + delivery.MARGIN - 0.1)
    assert len(slack.paths) == 1
    assert sleeps == []


def test_rate_limit_that_just_fits_is_waited_out(slack: SlackServer, sleeps: list[float]) -> None:
    slack.answers(limited("7"), Answer())
    send(seconds=7 + delivery.MARGIN)
    assert sleeps == [7.0]


@pytest.mark.parametrize("after", ["soon", "-5", "1e9", "9" * 500, ""])
def test_wait_that_cannot_be_read_is_left_to_lambda(
    slack: SlackServer, sleeps: list[float], after: str
) -> None:
    slack.answers(limited(after), Answer())
    with pytest.raises(NotifierError, match="429"):
        send()
    assert sleeps == []


def test_lasting_rate_limit_is_given_up(slack: SlackServer, sleeps: list[float]) -> None:
    slack.answers(limited("1"))
    with pytest.raises(NotifierError, match="429"):
        send()
    assert sleeps == [1.0, 1.0]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_error_is_retried_with_growing_waits(
    slack: SlackServer, sleeps: list[float], status: int
) -> None:
    slack.answers(Answer(status, "error"), Answer(status, "error"), Answer())
    send()
    assert len(slack.paths) == 3
    first, second = sleeps
    assert 0.5 <= first <= 1.5
    assert 1.0 <= second <= 2.0


def test_lasting_server_error_is_given_up_after_three_requests(slack: SlackServer) -> None:
    slack.answers(Answer(500, "fatal_error"))
    with pytest.raises(NotifierError, match=r"^Slack answered 500 fatal_error\.$"):
        send()
    assert len(slack.paths) == 3


def test_server_error_is_not_retried_without_time_for_it(slack: SlackServer) -> None:
    slack.answers(Answer(500, "error"), Answer())
    with pytest.raises(NotifierError, match="500"):
        send(seconds=delivery.MARGIN)
    assert len(slack.paths) == 1


@pytest.mark.parametrize(
    "sent", ["", "no HTTP at all\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"]
)
def test_dropped_connection_is_retried(slack: SlackServer, sent: str) -> None:
    slack.answers(Answer(0, sent), Answer())
    send()
    assert len(slack.paths) == 2


def test_slow_answer_is_cut_off_and_retried(slack: SlackServer) -> None:
    slack.answers(Answer(delay=5), Answer())
    started = time.monotonic()
    send()
    assert len(slack.paths) == 2
    assert 0.3 <= time.monotonic() - started < 3


def test_lasting_silence_is_given_up_after_three_requests(slack: SlackServer) -> None:
    slack.answers(Answer(delay=5))
    with pytest.raises(NotifierError, match=r"^Slack could not be reached \(TimeoutError\)\.$"):
        send()
    assert len(slack.paths) == 3


@pytest.mark.parametrize("status", [403, 404, 410])
def test_replaced_webhook_is_read_again_and_used(
    slack: SlackServer, hold: Hold, sleeps: list[float], status: int
) -> None:
    hold(slack.url + "new")
    slack.answers(Answer(status, "no_service"), Answer())
    send()
    send()
    assert slack.paths == [PATH, PATH + "new", PATH + "new"]
    assert sleeps == []


def test_webhook_that_stays_gone_is_read_again_only_once(slack: SlackServer, hold: Hold) -> None:
    hold(slack.url)
    slack.answers(Answer(404, "no_service"))
    with pytest.raises(NotifierError, match=r"^Slack answered 404 no_service\.$"):
        send()
    assert len(slack.paths) == 2


def test_refused_payload_is_not_retried(slack: SlackServer) -> None:
    slack.answers(Answer(400, "invalid_blocks"))
    with pytest.raises(NotifierError, match=r"^Slack answered 400 invalid_blocks\.$"):
        send()
    assert len(slack.paths) == 1


def test_redirect_to_a_web_page_is_not_taken_for_success(slack: SlackServer) -> None:
    slack.answers(Answer(302, "", {"Location": "/login"}), Answer(200, "<html>Sign in</html>"))
    with pytest.raises(NotifierError, match="leads to a web page"):
        send()
    assert slack.paths == [PATH, "/login"]


def test_answer_of_a_stranger_is_not_repeated(slack: SlackServer) -> None:
    slack.answers(Answer(400, f"bad request: {slack.url}"))
    with pytest.raises(NotifierError, match=r"^Slack answered 400\.$"):
        send()


def test_one_request_may_take_a_few_seconds_only() -> None:
    # The timeout itself is shortened for these tests; the margin follows from the real one.
    assert 2 <= delivery.MARGIN <= 6


@pytest.fixture
def closed_port() -> str:
    """Return a webhook URL on which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    return f"http://127.0.0.1:{port}{PATH}"


def test_refused_connection_is_retried_and_given_up(
    monkeypatch: pytest.MonkeyPatch, closed_port: str, sleeps: list[float]
) -> None:
    monkeypatch.setattr(delivery, "webhook_url", lambda: closed_port)
    with pytest.raises(NotifierError, match=r"\(ConnectionRefusedError\)"):
        send()
    assert len(sleeps) == 2
