"""Logging in as the master in every state of its rotation, and giving up on a dead database."""

import dataclasses
import os
import socket
import threading
import time
from contextlib import suppress

import pytest
from pg8000.native import DatabaseError, InterfaceError

from database_admin import database, privileges, roles
from database_admin.errors import RotationError
from database_admin.settings import Settings
from tests.database_admin.deployment import STEPS, Deployment
from tests.database_admin.server import HOST, MASTER


@pytest.fixture
def settings(deployment: Deployment) -> Settings:
    """Read the settings as the function does."""
    return Settings.from_environment(os.environ)


def test_master_secret_is_nothing_but_the_password(deployment: Deployment) -> None:
    """Other parts of the stack insert the secret as it is."""
    value = deployment.rotate(deployment.master)
    assert len(value) >= 32
    assert value.isalnum()
    assert deployment.accepts(value)


@pytest.mark.parametrize("done", range(1, 5))
def test_other_rotations_work_after_every_step_of_the_masters(
    deployment: Deployment, done: int
) -> None:
    """The password in force is found among the current, pending and previous ones."""
    deployment.rotate(deployment.master)
    token = deployment.secrets.begin(deployment.master)
    for step in STEPS[:done]:
        deployment.step(step, deployment.master, token)
    for arn in (deployment.application, deployment.owner):
        assert deployment.accepts(deployment.rotate(arn))


def test_previous_password_is_tried_too(deployment: Deployment, settings: Settings) -> None:
    """After a restored snapshot the database may be one rotation behind."""
    before = deployment.secrets.value(deployment.master)
    deployment.rotate(deployment.master)
    with deployment.server.connect() as superuser:
        superuser.run(f"ALTER ROLE \"{MASTER}\" PASSWORD '{before}'")
    with database.connect_as_master(settings) as connection:
        privileges.check_identity(connection, MASTER, MASTER)


def test_labels_that_move_between_two_reads_are_read_again(
    deployment: Deployment, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The master's rotation may end while another one is looking for the password."""
    attempts = []
    connect = database.connect

    def finish_meanwhile(settings: Settings, user: str, password: str) -> object:
        attempts.append(password)
        if len(attempts) == 1:
            deployment.rotate(deployment.master)
            # Then Secrets Manager starts the next one.
            deployment.secrets.begin(deployment.master)
        return connect(settings, user, password)

    monkeypatch.setattr(database, "connect", finish_meanwhile)
    with database.connect_as_master(settings) as connection:
        privileges.check_identity(connection, MASTER, MASTER)


def test_no_valid_password_is_a_clear_error(deployment: Deployment, settings: Settings) -> None:
    """Each known password is tried once only."""
    with deployment.server.connect() as superuser:
        superuser.run(f"ALTER ROLE \"{MASTER}\" PASSWORD 'another'")
    log = deployment.server.log
    before = log.read_text().count("password authentication failed")
    with pytest.raises(RotationError, match="no version of the master's secret"):
        database.connect_as_master(settings)
    assert log.read_text().count("password authentication failed") == before + 1


def test_trouble_other_than_a_refused_password_is_not_hidden(
    deployment: Deployment, settings: Settings
) -> None:
    """A missing database is no reason to try another password."""
    elsewhere = dataclasses.replace(settings, database="missing")
    with pytest.raises(DatabaseError, match="3D000"):
        database.connect_as_master(elsewhere)


def test_closed_port_ends_in_an_error_at_once(settings: Settings) -> None:
    """Nothing listens."""
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        database.connect(dataclasses.replace(settings, port=port), "x", "x")


@pytest.mark.parametrize("verify_tls", [False, True])
def test_silent_server_ends_in_an_error(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, verify_tls: bool
) -> None:
    """A server that takes the connection and never answers does not use up the function's time."""
    monkeypatch.setattr(database, "SOCKET_SECONDS", 0.2)
    seconds_until_closed = []

    def stay_silent() -> None:
        start = time.monotonic()
        connection, _ = listener.accept()
        with connection, suppress(TimeoutError):
            connection.settimeout(3)
            while connection.recv(1024):
                pass
        seconds_until_closed.append(time.monotonic() - start)

    with socket.create_server((HOST, 0)) as listener:
        server = threading.Thread(target=stay_silent)
        server.start()
        port = listener.getsockname()[1]
        silent = dataclasses.replace(settings, port=port, verify_tls=verify_tls)
        with pytest.raises((OSError, InterfaceError)):
            database.connect(silent, "x", "x")
        server.join()
    assert seconds_until_closed[0] < 2


@pytest.mark.parametrize("limit", ["statement_timeout", "lock_timeout"])
def test_lock_that_is_never_released_ends_in_an_error(
    deployment: Deployment, settings: Settings, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    """Another session holds the lock of the rotations."""
    monkeypatch.setitem(database.LIMITS, limit, "200ms")
    with deployment.server.connect(settings.database) as superuser:
        superuser.run(f"SELECT pg_advisory_lock({roles.LOCK})")
        with pytest.raises(DatabaseError, match=r"57014|55P03"):
            deployment.rotate(deployment.application)


def test_lock_of_a_killed_function_is_released(
    deployment: Deployment, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection may outlive it, in the middle of a transaction."""
    monkeypatch.setitem(database.LIMITS, "idle_in_transaction_session_timeout", "200ms")
    left_behind = database.connect_as_master(settings)
    left_behind.run("BEGIN")
    left_behind.run(f"SELECT pg_advisory_xact_lock({roles.LOCK})")
    assert deployment.accepts(deployment.rotate(deployment.application))
    with pytest.raises((DatabaseError, InterfaceError, OSError)):
        left_behind.run("COMMIT")
    with suppress(InterfaceError):
        left_behind.close()


def test_limits_fit_together() -> None:
    """The lock outlasts a killed function, the statement outlasts the lock, the client both."""
    idle, lock, statement = (
        int(database.LIMITS[name].removesuffix("s"))
        for name in ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout")
    )
    assert idle < lock < statement < database.SOCKET_SECONDS
