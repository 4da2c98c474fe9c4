"""Passwords that are replaced, servers that are away, and connections that break."""

import socket
import threading
import time

import pytest

from queue_depth import connection as connecting
from queue_depth.errors import QueueDepthError
from queue_depth.handler import connection
from queue_depth.settings import Settings
from tests.queue_depth.function import Function
from tests.queue_depth.server import HOST, USER, Server

SECOND = "second-password-0123456789"


def test_address_and_connection_are_kept(server: Server, function: Function) -> None:
    for _ in range(3):
        function.invoke()
    assert function.reads() == 1
    with server.admin() as admin:
        assert admin.info("commandstats")["cmdstat_auth"]["calls"] == 1


def test_replaced_password_is_found_in_the_secret(server: Server, function: Function) -> None:
    server.do(("RPUSH", "celery", 1))
    function.invoke()
    server.set_user(SECOND)
    function.put(server.url(SECOND))
    server.end_sessions()
    assert function.invoke()["worker"] == 1
    assert function.reads() == 2
    assert function.invoke()["worker"] == 1
    assert function.reads() == 0


def test_replaced_password_does_not_matter_while_the_connection_lasts(
    server: Server, function: Function
) -> None:
    function.invoke()
    server.do(("ACL", "SETUSER", USER, "resetpass", f">{SECOND}"))
    function.invoke()
    assert function.reads() == 1


def test_password_that_the_server_refuses_is_an_error_and_no_depth(
    server: Server, function: Function
) -> None:
    function.invoke()
    function.reads()
    server.set_user(SECOND)
    server.end_sessions()
    with pytest.raises(QueueDepthError, match="AuthenticationError: invalid username-password"):
        function.invoke()
    assert function.documents() == []
    assert function.reads() == 1


def test_corrected_secret_is_used_in_the_next_minute(server: Server, function: Function) -> None:
    server.set_user(SECOND)
    with pytest.raises(QueueDepthError):
        function.invoke()
    function.put(server.url(SECOND))
    assert function.invoke() == {"worker": 0, "digest": 0}


def test_broken_connection_is_made_again(server: Server, function: Function) -> None:
    function.invoke()
    server.end_sessions()
    server.do(("RPUSH", "celery", 1))
    assert function.invoke()["worker"] == 1


def test_moved_cache_is_found_in_the_secret(
    server: Server, own_server: Server, function: Function
) -> None:
    function.put(own_server.url())
    function.invoke()
    own_server.stop()
    server.do(("RPUSH", "celery", 1))
    function.put(server.url())
    assert function.invoke()["worker"] == 1


def test_server_that_is_away_is_an_error_and_no_depth(
    own_server: Server, function: Function
) -> None:
    function.put(own_server.url())
    function.invoke()
    function.reads()
    own_server.stop()
    for reads in (1, 2):
        with pytest.raises(QueueDepthError, match=r"ConnectionError: .*refused"):
            function.invoke()
        assert function.documents() == []
        assert function.reads() == reads


def test_restarted_server_is_asked_again(own_server: Server, function: Function) -> None:
    function.put(own_server.url())
    own_server.do(("RPUSH", "celery", 1))
    assert function.invoke()["worker"] == 1
    own_server.stop()
    own_server.start()
    own_server.do(("RPUSH", "celery", 1, 2))
    assert function.invoke()["worker"] == 2


def test_cache_that_comes_back_is_asked_again(own_server: Server, function: Function) -> None:
    function.put(own_server.url())
    own_server.stop()
    with pytest.raises(QueueDepthError):
        function.invoke()
    own_server.start()
    own_server.do(("RPUSH", "celery", 1))
    assert function.invoke()["worker"] == 1


def test_silent_server_is_given_up_after_one_retry(
    function: Function, silent_port: int, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "COMMAND_SECONDS", 0.3)
    function.put(server.url(port=silent_port))
    start = time.monotonic()
    with pytest.raises(QueueDepthError, match="TimeoutError: Timeout reading"):
        function.invoke()
    assert 0.6 <= time.monotonic() - start < 1.5
    assert function.reads() == 2


def test_client_has_the_limits_and_never_retries_by_itself(function: Function) -> None:
    settings = Settings.from_environment(function.environment)
    with connection.client(settings) as client:
        options = client.connection_pool.connection_kwargs
        assert options["socket_connect_timeout"] == options["socket_timeout"] == 3
        assert client.connection_pool.make_connection().retry._retries == 0


def test_server_of_another_kind_is_an_error_and_no_depth(
    server: Server, function: Function
) -> None:
    def answer() -> None:
        for _ in range(2):
            with listener.accept()[0] as client:
                client.recv(65536)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=answer)
        thread.start()
        function.put(server.url(port=listener.getsockname()[1]))
        with pytest.raises(QueueDepthError, match="InvalidResponse"):
            function.invoke()
        thread.join()
    assert function.documents() == []
    assert function.reads() == 2
