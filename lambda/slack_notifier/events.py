"""Finds out what an event is, and what to say about it."""

from collections.abc import Callable

from slack_notifier import alarm, aws_events, messages
from slack_notifier.messages import Link, Message, State
from slack_notifier.values import as_json, find, items, moment, pairs, parse_json, text

_READERS: dict[tuple[str, str], Callable[[dict[str, object]], Message]] = {
    ("aws.cloudwatch", "CloudWatch Alarm State Change"): alarm.from_eventbridge,
    ("aws.codebuild", "CodeBuild Build State Change"): aws_events.from_codebuild,
    ("aws.rds", "RDS DB Instance Event"): aws_events.from_rds,
}
_LEVELS = {
    "": messages.INFO,
    "info": messages.INFO,
    "warning": messages.WARNING,
    "critical": messages.CRITICAL,
}


def messages_from(event: object) -> list[Message]:
    """Return one message for each record of an event, or one for an event without records.

    A record of a queue stands for the event in its body.
    """
    records = items(event, "Records")
    if records:
        return [message for record in records for message in _from_record(record)]
    return [_recognised(event) or _unknown(event)]


def _from_record(record: object) -> list[Message]:
    if text(record, "eventSource") == "aws:sqs":
        return _from_queue(record)
    return [_from_notification(record)]


def _from_queue(record: object) -> list[Message]:
    """Read the event that waited in a queue, whole in the body of its message.

    Bodies in bodies end by themselves: each level doubles the escapes of the one inside it.
    """
    body = find(record, "body")
    if not isinstance(body, str) or not body.strip():
        return [_unknown(record)]
    event = parse_json(body)
    if event is not None:
        return messages_from(event)
    origin = ("SQS", text(record, "eventSourceARN"))
    return [Message(state=messages.INFO, title="Notification", text=body, origin=origin)]


def _from_notification(record: object) -> Message:
    notification = find(record, "Sns")
    body = text(notification, "Message")
    if not body:
        return _unknown(record)
    subject = text(notification, "Subject")
    content = parse_json(body)
    if isinstance(content, dict) and isinstance(content.get("AlarmName"), str):
        return alarm.from_sns(content)
    structured = isinstance(content, dict | list)
    return _recognised(content) or Message(
        state=messages.UNKNOWN if structured else messages.INFO,
        title=subject or ("" if structured else "Notification"),
        text=as_json(content) if structured else body,
        preformatted=structured,
        since=moment(notification, "Timestamp"),
        origin=("SNS", text(notification, "TopicArn")),
    )


def _recognised(event: object) -> Message | None:
    if not isinstance(event, dict):
        return None
    reader = _READERS.get((text(event, "source"), text(event, "detail-type")))
    if reader and isinstance(event.get("detail"), dict):
        return reader(event)
    title, body = event.get("title"), event.get("text", "")
    if isinstance(title, str) and isinstance(body, str) and (title.strip() or body.strip()):
        return _from_application(event)
    return None


def _from_application(event: dict[str, object]) -> Message:
    fields = pairs(event, "fields") or {"Fields": find(event, "fields")}
    url = text(event, "link")
    return Message(
        state=_level(text(event, "level")),
        title=text(event, "title"),
        text=text(event, "text"),
        fields={name: text(value) for name, value in fields.items() if value is not None},
        link=Link(label="Open link", url=url) if url else None,
    )


def _level(level: str) -> State:
    return _LEVELS.get(level.lower()) or messages.other_state(level)


def _unknown(event: object) -> Message:
    return Message(
        state=messages.UNKNOWN,
        title=text(event, "detail-type"),
        text=as_json(event),
        preformatted=True,
        since=moment(event, "time"),
        origin=(text(event, "source"), text(event, "region"), text(event, "account")),
    )
