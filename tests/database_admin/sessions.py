"""Sessions of the services, and what they are denied."""

from contextlib import ExitStack

from pg8000.native import Connection, DatabaseError

from tests.database_admin.deployment import Deployment

DENIED = "42501"


class Sessions:
    """Sessions of the colours in use, opened when first asked for."""

    def __init__(self, deployment: Deployment, stack: ExitStack) -> None:
        """Do the first rotations of both credentials."""
        self.deployment, self.stack = deployment, stack
        self.owner = self.rotate(deployment.owner)
        self.application = self.rotate(deployment.application)

    def rotate(self, arn: str) -> Connection:
        """Rotate and log in with the new connection string."""
        return self.stack.enter_context(self.deployment.session(self.deployment.rotate(arn)))


def refused(connection: Connection, statement: str) -> bool:
    """Say whether the server denies the statement; any other error is raised."""
    try:
        connection.run(statement)
    except DatabaseError as error:
        if error.args[0]["C"] != DENIED:
            raise
        return True
    return False
