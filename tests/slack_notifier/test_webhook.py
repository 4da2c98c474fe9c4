"""How the webhook URL is read from Secrets Manager."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from botocore.stub import Stubber

from slack_notifier import webhook
from slack_notifier.errors import NotifierError
from slack_notifier.webhook import CACHE_SECONDS, webhook_url
from tests.slack_notifier.conftest import SECRET_ARN

URL = "https://hooks.slack.com/services/T000/B000/verysecrettoken"
Hold = Callable[..., None]


def test_url_is_kept_until_the_cache_expires(hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(URL, URL + "new")
    clock = _Clock()
    monkeypatch.setattr("aws_lambda_powertools.utilities.parameters.base.datetime", clock)
    assert webhook_url() == URL
    clock.forward(CACHE_SECONDS - 1)
    assert webhook_url() == URL
    clock.forward(2)
    assert webhook_url() == URL + "new"


def test_refresh_reads_the_secret_again(hold: Hold) -> None:
    hold(URL, URL + "new")
    assert webhook_url() == URL
    assert webhook_url(refresh=True) == URL + "new"
    assert webhook_url() == URL + "new"


def test_white_space_around_the_url_is_ignored(hold: Hold) -> None:
    hold(f"  {URL}\n")
    assert webhook_url() == URL


def test_secret_without_value_is_reported_in_one_sentence(secrets: Stubber) -> None:
    secrets.add_client_error("get_secret_value", "ResourceNotFoundException", "can't find it")
    with pytest.raises(NotifierError) as caught:
        webhook_url()
    assert str(caught.value) == (
        f"The secret {SECRET_ARN} has no value yet: store the Slack webhook URL in it."
    )


def test_secret_that_may_not_be_read_says_why(secrets: Stubber) -> None:
    secrets.add_client_error("get_secret_value", "AccessDeniedException", "no permission")
    with pytest.raises(NotifierError, match=r"could not be read: .*AccessDeniedException"):
        webhook_url()


@pytest.mark.parametrize(
    "value", ["generated-password", "http://hooks.slack.com/x", "https://a b", '{"url": "x"}']
)
def test_secret_that_is_no_https_url_is_refused_without_being_shown(hold: Hold, value: str) -> None:
    hold(value, value)
    with pytest.raises(NotifierError, match="does not hold an https URL") as caught:
        webhook_url()
    assert value not in str(caught.value)


def test_corrected_secret_is_used_at_once(hold: Hold) -> None:
    hold("placeholder", URL)
    assert webhook_url() == URL
    assert webhook_url() == URL


def test_unreachable_secrets_manager_is_given_up_while_the_function_can_still_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    config = webhook._provider.__wrapped__().client.meta.config
    longest = (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"]
    assert longest <= 10


def test_missing_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEBHOOK_SECRET_ARN")
    with pytest.raises(NotifierError, match="WEBHOOK_SECRET_ARN is not set"):
        webhook_url()


@pytest.mark.usefixtures("log")
def test_debug_logging_does_not_reveal_the_secret() -> None:
    assert logging.getLogger("anything").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("botocore.parsers").isEnabledFor(logging.DEBUG)


class _Clock:
    """Stands in for the datetime class of the cache."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 1)

    def now(self) -> datetime:
        return self._now

    def forward(self, seconds: int) -> None:
        self._now += timedelta(seconds=seconds)
