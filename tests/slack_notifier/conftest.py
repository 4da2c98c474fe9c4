"""Fixtures: a Slack server, a stubbed Secrets Manager, a Lambda context and the log."""

import io
import logging
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from botocore.stub import Stubber

from slack_notifier import delivery, handler, webhook
from tests.slack_notifier.slack_server import SlackServer

SECRET_ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhook-AbCdEf"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what the function finds in its environment, and keep proxies out."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WEBHOOK_SECRET_ARN", SECRET_ARN)


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """Run a server that stands in for Slack."""
    with SlackServer().running() as server:
        yield server


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """Stub the Secrets Manager client; every call needs an answer that a test has added."""
    client = boto3.client(
        "secretsmanager",
        region_name="eu-central-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
    )
    provider = SecretsProvider(boto3_client=client)
    monkeypatch.setattr(webhook, "_provider", lambda: provider)
    with Stubber(client) as stubber:
        yield stubber


@pytest.fixture
def hold(secrets: Stubber) -> Callable[..., None]:
    """Return a function that sets the values which the secret has, one per read."""

    def set_values(*values: str) -> None:
        for value in values:
            secrets.add_response(
                "get_secret_value", {"SecretString": value}, {"SecretId": SECRET_ARN}
            )

    return set_values


@pytest.fixture
def sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record the waits between requests instead of waiting."""
    waited: list[float] = []
    clock = SimpleNamespace(sleep=waited.append)
    monkeypatch.setattr("slack_sdk.http_retry.handler.time", clock)
    monkeypatch.setattr(delivery, "REQUEST_TIMEOUT", 0.3)
    return waited


@pytest.fixture
def context() -> Any:
    """Return a Lambda context with half a minute left."""
    return lambda_context(remaining_ms=30_000)


def lambda_context(*, remaining_ms: int) -> Any:
    """Return a Lambda context with that much time left."""
    return SimpleNamespace(
        function_name="slack-notifier",
        memory_limit_in_mb=256,
        invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:slack-notifier",
        aws_request_id="00000000-0000-4000-8000-000000000000",
        get_remaining_time_in_millis=lambda: remaining_ms,
    )


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return everything that any logger writes, down to debug level."""
    stream = io.StringIO()
    writer = logging.StreamHandler(stream)
    root = logging.getLogger()
    loggers = [root, logging.getLogger(handler.logger.service)]
    level = root.level
    root.setLevel(logging.DEBUG)
    for logger in loggers:
        logger.addHandler(writer)
    yield stream
    root.setLevel(level)
    for logger in loggers:
        logger.removeHandler(writer)
