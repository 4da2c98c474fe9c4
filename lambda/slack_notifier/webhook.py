"""The Slack webhook URL, kept in Secrets Manager."""

import logging
import os
import re
from functools import cache

from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.config import Config  # type: ignore[import-untyped, unused-ignore]

from slack_notifier.errors import NotifierError

CACHE_SECONDS = 300
# Plain http would show the URL, which is a password, to the network.
_URL = re.compile(r"https://[!-~]+|http://(127\.0\.0\.1|localhost)[:/][!-~]+")

# At debug level botocore logs response bodies, and with them the secret.
logging.getLogger("botocore").setLevel(logging.INFO)


def webhook_url(*, refresh: bool = False) -> str:
    """Return the webhook URL from the cache, or from Secrets Manager when asked to refresh."""
    secret = os.environ.get("WEBHOOK_SECRET_ARN", "")
    if not secret:
        raise NotifierError("The environment variable WEBHOOK_SECRET_ARN is not set.")
    try:
        value = _provider().get(secret, max_age=CACHE_SECONDS, force_fetch=refresh)
    except GetParameterError as error:
        if "ResourceNotFoundException" in str(error):
            raise NotifierError(
                f"The secret {secret} has no value yet: store the Slack webhook URL in it."
            ) from None
        raise NotifierError(f"The secret {secret} could not be read: {error}") from None
    url = value.strip() if isinstance(value, str) else ""
    if _URL.fullmatch(url):
        return url
    if not refresh:
        # A wrong value that has been corrected must not stay wrong while the cache lives.
        return webhook_url(refresh=True)
    raise NotifierError(f"The secret {secret} does not hold an https URL.")


@cache
def _provider() -> SecretsProvider:
    # The default timeouts of a minute outlast the function, whose log would then say nothing.
    limits = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})
    return SecretsProvider(boto_config=limits)
