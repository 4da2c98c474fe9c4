"""The function as its tests see it: its environment, its secret and what it prints."""

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from queue_depth.handler import handle
from tests.database_admin.secrets_manager import SecretsManager

NAMESPACE = "Stackyard/shop-prod"
QUEUES = {"worker": ["celery"], "digest": ["bull:digest:wait", "bull:digest:prioritized"]}
CONTEXT: Any = SimpleNamespace(
    function_name="queue-depth",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:queue-depth",
    aws_request_id="request",
)


@dataclass
class Function:
    """One deployment of the function."""

    secrets: SecretsManager
    arn: str
    output: pytest.CaptureFixture[str]

    @property
    def environment(self) -> dict[str, str]:
        """Return the function's environment variables."""
        return {
            "URL_SECRET_ARN": self.arn,
            "NAMESPACE": NAMESPACE,
            "QUEUES": json.dumps(QUEUES),
            "CACHE_TLS": "off",
        }

    def put(self, url: str) -> None:
        """Replace the secret's value."""
        [version] = self.secrets.secrets[self.arn].values()
        version.value = url

    def reads(self) -> int:
        """Return how often the secret was read since this was last asked."""
        calls = list(self.secrets.calls)
        self.secrets.calls.clear()
        assert set(calls) <= {("GetSecretValue", self.arn)}
        return len(calls)

    def invoke(self) -> dict[str, int]:
        """Call the function as the schedule does, and return what it published."""
        self.output.readouterr()
        returned = handle({"source": "aws.events"}, CONTEXT)
        published = {each["Service"]: int(each["QueueDepth"][0]) for each in self.documents()}
        assert published == returned
        return published

    def documents(self) -> list[dict[str, Any]]:
        """Return what was printed in the Embedded Metric Format since the last invocation."""
        lines = [json.loads(line) for line in self.output.readouterr().out.splitlines()]
        return [line for line in lines if "_aws" in line]
