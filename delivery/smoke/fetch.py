"""One request and what came of it; whatever a server does, it ends in time and raises nothing."""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from delivery.smoke.words import shown

MOST_BYTES = 1024 * 1024
# A cache in between would answer for the version before.
HEADERS = {"Accept": "application/json", "Cache-Control": "no-cache", "User-Agent": "smoke-test"}


@dataclass(frozen=True)
class Answer:
    """The status and the JSON object, or why there is none.

    `failure` says why there is no complete answer, `unread` why a complete one is no JSON object.
    """

    url: str
    status: int = 0
    document: dict[str, Any] | None = None
    failure: str = ""
    unread: str = ""


def fetch(url: str, seconds: float) -> Answer:
    """Ask once. Names that resolve slowly and answers that drip count towards the time, too."""
    answers: list[Answer] = []
    # No time limit of a socket covers all of that; a thread that is late is left behind.
    thread = threading.Thread(target=lambda: answers.append(_ask(url, seconds)), daemon=True)
    thread.start()
    thread.join(seconds)
    return answers[0] if answers else _late(url, seconds)


def _ask(url: str, seconds: float) -> Answer:
    try:
        with _open(Request(url, headers=HEADERS), seconds) as response:  # noqa: S310
            body = response.read(MOST_BYTES + 1)
            status, location = response.status, response.headers.get("Location")
            # An answer whose length was told in advance ends short of it without any error.
            cut = bool(response.length) and len(body) <= MOST_BYTES
    except (OSError, HTTPException, ValueError) as error:
        cause = error.reason if isinstance(error, URLError) else error
        return _late(url, seconds) if isinstance(cause, TimeoutError) else _failed(url, cause)
    if cut or len(body) > MOST_BYTES:
        what = "an answer that is cut short" if cut else "more than 1 MiB"
        return Answer(url, status, failure=f"answered {status} with {what}")
    if 300 <= status < 400:
        return Answer(
            url, status, failure=f"redirects ({status}) to {shown(location or 'nowhere')}"
        )
    return _read(url, status, body)


def _open(request: Request, seconds: float) -> HTTPResponse:
    # Without the handlers of redirects and errors: any status is an answer that may say something.
    opener = OpenerDirector()
    # No proxy leads to this machine.
    proxies = ProxyHandler({}) if _is_here(request.host) else ProxyHandler()
    for handler in (proxies, HTTPHandler(), HTTPSHandler(), UnknownHandler()):
        opener.add_handler(handler)
    response: HTTPResponse = opener.open(request, timeout=seconds)
    return response


def _is_here(host: str) -> bool:
    name = (urlsplit(f"//{host}").hostname or "").lower()
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _read(url: str, status: int, body: bytes) -> Answer:
    try:
        document = json.loads(body)
    # A thousand brackets in each other are too much for the parser.
    except (ValueError, RecursionError):
        return Answer(url, status, unread=f"{shown(body)}, which is no JSON" if body else "nothing")
    if not isinstance(document, dict):
        return Answer(url, status, unread=f"{shown(document)}, which is no object")
    return Answer(url, status, document)


def _late(url: str, seconds: float) -> Answer:
    return Answer(url, failure=f"gave no complete answer in {seconds:g} s")


def _failed(url: str, cause: BaseException | str) -> Answer:
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = f"its certificate is not trusted: {shown(cause.verify_message)}"
    elif isinstance(cause, ConnectionRefusedError):
        why = "nothing listens there"
    else:
        why = f"no answer: {shown(str(cause).strip() or type(cause).__name__)}"
    return Answer(url, failure=why)
