"""The cache's certificate and host name are checked, and nothing is said without TLS."""

import socket
import threading
from pathlib import Path

import pytest

from queue_depth.errors import QueueDepthError
from queue_depth.handler import connection
from tests.database_admin.certificates import Authority
from tests.queue_depth.function import Function
from tests.queue_depth.server import HOST, PASSWORD, Server
from tests.queue_depth.tls import SECONDS, tls_in_front_of


@pytest.fixture
def authority(function: Function, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Make an authority that the system trusts, and let the function insist on TLS."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
    monkeypatch.delenv("CACHE_TLS")
    return authority


def invoke(function: Function, server: Server, certificate: Path) -> dict[str, int]:
    """Invoke the function with TLS in front of the server."""
    with tls_in_front_of(server.port, certificate) as port:
        function.put(server.url(scheme="rediss", port=port))
        try:
            return function.invoke()
        finally:
            connection.forget()


def test_trusted_certificate_of_the_hosts_name_is_accepted(
    server: Server, function: Function, authority: Authority
) -> None:
    server.do(("RPUSH", "celery", 1))
    assert invoke(function, server, authority.issue(HOST)) == {"worker": 1, "digest": 0}


def test_certificate_of_another_host_is_refused(
    server: Server, function: Function, authority: Authority
) -> None:
    with pytest.raises(QueueDepthError, match="IP address mismatch"):
        invoke(function, server, authority.issue("127.0.0.2"))
    assert function.documents() == []
    assert "auth" not in server.called()


def test_certificate_of_an_unknown_authority_is_refused(
    server: Server, function: Function, authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    certificate = Authority(tmp_path / "other").issue(HOST)
    assert authority.root.exists()
    with pytest.raises(QueueDepthError, match="certificate verify failed"):
        invoke(function, server, certificate)
    assert function.documents() == []
    assert "auth" not in server.called()


def test_tests_own_authority_is_not_trusted_by_default(
    server: Server, function: Function, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It's the system's authorities that count."""
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(QueueDepthError, match="certificate verify failed"):
        invoke(function, server, authority.issue(HOST))


@pytest.mark.usefixtures("authority")
def test_address_without_tls_is_refused_before_anything_is_sent(
    server: Server, function: Function
) -> None:
    with pytest.raises(QueueDepthError, match="does not hold rediss://"):
        function.invoke()
    assert "auth" not in server.called()


@pytest.mark.usefixtures("authority")
@pytest.mark.parametrize("option", ["ssl_cert_reqs=none", "ssl_check_hostname=false"])
def test_address_can_not_turn_the_checks_off(
    server: Server, function: Function, option: str
) -> None:
    function.put(f"{server.url(scheme='rediss')}?{option}")
    with pytest.raises(QueueDepthError, match="does not hold rediss://"):
        function.invoke()


@pytest.mark.usefixtures("authority")
def test_server_without_tls_never_gets_the_password(server: Server, function: Function) -> None:
    heard = []

    def listen() -> None:
        for _ in range(2):
            plain, _ = listener.accept()
            with plain:
                plain.settimeout(SECONDS)
                heard.append(plain.recv(65536))
                plain.sendall(b"-ERR unknown command\r\n")

    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(SECONDS)
        thread = threading.Thread(target=listen)
        thread.start()
        function.put(server.url(scheme="rediss", port=listener.getsockname()[1]))
        with pytest.raises(QueueDepthError, match="ConnectionError"):
            function.invoke()
        thread.join()
    assert len(heard) == 2
    assert not any(PASSWORD.encode() in each for each in heard)
