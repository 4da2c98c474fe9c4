"""Turns a message into a Slack payload that stays within Slack's limits."""

from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from slack_notifier.messages import Message
from slack_notifier.mrkdwn import clip, date, escape, link, one_line

HEADER_LENGTH = 150
FIELDS_PER_SECTION = 10
# Slack allows more for each part, but refuses a message whose blocks add up to roughly
# 12000 characters (msg_blocks_too_long), so every part gets a share of less than that.
TEXT_LENGTH = 2500
FIELD_NAME_LENGTH = 100
FIELD_VALUE_LENGTH = 600
FIELDS_LENGTH = 3500
MAX_FIELDS = 30
ORIGIN_LENGTH = 500
FALLBACK_LENGTH = 500


def payload(message: Message) -> dict[str, Any]:
    """Return the body of the webhook request: the blocks and the notification's text."""
    heading = _heading(message)
    fallback = f"{heading} - {message.text}" if message.text else heading
    return {
        "text": clip(one_line(fallback), FALLBACK_LENGTH),
        "blocks": [block.to_dict() for block in _blocks(message, heading)],
        # A preview of the AWS console's sign-in page says nothing.
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _heading(message: Message) -> str:
    title = one_line(message.title)
    state = f"{message.state.symbol} {message.state.word}"
    return f"{state}: {title}" if title else state


def _blocks(message: Message, heading: str) -> Iterator[Block]:
    yield HeaderBlock(text=PlainTextObject(text=clip(heading, HEADER_LENGTH), emoji=True))
    if len(escape(heading)) > HEADER_LENGTH:
        yield SectionBlock(text=_mrkdwn(f"*{clip(one_line(message.title), 1000)}*"))
    # A fence inside preformatted text would end the code block.
    text = message.text.replace("```", "'''") if message.preformatted else message.text
    shown = clip(text, TEXT_LENGTH)
    if shown:
        yield SectionBlock(text=_mrkdwn(f"```{shown}```" if message.preformatted else shown))
    fields, left_out = _fields(message)
    for start in range(0, len(fields), FIELDS_PER_SECTION):
        section = fields[start : start + FIELDS_PER_SECTION]
        yield SectionBlock(fields=[_mrkdwn(field) for field in section])
    target = link(message.link) if message.link else None
    if target:
        yield SectionBlock(text=_mrkdwn(target))
    origin = [part for part in message.origin if part.strip()]
    if left_out:
        origin.append(f"{left_out} more fields left out")
    if origin:
        yield ContextBlock(elements=[_mrkdwn(clip(one_line(" · ".join(origin)), ORIGIN_LENGTH))])


def _fields(message: Message) -> tuple[list[str], int]:
    """Return the fields that fit, and how many do not."""
    since = [_field("Since", date(message.since))] if message.since else []
    details = dict(message.fields)
    if message.link and not link(message.link):
        details["Link"] = message.link.url
    shown: list[str] = []
    for name, value in details.items():
        field = _field(
            clip(one_line(name), FIELD_NAME_LENGTH) or "(unnamed)",
            clip(value, FIELD_VALUE_LENGTH) or "(empty)",
        )
        if len(shown) == MAX_FIELDS or sum(map(len, shown)) + len(field) > FIELDS_LENGTH:
            break
        shown.append(field)
    return since + shown, len(details) - len(shown)


def _field(name: str, value: str) -> str:
    return f"*{name}*\n{value}"


def _mrkdwn(text: str) -> MarkdownTextObject:
    # Without verbatim, Slack turns a bare @channel, #name or URL of an event into a link.
    return MarkdownTextObject(text=text, verbatim=True)
