"""The function as a whole: its start, its secret, and what it leaves behind in the logs."""

import io
import logging
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ConnectTimeoutError

from queue_depth import secret
from queue_depth.errors import QueueDepthError
from queue_depth.handler import connection, handle, logger
from tests.queue_depth.function import CONTEXT, Function
from tests.queue_depth.server import PASSWORD, Server

SECOND = "second-password-0123456789"
REPOSITORY = Path(__file__).parents[2]


def test_import_needs_neither_credentials_nor_region_nor_settings() -> None:
    """Whatever is wrong with them must fail an invocation, not the start."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY / "lambda")}
    command = [sys.executable, "-W", "error", "-c", "import queue_depth.handler"]
    done = subprocess.run(command, check=True, env=environment, capture_output=True)
    assert done.stdout + done.stderr == b""


@pytest.mark.parametrize("event", [{}, None, "text", {"source": "aws.events", "detail": [1]}])
def test_event_is_ignored(function: Function, event: Any) -> None:
    assert handle(event, CONTEXT) == {"worker": 0, "digest": 0}
    assert len(function.documents()) == 2


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "Get"), "AccessDenied"),
        (ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "Get"), "NotFound"),
        (ConnectTimeoutError(endpoint_url="https://example.com"), "timeout"),
    ],
)
def test_secret_that_can_not_be_read_says_why(
    function: Function, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse)
    with pytest.raises(QueueDepthError, match=f"{function.arn} could not be read: .*{message}"):
        function.invoke()
    assert function.documents() == []


def test_secret_without_a_text_is_refused(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: {"SecretBinary": b"x"})
    with pytest.raises(QueueDepthError, match="does not hold redis://user:password@host:port/0"):
        function.invoke()


def test_unreachable_secrets_manager_is_given_up_while_the_function_can_still_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    config = secret.client.__wrapped__().meta.config
    longest = (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"]
    assert longest <= 10


def test_nothing_secret_is_logged(
    server: Server,
    function: Function,
    silent_port: int,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever goes wrong, and even with every logger at DEBUG."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("queue_depth.connection.COMMAND_SECONDS", 0.1)
    output = io.StringIO()
    monkeypatch.setattr(logger.handlers[0], "stream", output)
    shown = []
    values = {
        "refused": server.url(SECOND),
        "silent": server.url(port=silent_port),
        "closed": server.url(port=1),
        "no host": server.url().replace("127.0.0.1", "nowhere.invalid"),
        "no address": server.url() + "/" + SECOND,
        "no port": server.url(port=99999),
        "other scheme": server.url(scheme="rediss"),
    }
    for value in ["right", *values]:
        function.put(values.get(value, server.url()))
        connection.forget()
        try:
            handle({}, CONTEXT)
        except QueueDepthError as error:
            shown += traceback.format_exception(error)
    assert sum(line.startswith("queue_depth.errors.QueueDepthError") for line in shown) == 7
    logs = output.getvalue() + caplog.text + function.output.readouterr().out + "".join(shown)
    assert "trying once more" in logs
    assert "Timeout reading" in logs
    assert "invalid username-password pair" in logs
    for word in (PASSWORD, SECOND):
        assert word not in logs


def test_responses_of_the_sdk_are_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG botocore would write the secret's value out."""
    caplog.set_level(logging.DEBUG)
    for name in ("boto3", "botocore", "botocore.parsers", "urllib3"):
        assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)
