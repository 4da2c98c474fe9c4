"""What a Slack message says, before it takes Slack's shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class State:
    """A state as a word, with a symbol whose shape tells states apart without colour."""

    symbol: str
    word: str


ALARM = State("🚨", "ALARM")
RECOVERED = State("✅", "RECOVERED")
OK = State("✅", "OK")
NO_DATA = State("❔", "NO DATA")
SUCCEEDED = State("✅", "SUCCEEDED")
FAILED = State("❌", "FAILED")
STOPPED = State("✋", "STOPPED")
RUNNING = State("⏳", "IN PROGRESS")
INFO = State("💬", "INFO")
WARNING = State("⚠️", "WARNING")
CRITICAL = State("🚨", "CRITICAL")
UNKNOWN = State("❔", "Unknown event")


def other_state(word: str) -> State:
    """Return a state for a word that is not among the known ones."""
    return State(NO_DATA.symbol, word.upper()[:30] or "UNKNOWN STATE")


@dataclass(frozen=True)
class Link:
    """A place to look further."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """One notice: state, subject, explanation, details, time, link and origin."""

    state: State
    title: str
    text: str = ""
    preformatted: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None
    link: Link | None = None
    origin: tuple[str, ...] = ()
