"""The error every failure of the function raises."""


class QueueDepthError(Exception):
    """Depths that could not be read; its text never holds the cache's password."""
