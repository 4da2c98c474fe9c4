"""The errors that send an event to Lambda's retries and then to the dead-letter queue."""


class NotifierError(RuntimeError):
    """A message was not posted; the text says why and never holds the webhook URL."""
