"""Entry point: called for every step of a rotation, and after each deployment."""

import logging
import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from database_admin.bootstrap import bootstrap
from database_admin.errors import RotationError
from database_admin.rotation import rotate
from database_admin.settings import Settings

logger = Logger(service="database-admin")

# At DEBUG the SDK logs whole responses, and with them the secrets, whatever level the function
# itself is set to.
for library in ("boto3", "botocore", "urllib3"):
    logging.getLogger(library).setLevel(logging.INFO)


@logger.inject_lambda_context(clear_state=True)
def handle(event: dict[str, Any], context: LambdaContext) -> None:
    """Do the step that Secrets Manager or a deployment asks for."""
    if event.get("Step") == "bootstrap":
        logger.append_keys(step="bootstrap")
        bootstrap(Settings.from_environment(os.environ))
    else:
        _rotate(event)
    logger.info("step done")


def _rotate(event: dict[str, Any]) -> None:
    try:
        step, arn, token = (event[key] for key in ("Step", "SecretId", "ClientRequestToken"))
    except KeyError as error:
        raise RotationError(f"not a rotation event: {error} is missing") from None
    logger.append_keys(step=step, secret=arn, version=token)
    rotate(Settings.from_environment(os.environ), step, arn, token)
