"""Whatever an event is, it becomes a message that Slack accepts."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from slack_notifier.blocks import payload
from slack_notifier.events import messages_from
from tests.slack_notifier.samples import codebuild, eventbridge, metric_alarm, rds, sqs
from tests.slack_notifier.slack_limits import problems

NAMES = """
    Records Sns Message Subject Timestamp TopicArn AlarmName AlarmDescription AlarmArn AlarmRule
    AWSAccountId NewStateValue OldStateValue NewStateReason StateChangeTime Region Trigger
    TriggeringChildren Arn Metrics MetricName Namespace Dimensions Metric MetricStat Expression Id
    source detail detail-type region account time resources alarmName state previousState value
    reason timestamp configuration description metrics metricStat metric name dimensions
    alarmRule build-status project-name build-id additional-information phases phase-status
    eventSource body phase-type phase-context initiator EventCategories SourceArn Date
    SourceIdentifier EventID title text level fields link
"""
KEYS = NAMES.split()
TEXTS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=()), max_size=40),
    st.sampled_from(
        [
            "<!channel>",
            "&" * 4000,
            "```",
            "OK",
            "ALARM",
            "https://example.com/<|>",
            "aws:sqs",
            "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a",
            "2026-03-01T10:20:30.123+0000",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "eu-central-1",
        ]
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | TEXTS, inner, max_size=6)
    ),
    max_leaves=25,
)


def wrapped(body: Any) -> dict[str, Any]:
    """Return an SNS event around any body."""
    return {"Records": [{"Sns": {"Message": json.dumps(body), "Subject": body}}]}


def replaced(sample: Any, replacement: Any, at: int) -> Any:
    """Return a sample in which one of its values is replaced."""
    if not isinstance(sample, dict) or not sample:
        return replacement
    key = sorted(sample)[at % len(sample)]
    return sample | {key: replaced(sample[key], replacement, at // len(sample))}


def check(event: object) -> None:
    """Fail unless every message of the event keeps Slack's limits and can be sent."""
    messages = messages_from(event)
    assert messages
    for message in messages:
        content = payload(message)
        assert problems(content) == []
        json.dumps(content).encode()


@settings(max_examples=300, deadline=None)
@given(event=JSON)
def test_any_json_becomes_a_message_within_the_limits(event: object) -> None:
    check(event)
    check(wrapped(event))
    check(sqs(event, wrapped(event)))


@settings(max_examples=200, deadline=None)
@given(replacement=JSON, at=st.integers(min_value=0, max_value=10_000))
def test_known_event_with_one_odd_value_becomes_a_message(replacement: Any, at: int) -> None:
    check(wrapped(replaced(metric_alarm(), replacement, at)))
    check(replaced(codebuild("FAILED"), replacement, at))
    check(replaced(rds("failure", "m"), replacement, at))


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(
        [
            ("aws.cloudwatch", "CloudWatch Alarm State Change"),
            ("aws.codebuild", "CodeBuild Build State Change"),
            ("aws.rds", "RDS DB Instance Event"),
        ]
    ),
    detail=st.dictionaries(st.sampled_from(KEYS), JSON, max_size=12),
)
def test_aws_event_with_any_detail_becomes_a_message(
    kind: tuple[str, str], detail: dict[str, Any]
) -> None:
    check(eventbridge(*kind, detail))


@settings(max_examples=200, deadline=None)
@given(title=TEXTS, text=TEXTS, level=JSON, fields=JSON, link=JSON)
def test_application_message_with_any_parts_becomes_a_message(**parts: Any) -> None:
    check(parts)
