"""What a CloudWatch alarm looks like in Slack."""

import time

import pytest

from tests.slack_notifier.samples import (
    ACCOUNT,
    eventbridge,
    header_of,
    metric_alarm,
    payload_of,
    sns,
    texts_of,
)

ALARM_PAGE = "https://eu-central-1.console.aws.amazon.com/cloudwatch/deeplink.js"
ALARM_LINK = f"<{ALARM_PAGE}?region=eu-central-1#alarmsV2:alarm/database%20cpu%2Fhigh|"


def state_change_event(**configuration: object) -> dict[str, object]:
    """Return an EventBridge event of an alarm that went off."""
    detail = {
        "alarmName": "database cpu/high",
        "state": {
            "value": "ALARM",
            "reason": "Threshold Crossed",
            "timestamp": "2026-03-01T10:20:30.123+0000",
        },
        "previousState": {"value": "OK"},
        "configuration": configuration,
    }
    kind = "CloudWatch Alarm State Change"
    return eventbridge("aws.cloudwatch", kind, detail, time="2026-03-01T10:59:59Z")


def test_alarm_says_what_since_when_and_why() -> None:
    event = sns(metric_alarm())
    texts = texts_of(event)
    assert header_of(event) == "🚨 ALARM: database cpu/high"
    assert "The database is busy." in texts
    assert "Threshold Crossed: 1 datapoint was &gt; 80.0." in texts
    assert "2026-03-01 10:20:30 UTC (<!date^1772360430^" in texts
    assert "AWS/RDS CPUUtilization (DBInstanceIdentifier=main-db)" in texts
    assert "OK → ALARM" in texts
    assert ACCOUNT in texts


def test_alarm_links_to_the_console_in_the_region_of_its_arn() -> None:
    assert ALARM_LINK in texts_of(sns(metric_alarm()))


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_alarm_of_another_partition_links_to_its_console(region: str, host: str) -> None:
    arn = f"arn:aws-other:cloudwatch:{region}:{ACCOUNT}:alarm:x"
    assert f"<https://{host}/cloudwatch/" in texts_of(sns(metric_alarm(AlarmArn=arn)))


def test_alarm_without_arn_links_to_the_region_of_the_function(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert "https://eu-west-1.console" in texts_of(sns(metric_alarm(AlarmArn=None)))


def test_region_that_is_no_region_gets_no_link() -> None:
    arn = f"arn:aws:cloudwatch:evil.example/:{ACCOUNT}:alarm:x"
    assert "https://" not in texts_of(sns(metric_alarm(AlarmArn=arn)))


def test_recovered_alarm_says_so() -> None:
    event = sns(metric_alarm(NewStateValue="OK", OldStateValue="ALARM"))
    assert header_of(event) == "✅ RECOVERED: database cpu/high"


def test_alarm_that_was_never_off_does_not_claim_recovery() -> None:
    event = sns(metric_alarm(NewStateValue="OK", OldStateValue="INSUFFICIENT_DATA"))
    assert header_of(event) == "✅ OK: database cpu/high"


def test_alarm_without_data_says_so() -> None:
    event = sns(metric_alarm(NewStateValue="INSUFFICIENT_DATA"))
    assert header_of(event) == "❔ NO DATA: database cpu/high"


def test_state_that_does_not_exist_yet_is_shown_as_it_is() -> None:
    assert header_of(sns(metric_alarm(NewStateValue="Muted"))).startswith("❔ MUTED: ")


def test_notification_preview_holds_state_name_and_reason() -> None:
    text = payload_of(sns(metric_alarm()))["text"]
    assert text.startswith("🚨 ALARM: database cpu/high - The database is busy. Threshold")


def test_metric_math_alarm_shows_expression_and_metrics() -> None:
    stat = {"Metric": {"MetricName": "Errors", "Namespace": "AWS/Lambda", "Dimensions": []}}
    queries = [
        {"Id": "e1", "Expression": "m1 / 60", "ReturnData": True},
        {"Id": "m1", "MetricStat": stat, "ReturnData": False},
    ]
    texts = texts_of(sns(metric_alarm(Trigger={"Metrics": queries})))
    assert "e1 = m1 / 60\nm1 = AWS/Lambda Errors" in texts


def test_composite_alarm_shows_its_rule_and_the_alarms_behind_it() -> None:
    child = {"Arn": f"arn:aws:cloudwatch:eu-central-1:{ACCOUNT}:alarm:disk full"}
    alarm = metric_alarm(AlarmRule='ALARM("disk full")', TriggeringChildren=[child], Trigger=None)
    texts = texts_of(sns(alarm))
    assert '*Rule*\nALARM("disk full")' in texts
    assert "*Triggered by*\ndisk full" in texts
    assert "*Metric*" not in texts


def test_alarm_through_eventbridge_reads_like_one_through_sns() -> None:
    metric = {
        "namespace": "AWS/RDS",
        "name": "CPUUtilization",
        "dimensions": {"DBInstanceIdentifier": "main-db"},
    }
    query = {"id": "c5e6-generated", "metricStat": {"metric": metric}}
    event = state_change_event(description="The database is busy.", metrics=[query])
    texts = texts_of(event)
    assert header_of(event) == header_of(sns(metric_alarm()))
    assert "The database is busy.\nThreshold Crossed" in texts
    assert "*Metric*\nAWS/RDS CPUUtilization (DBInstanceIdentifier=main-db)" in texts
    assert "2026-03-01 10:20:30 UTC" in texts
    assert ALARM_LINK in texts


def test_composite_alarm_through_eventbridge_shows_its_rule() -> None:
    assert "*Rule*\nALARM(a)" in texts_of(state_change_event(alarmRule="ALARM(a)"))


@pytest.mark.parametrize("when", ["yesterday", "", None, 17, "0001-01-01T00:00:00+14:00"])
def test_time_that_cannot_be_read_is_left_out(when: object) -> None:
    assert "*Since*" not in texts_of(sns(metric_alarm(StateChangeTime=when)))


def test_time_without_zone_is_utc_wherever_the_function_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        texts = texts_of(sns(metric_alarm(StateChangeTime="2026-03-01T10:20:30")))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "2026-03-01 10:20:30 UTC" in texts


def test_alarm_without_account_leaves_no_gap_in_the_origin() -> None:
    alarm = metric_alarm(AWSAccountId=None, AlarmArn="arn:aws:cloudwatch:eu-central-1::alarm:a")
    assert texts_of(sns(alarm)).endswith("\nCloudWatch alarm · eu-central-1")


def test_alarm_without_name_is_shown_without_link() -> None:
    event = sns(metric_alarm(AlarmName=""))
    assert header_of(event) == "🚨 ALARM: (alarm without a name)"
    assert "https://" not in texts_of(event)


def test_alarm_whose_name_cannot_be_encoded_is_still_linked() -> None:
    assert "#alarmsV2:alarm/%3F|" in texts_of(sns(metric_alarm(AlarmName="\ud800")))
