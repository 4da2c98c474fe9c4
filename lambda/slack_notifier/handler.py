"""Entry point of the Slack notifier function."""

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from slack_notifier.blocks import payload
from slack_notifier.delivery import post
from slack_notifier.errors import NotifierError
from slack_notifier.events import messages_from

logger = Logger(service="slack-notifier")


# Events may hold secrets, so they stay out of the log whatever the environment asks for.
@logger.inject_lambda_context(log_event=False)
def handle(event: object, context: LambdaContext) -> dict[str, int]:
    """Post every message of an event to Slack, then raise if any of them failed.

    Delivery is at least once: when one record of several fails, the retry of the event posts
    the others again, and an answer of Slack that got lost makes the same message appear twice.
    What raises waits for the next retry: Lambda's own, then those of the queue.
    """
    messages = messages_from(event)
    failures: list[Exception] = []
    for message in messages:
        try:
            post(
                payload(message),
                time_left=lambda: context.get_remaining_time_in_millis() / 1000,
            )
        except Exception as error:  # noqa: BLE001  (the other records are still to be posted)
            known = isinstance(error, NotifierError)
            # Not logger.exception: a traceback may quote the webhook's address.
            logger.error(str(error) if known else f"Not posted: {type(error).__name__}")  # noqa: TRY400
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(messages)} messages not posted", failures)
    logger.info("Posted to Slack", extra={"posted": len(messages)})
    return {"posted": len(messages)}
