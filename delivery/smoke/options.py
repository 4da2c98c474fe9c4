"""The command line of the smoke test; what can't be used ends it with status 2."""

from __future__ import annotations

import argparse
import math
from dataclasses import fields
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from delivery.smoke.expected import Expectations, UnusableError, expectations
from delivery.smoke.poll import Patience

if TYPE_CHECKING:
    from collections.abc import Sequence

HEALTH = "/health"


def parse(
    arguments: Sequence[str] | None, *, description: str | None
) -> tuple[str, Expectations, Patience]:
    """The address without a slash at its end, what is expected there, and how long to wait."""
    parser = _parser(description)
    options = parser.parse_args(arguments)
    patience = Patience(**{each.name: getattr(options, each.name) for each in fields(Patience)})
    if patience.timeout <= (least := (patience.consecutive - 1) * patience.interval):
        rounds = f"{patience.consecutive} rounds, one in {patience.interval:g} s"
        parser.error(f"--timeout: must be over {least:g} for {rounds}")
    try:
        return options.url, _expected(options), patience
    except UnusableError as error:
        parser.error(str(error))


def _expected(options: argparse.Namespace) -> Expectations:
    named = [options.system, options.environment, options.service]
    if not any(named):
        requires = tuple(options.require or ())
        return Expectations(options.health or HEALTH, options.details, requires, options.version)
    if not all(named):
        raise UnusableError("--system, --environment and --service go together")
    try:
        # Only here: all the rest does with Python alone.
        from config.errors import ConfigError  # noqa: PLC0415
        from config.load import load_environment  # noqa: PLC0415
    except ImportError as error:
        raise UnusableError(f"--system needs the packages of requirements.txt: {error}") from None
    try:
        environment = load_environment(options.system, options.environment)
    except ConfigError as error:
        raise UnusableError(str(error)) from None
    return expectations(
        environment,
        options.service,
        health=options.health,
        details=options.details,
        requires=tuple(options.require) if options.require else None,
        version=options.version,
    )


def _parser(description: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m delivery.smoke", description=description, allow_abbrev=False
    )
    default = Patience()
    add = parser.add_argument
    add("url", metavar="URL", type=_url, help="where the service is, such as https://example.com")
    add("--health", type=_path, help=f"path that answers 200 (default: the file's, or {HEALTH})")
    add("--details", type=_path, help="path that answers 200 with JSON (default: the file's probe)")
    add("--version", type=_text, help="what `version` has to be in all answers that name one")
    add("--require", type=_text, action="append", metavar="NAME", help="NAME.connected is true")
    add("--system", type=_text, help="with the next two: expect what this system's file says")
    add("--environment", type=_text)
    add("--service", type=_text)
    add("--timeout", type=_seconds, default=default.timeout, help="seconds in all (%(default)s)")
    add("--interval", type=_seconds, default=default.interval, help="between rounds (%(default)s)")
    add("--request-timeout", type=_seconds, default=default.request_timeout, help="(%(default)s)")
    add("--consecutive", type=_count, default=default.consecutive, help="rounds (%(default)s)")
    return parser


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    # A password would stand in every line of the output.
    if not usable or "@" in parts.netloc or parts.query or parts.fragment or not _plain(text):
        raise argparse.ArgumentTypeError("must be http(s)://host[:port], without user and query")
    return text.rstrip("/")


def _path(text: str) -> str:
    if not text.startswith("/") or "#" in text or not _plain(text):
        raise argparse.ArgumentTypeError("must be a path such as /health")
    return text


def _text(text: str) -> str:
    # A variable that was not set, most likely; to check nothing then would look like success.
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError("must be a number of seconds over 0")
    return seconds


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a number from 1")
    return int(text)


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
