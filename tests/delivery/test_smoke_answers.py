"""Whatever answers, the smoke test says in a line what is wrong, and ends in time."""

import itertools
import json
import re
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.database_admin.certificates import Authority
from tests.delivery.answers import answering, saying
from tests.delivery.conftest import Smoke
from tests.queue_depth.tls import tls_in_front_of

WELL = {"status": "ok", "version": "new", "database": {"connected": True}}
MIB = 1024 * 1024


def line(smoke: Smoke, url: str, *options: str) -> str:
    """Return the one line of a smoke test that fails, without its address."""
    lines = smoke.fails(url, *options)
    assert len(lines) == 1
    assert lines[0].startswith(url)
    assert lines[0].isprintable()
    return lines[0].removeprefix(url)


def test_nothing_listens(smoke: Smoke) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    told = line(smoke, f"http://127.0.0.1:{port}")
    assert told == "/health: nothing listens there, expected 200"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "nothing"),
        (b"<html>\n\x1b[31m", r"<html>\n\x1b[31m, which is no JSON"),
        (b"\xff" * 1000, "\\xff" * 24 + "\\xf…, which is no JSON"),
        (b'["version"]', '["version"], which is no object'),
        (b"[" * 100_000, "[" * 99 + "…, which is no JSON"),
        (b"9" * 5000, "9" * 99 + "…, which is no JSON"),
    ],
)
def test_garbage_is_no_json(smoke: Smoke, body: bytes, told: str) -> None:
    with answering(saying(body)) as url:
        assert line(smoke, url, "--details=/d") == f"/d: answered {told}, expected a JSON object"


@pytest.mark.parametrize("size", [MIB + 1, 50 * MIB])
def test_huge_answer_is_not_read_to_its_end(smoke: Smoke, size: int) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        saying(b" " * (MIB + 1), Content_Length=str(size))(request)

    with answering(answer) as url:
        assert line(smoke, url) == "/health: answered 200 with more than 1 MiB, expected 200"


def test_answer_that_is_cut_short_is_none(smoke: Smoke) -> None:
    with answering(saying(b"{}", Content_Length="99")) as url:
        told = line(smoke, url)
    assert told == "/health: answered 200 with an answer that is cut short, expected 200"


@pytest.mark.parametrize("part", [b"", b"HTTP/1.0 200 OK\r\nX: ", b"HTTP/1.0 200 OK\r\n\r\n"])
def test_slow_answer_ends_with_the_requests_time(smoke: Smoke, part: bytes) -> None:
    ended = threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(part)
        while part and not ended.wait(0.02):
            request.wfile.write(b"x")
        ended.wait(5)

    with answering(answer) as url:
        began = time.monotonic()
        told = line(smoke, url, "--request-timeout=0.2")
        assert time.monotonic() - began < 2
        ended.set()
    assert told == "/health: gave no complete answer in 0.2 s, expected 200"


def test_redirect_is_told_and_not_followed(smoke: Smoke) -> None:
    with answering(saying(b"", 301, Location="https://example.com/\u00e9")) as url:
        told = line(smoke, url)
    assert told == "/health: redirects (301) to https://example.com/é, expected 200"


@pytest.mark.parametrize("status", [204, 404, 500, 503])
def test_other_status_is_told(smoke: Smoke, status: int) -> None:
    with answering(saying(b"", status)) as url:
        assert line(smoke, url) == f"/health: answered {status}, expected 200"


def test_server_of_another_protocol_is_told(smoke: Smoke) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"+PONG\r\n\r\n")

    with answering(answer) as url:
        assert line(smoke, url) == "/health: no answer: +PONG, expected 200"


def test_certificate_has_to_be_trusted(
    smoke: Smoke, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    certificate = authority.issue("127.0.0.1")
    with answering(saying(WELL)) as plain:
        port = int(plain.rpartition(":")[2])
        with tls_in_front_of(port, certificate) as own:
            url = f"https://127.0.0.1:{own}"
            assert "/health: its certificate is not trusted: " in line(smoke, url)
            monkeypatch.setenv("SSL_CERT_FILE", str(authority.root))
            smoke.passes(url)
        assert "/health: no answer: " in line(smoke, plain.replace("http", "https"))
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({}, "is not told"),
        ({"database": None}, "is not told"),
        ({"database": {}}, "is not told"),
        ({"database": {"connected": "true"}}, "is true"),
        ({"database": {"connected": 1}}, "is 1"),
    ],
)
def test_only_true_counts_as_connected(smoke: Smoke, part: dict[str, object], told: str) -> None:
    with answering(saying({**part})) as url:
        told = f"/health: database.connected {told}, expected true"
        assert line(smoke, url, "--require=database") == told


def test_answers_without_a_version_are_told(smoke: Smoke) -> None:
    with answering(saying({})) as url:
        told = line(smoke, url, "--details=/d", "--version=new")
    assert told == f"/health and {url}/d: no answer names a version, expected new"


def test_version_may_stand_in_one_answer_only(smoke: Smoke) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        saying(b"ok" if request.path == "/health" else WELL)(request)

    with answering(answer) as url:
        smoke.passes(url, "--details=/d", "--version=new")


def test_old_and_new_in_turn_do_not_pass(smoke: Smoke) -> None:
    versions = itertools.cycle(["new", "new", "old"])

    def answer(request: BaseHTTPRequestHandler) -> None:
        saying({"version": next(versions)})(request)

    with answering(answer) as url:
        told = line(smoke, url, "--version=new", "--timeout=1")
    assert told.startswith("/health: version is old, expected new: the old version still serves")


def test_last_round_that_was_right_does_not_hide_the_others(smoke: Smoke) -> None:
    versions = itertools.chain(["old"], itertools.repeat("new"))

    def answer(request: BaseHTTPRequestHandler) -> None:
        saying({"version": next(versions)})(request)

    with answering(answer) as url:
        # More rounds than fit into the time.
        many = ("--consecutive=190", "--interval=0.005", "--timeout=1")
        told = line(smoke, url, "--version=new", *many)
    assert re.search(r" still serves; only the last \d+ of 190 in a row were right$", told)


def test_old_version_that_leaves_in_time_passes(smoke: Smoke) -> None:
    asked = itertools.count()

    def answer(request: BaseHTTPRequestHandler) -> None:
        saying({"version": "new" if next(asked) > 3 else "old"})(request)

    with answering(answer) as url:
        assert smoke.passes(url, "--version=new")[-1] == f"{url}/health: version is new"
        assert next(asked) == 7


def test_caches_are_asked_to_step_aside(smoke: Smoke) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        fresh = request.headers["Cache-Control"] == "no-cache"
        saying(json.dumps({}).encode(), 200 if fresh else 500)(request)

    with answering(answer) as url:
        smoke.passes(f"{url}/", "--health=/live?deep=1")
