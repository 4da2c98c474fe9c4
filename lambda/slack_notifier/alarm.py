"""Messages about CloudWatch alarms, as SNS and EventBridge report them."""

from dataclasses import dataclass
from datetime import datetime

from slack_notifier import console, messages
from slack_notifier.messages import Message, State
from slack_notifier.values import find, items, moment, pairs, text


@dataclass(frozen=True, kw_only=True)
class _Change:
    """A change of an alarm's state, whichever way it was reported."""

    name: str
    description: str
    new: str
    old: str
    reason: str
    since: datetime | None
    region: str
    account: str
    watched: dict[str, str]


def from_sns(alarm: dict[str, object]) -> Message:
    """Return the message for an alarm notification that came through SNS."""
    arn = console.parse_arn(text(alarm, "AlarmArn"))
    trigger = find(alarm, "Trigger")
    watched = {
        "Metric": _metrics(items(trigger, "Metrics")) or _metric(trigger),
        "Rule": text(alarm, "AlarmRule"),
        "Triggered by": _children(items(alarm, "TriggeringChildren")),
    }
    change = _Change(
        name=text(alarm, "AlarmName"),
        description=text(alarm, "AlarmDescription"),
        new=text(alarm, "NewStateValue"),
        old=text(alarm, "OldStateValue"),
        reason=text(alarm, "NewStateReason"),
        since=moment(alarm, "StateChangeTime"),
        # Region holds a display name such as "EU (Frankfurt)"; only the ARN has the code.
        region=arn.region,
        account=text(alarm, "AWSAccountId") or arn.account,
        watched=watched,
    )
    return _message(change)


def from_eventbridge(event: dict[str, object]) -> Message:
    """Return the message for a "CloudWatch Alarm State Change" event."""
    detail = find(event, "detail")
    resources = [text(resource) for resource in items(event, "resources")]
    arn = console.parse_arn(resources[0] if resources else "")
    configuration = find(detail, "configuration")
    change = _Change(
        name=text(detail, "alarmName"),
        description=text(configuration, "description"),
        new=text(detail, "state", "value"),
        old=text(detail, "previousState", "value"),
        reason=text(detail, "state", "reason"),
        since=moment(detail, "state", "timestamp") or moment(event, "time"),
        region=text(event, "region") or arn.region,
        account=text(event, "account") or arn.account,
        watched={
            "Metric": _metrics(items(configuration, "metrics")),
            "Rule": text(configuration, "alarmRule"),
        },
    )
    return _message(change)


def _message(change: _Change) -> Message:
    fields = {"State": f"{change.old} → {change.new}" if change.old else change.new}
    fields |= change.watched
    return Message(
        state=_state(new=change.new, old=change.old),
        title=change.name or "(alarm without a name)",
        text="\n".join(part for part in (change.description, change.reason) if part),
        fields={name: value for name, value in fields.items() if value},
        since=change.since,
        link=console.alarm(region=change.region, name=change.name),
        origin=("CloudWatch alarm", change.region, change.account),
    )


def _state(*, new: str, old: str) -> State:
    if new == "OK":
        return messages.RECOVERED if old == "ALARM" else messages.OK
    known = {"ALARM": messages.ALARM, "INSUFFICIENT_DATA": messages.NO_DATA}
    return known.get(new) or messages.other_state(new)


def _metrics(queries: list[object]) -> str:
    """Describe the queries of a metric math alarm, or of any alarm in an EventBridge event."""
    lines = []
    for query in queries:
        metric = find(query, "MetricStat", "Metric") or find(query, "metricStat", "metric")
        expression = text(query, "Expression") or text(query, "expression")
        described = _metric(metric) or expression
        name = text(query, "Id") or text(query, "id")
        # EventBridge gives the one metric of a plain alarm a generated id of no use to a reader.
        lines.append(f"{name} = {described}" if name and len(queries) > 1 else described)
    return "\n".join(line for line in lines if line)


def _metric(metric: object) -> str:
    name = text(metric, "MetricName") or text(metric, "name")
    namespace = text(metric, "Namespace") or text(metric, "namespace")
    # SNS lists the dimensions, EventBridge maps them.
    listed = [
        f"{text(pair, 'name') or text(pair, 'Name')}={text(pair, 'value') or text(pair, 'Value')}"
        for pair in items(metric, "Dimensions")
    ]
    mapped = [f"{key}={text(value)}" for key, value in pairs(metric, "dimensions").items()]
    dimensions = ", ".join(listed + mapped)
    described = " ".join(part for part in (namespace, name) if part)
    return f"{described} ({dimensions})" if described and dimensions else described


def _children(children: list[object]) -> str:
    names = [console.parse_arn(text(child, "Arn")).resource for child in children]
    return ", ".join(name.removeprefix("alarm:") for name in names if name)
