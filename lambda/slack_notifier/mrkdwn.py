"""Text in Slack's mrkdwn: escaping, shortening, dates and links."""

import re
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from slack_notifier.messages import Link

# Slack refuses or garbles these, and lone surrogates cannot be encoded at all.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CUT_ENTITY = re.compile(r"&[a-z]*$")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?")
_URL_LIMIT = 2000


def escape(text: str) -> str:
    """Return text in which Slack finds no link, mention or other control sequence."""
    clean = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n")).strip()
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    """Return text escaped and shortened to a limit that counts the escaped characters."""
    escaped = escape(text)
    if len(escaped) <= limit:
        return escaped
    return _CUT_ENTITY.sub("", escaped[: limit - 1]).rstrip() + "…"


def one_line(text: str) -> str:
    """Return text with every run of white space as one space."""
    return " ".join(text.split())


def utc(when: datetime) -> str:
    """Return a time in UTC for people."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def date(when: datetime) -> str:
    """Return a time in UTC, followed by the reader's local time where Slack can show it."""
    stamp = int(when.timestamp())
    if stamp <= 0:
        return utc(when)
    return f"{utc(when)} (<!date^{stamp}^{{date_short_pretty}} {{time}}|{utc(when)}>)"


def link(target: Link) -> str | None:
    """Return a mrkdwn link, or None when the URL is not one that Slack would take."""
    url = target.url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(parts.netloc):
        return None
    # Percent-encodes the bytes that could end the link early, such as | and >.
    encoded = quote(url, safe="%/:?#[]@!$&'()*+,;=~", errors="replace")
    if len(escape(encoded)) > _URL_LIMIT:
        return None
    return f"<{escape(encoded)}|{clip(one_line(target.label), 100)}>"
