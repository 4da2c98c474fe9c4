"""The step that each deployment of the data stack asks for, outside of any rotation."""

from database_admin import database, roles
from database_admin.settings import Settings


def bootstrap(settings: Settings) -> None:
    """Bring roles, rights and extensions to the described state; no login and no secret changes."""
    with (
        database.connect_as_master(settings) as connection,
        roles.exclusively(connection),
    ):
        roles.bootstrap(connection, settings.database, settings.extensions)
