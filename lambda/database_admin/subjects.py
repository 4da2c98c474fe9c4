"""What is rotated: the master's password and the connection strings."""

from dataclasses import dataclass
from typing import Protocol

from database_admin import database, privileges, roles, store
from database_admin.credentials import FORMATS, ConnectionUrl, new_password, read
from database_admin.errors import RotationError
from database_admin.settings import Credential, Settings


class Subject(Protocol):
    """A secret that can be rotated."""

    @property
    def arn(self) -> str:
        """Name the secret."""

    def generate(self) -> str:
        """Make the next value."""

    def apply(self, pending: str, token: str) -> None:
        """Make the database accept the value."""

    def verify(self, pending: str) -> None:
        """Fail unless the value works."""


@dataclass(frozen=True)
class Master:
    """The master's password: one role, changed in place."""

    settings: Settings
    arn: str

    def generate(self) -> str:
        """Make the next password."""
        return new_password()

    def apply(self, pending: str, token: str) -> None:
        """Set the password of the master, by the master."""
        with (
            database.connect_as_master(self.settings) as connection,
            roles.exclusively(connection),
        ):
            roles.set_password(connection, self.settings.master_username, pending)

    def verify(self, pending: str) -> None:
        """Log in with the password."""
        name = self.settings.master_username
        with database.connect(self.settings, name, pending) as connection:
            privileges.check_identity(connection, name, name)


@dataclass(frozen=True)
class Login:
    """A connection string, by itself or within JSON, that alternates between two logins."""

    settings: Settings
    arn: str
    credential: Credential

    def generate(self) -> str:
        """Make the value for the login that is not in use."""
        url = ConnectionUrl(
            user=self.credential.next_login(self._login_in_use()),
            password=new_password(),
            host=self._host,
            port=self.settings.port,
            database=self.settings.database,
            query=self.credential.query,
        )
        return url.text(self.credential.format)

    def apply(self, pending: str, token: str) -> None:
        """Prepare the roles and set the password of the login that is not in use."""
        url = self._parse(pending)
        if url.user == self._login_in_use():
            raise RotationError(f"{url.user} is in use: its password must not be changed")
        with (
            database.connect_as_master(self.settings) as connection,
            roles.exclusively(connection),
        ):
            roles.bootstrap(connection, self.settings.database, self.settings.extensions)
            roles.set_login(connection, url.user, url.password, self.credential.role)
        # Only after the commit: RDS Proxy must never read a password that the database refuses.
        if colour := self.credential.colour_of(url.user):
            store.put_current(colour, token, url.login())

    def verify(self, pending: str) -> None:
        """Log in, to the database whatever host is written, and look at what is allowed there."""
        url = self._parse(pending)
        with database.connect(self.settings, url.user, url.password) as connection:
            privileges.check_identity(connection, url.user, self.credential.role)
            privileges.check_rights(connection, self.credential.role)

    @property
    def _host(self) -> str:
        return self.credential.host or self.settings.host

    def _login_in_use(self) -> str | None:
        url = read(store.value(self.arn, VersionStage=store.CURRENT) or "")
        return url.user if url else None

    def _parse(self, pending: str) -> ConnectionUrl:
        url = read(pending)
        here = (self.settings.port, self.settings.database)
        # The database's own host too: a deployment may change `host` while a rotation waits.
        hosts = (self._host, self.settings.host)
        if url is None or (url.port, url.database) != here or url.host not in hosts:
            raise RotationError("the pending value is not a connection string of this database")
        # Services may read any field of the JSON, so every one must be what is verified.
        if pending not in [url.text(form) for form in FORMATS]:
            raise RotationError("the pending value contradicts itself")
        if url.user not in self.credential.logins:
            raise RotationError("the pending value names a login of another credential")
        return url


def subject_of(settings: Settings, arn: str) -> Subject:
    """Find out what kind of secret it is; refuse one that is not this function's business."""
    if arn == settings.master_secret:
        return Master(settings, arn)
    if arn not in settings.credentials:
        raise RotationError(f"secret {arn} is not in the care of this function")
    return Login(settings, arn, settings.credentials[arn])
