"""Connections to the database, always with an end to waiting."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from pg8000.native import Connection, DatabaseError  # type: ignore[import-untyped, unused-ignore]

from database_admin import store
from database_admin.errors import RotationError
from database_admin.settings import Settings

RDS_CA = Path(__file__).with_name("rds-ca.pem")
CONNECT_SECONDS = 5
# Longer than the server's own limits, so that normally the server names the cause.
SOCKET_SECONDS = 35
LIMITS = {
    "statement_timeout": "30s",
    "lock_timeout": "20s",
    # Shorter than the lock's: a function killed halfway may leave its connection, and with it
    # the lock, behind; the retry must outlive it.
    "idle_in_transaction_session_timeout": "10s",
}
# invalid_password, invalid_authorization_specification
REFUSALS = ("28P01", "28000")


def tls_context(authorities: Path = RDS_CA) -> ssl.SSLContext:
    """Trust the given authorities and nothing else; certificate and host name are checked."""
    return ssl.create_default_context(cafile=str(authorities))


def connect(settings: Settings, user: str, password: str) -> Connection:
    """Log in to the database."""
    link = socket.create_connection((settings.host, settings.port), timeout=CONNECT_SECONDS)
    link.settimeout(SOCKET_SECONDS)
    try:
        return Connection(
            user,
            host=settings.host,
            database=settings.database,
            password=password,
            ssl_context=tls_context() if settings.verify_tls else False,
            application_name="database-admin",
            startup_params=LIMITS,
            sock=link,
        )
    except BaseException:
        link.close()
        raise


def connect_as_master(settings: Settings) -> Connection:
    """Log in as the master, whichever state the rotation of its password is in."""
    refused = set()
    for password in _master_passwords(settings.master_secret):
        if password in refused:
            continue
        try:
            return connect(settings, settings.master_username, password)
        except DatabaseError as error:
            if error.args[0].get("C") not in REFUSALS:
                raise
            refused.add(password)
    raise RotationError("no version of the master's secret is accepted by the database")


def _master_passwords(arn: str) -> Iterator[str]:
    # Twice, because the labels may move between two reads.
    for stage in (store.CURRENT, store.PENDING, store.PREVIOUS) * 2:
        if password := store.value(arn, VersionStage=stage):
            yield password
    # An abandoned rotation may have set a password whose version then lost its label.
    for version in store.unlabelled(arn):
        if password := store.value(arn, VersionId=version):
            yield password
