"""Entry point: called every minute, inside the VPC."""

import logging
import os

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from valkey.exceptions import ConnectionError as CacheConnectionError
from valkey.exceptions import InvalidResponse, ValkeyError
from valkey.exceptions import TimeoutError as CacheTimeoutError

from queue_depth.connection import Connection
from queue_depth.depths import depths
from queue_depth.errors import QueueDepthError
from queue_depth.metrics import publish
from queue_depth.settings import Settings

# A refused login is among them.
UNREACHABLE = (CacheConnectionError, CacheTimeoutError, InvalidResponse)

logger = Logger(service="queue-depth")
connection = Connection()

# At DEBUG the SDK logs whole responses, and with them the secret, whatever level the function
# itself is set to.
for library in ("boto3", "botocore", "urllib3"):
    logging.getLogger(library).setLevel(logging.INFO)


@logger.inject_lambda_context(log_event=False, clear_state=True)
def handle(event: object, context: LambdaContext) -> dict[str, int]:
    """Publish the depth of every service's queue, or raise and publish none at all."""
    settings = Settings.from_environment(os.environ)
    found = _read(settings)
    publish(settings.namespace, found)
    return found


def _read(settings: Settings) -> dict[str, int]:
    try:
        return depths(connection.client(settings), settings.queues)
    except UNREACHABLE as error:
        # The password may have been replaced, or the cache have moved; the secret then says so.
        logger.warning("trying once more with the secret read anew", extra={"cause": str(error)})
        connection.forget()
    except ValkeyError as error:
        raise _failure(error) from None
    try:
        return depths(connection.client(settings), settings.queues)
    except ValkeyError as error:
        connection.forget()
        raise _failure(error) from None


def _failure(error: ValkeyError) -> QueueDepthError:
    return QueueDepthError(f"the cache could not be read: {type(error).__name__}: {error}")
