"""Posts a payload to the Slack webhook."""

import logging
import re
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

from slack_sdk.http_retry import BackoffRetryIntervalCalculator, RetryHandler
from slack_sdk.http_retry.builtin_interval_calculators import FixedValueRetryIntervalCalculator
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.webhook import WebhookClient, WebhookResponse

from slack_notifier.errors import NotifierError
from slack_notifier.webhook import webhook_url

REQUEST_TIMEOUT = 4
MAX_RETRIES = 2
# What a wait must leave of the invocation: one more request, and a second to report its failure.
MARGIN = REQUEST_TIMEOUT + 1
# Slack's answers to a webhook that was revoked, removed or replaced.
REPLACED = (403, 404, 410)

# The SDK's log lines quote the webhook URL, so none of them may come out.
_silent = logging.getLogger("slack_notifier.sdk")
_silent.setLevel(logging.CRITICAL + 1)


class TimedRetryHandler(RetryHandler):
    """Retries what may pass by itself, as long as the wait fits into the time that is left."""

    def __init__(self, *, time_left: Callable[[], float]) -> None:
        """Create a handler that learns from time_left how many seconds remain."""
        super().__init__(max_retry_count=MAX_RETRIES)
        self._time_left = time_left
        self._backoff = BackoffRetryIntervalCalculator()

    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        wait = self._wait(attempt=state.current_attempt, response=response, error=error)
        if wait is None or wait + MARGIN > self._time_left():
            return False
        self.interval_calculator = FixedValueRetryIntervalCalculator(wait)
        return True

    def _wait(
        self, *, attempt: int, response: HttpResponse | None, error: Exception | None
    ) -> float | None:
        if response is not None and response.status_code == 429:
            return _retry_after(response)
        failed = response is not None and response.status_code >= 500
        lost = response is None and isinstance(error, OSError | HTTPException)
        return self._backoff.calculate_sleep_duration(attempt) if failed or lost else None


def post(payload: dict[str, Any], *, time_left: Callable[[], float]) -> None:
    """Post a payload to Slack, or raise a NotifierError that says why it was not accepted."""
    response = _send(webhook_url(), payload, time_left)
    if response.status_code in REPLACED:
        response = _send(webhook_url(refresh=True), payload, time_left)
    if response.status_code != 200:
        # Slack's error codes are plain words; anything else could be a page that quotes the URL.
        code = response.body if re.fullmatch(r"[a-z_]{1,60}", response.body) else ""
        raise NotifierError(f"Slack answered {response.status_code} {code}".rstrip() + ".")
    # A wrong URL can end, after a redirect, at a web page with status 200.
    if response.body.lstrip().startswith("<"):
        raise NotifierError("The webhook URL leads to a web page instead of a Slack webhook.")


def _send(url: str, payload: dict[str, Any], time_left: Callable[[], float]) -> WebhookResponse:
    client = WebhookClient(
        url=url,
        timeout=REQUEST_TIMEOUT,
        logger=_silent,
        retry_handlers=[TimedRetryHandler(time_left=time_left)],
    )
    try:
        return client.send_dict(payload)
    except Exception as error:  # noqa: BLE001  (whatever the SDK raises, nothing may leak)
        # The text of the error may quote the webhook URL; its kind does not.
        cause = getattr(error, "reason", None)
        kind = type(cause if isinstance(cause, Exception) else error).__name__
        raise NotifierError(f"Slack could not be reached ({kind}).") from None


def _retry_after(response: HttpResponse) -> float | None:
    values = [v for name, v in response.headers.items() if name.lower() == "retry-after"]
    seconds = str(values[0][0]).strip() if values else ""
    return float(seconds) if re.fullmatch(r"[0-9]+", seconds) else None
