"""What goes wrong, in words that hold no secret."""

from pg8000.native import DatabaseError, InterfaceError


class SettingsError(Exception):
    """A variable is missing or can't be used; its value is never quoted."""


class UnavailableError(Exception):
    """The database, or Redis, can't be asked now."""


def reason(error: BaseException) -> str:
    """Return one line about an error of a driver: PostgreSQL's own words where it sent some."""
    details = error.args[0] if isinstance(error, DatabaseError) and error.args else None
    if isinstance(details, dict):
        text = f"{details.get('M', '')} ({details.get('C', '')})"
    elif isinstance(error, InterfaceError) and str(error) == "network error":
        # The driver drops PostgreSQL's last words.
        text = "the connection was lost"
    else:
        cause = error.__cause__
        text = f"{error}: {cause}" if cause else str(error) or type(error).__name__
    return " ".join(text.split())
