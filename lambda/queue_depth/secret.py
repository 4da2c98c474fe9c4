"""Reading the cache's address from Secrets Manager."""

from functools import cache
from typing import Any

import boto3  # type: ignore[import-untyped, unused-ignore]
from botocore.config import Config  # type: ignore[import-untyped, unused-ignore]
from botocore.exceptions import (  # type: ignore[import-untyped, unused-ignore]
    BotoCoreError,
    ClientError,
)

from queue_depth.address import Address
from queue_depth.errors import QueueDepthError


@cache
def client() -> Any:
    """Create the client once, at first use."""
    # The default timeouts of a minute would last until the next invocation.
    limits = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})
    return boto3.client("secretsmanager", config=limits)


def address(arn: str, scheme: str) -> Address:
    """Read the address and check that its scheme is the one wanted."""
    try:
        found = client().get_secret_value(SecretId=arn)
    except (BotoCoreError, ClientError) as error:
        raise QueueDepthError(f"the secret {arn} could not be read: {error}") from None
    parsed = Address.parse(found.get("SecretString", ""))
    if parsed is None or parsed.scheme != scheme:
        raise QueueDepthError(
            f"the secret {arn} does not hold {scheme}://user:password@host:port/0"
        )
    return parsed
