"""Health checks, monitoring and alerting."""

import json
from typing import Any, NamedTuple

import pytest

from tests.systems.policies import listed
from tests.systems.reading import Reading, Thing

ALARM = "AWS::CloudWatch::Alarm"
NAMESPACE = "Stackyard/daadaar-prod"


class Alert(NamedTuple):
    """One line of the document's alerts, with what stands behind it."""

    metric: str
    pattern: str
    value: str
    statistic: str
    above: int
    tier: str
    recovery: str


DISCONNECTED = "{ $.redis.connected IS FALSE }"
LATENCY, UNAVAILABLE = "$.redis.latencyMs", "$.rateLimiter.redisUnavailableCount"
COUNTED = f"{{ {UNAVAILABLE} = * }}"
FALLBACK = "{ $.rateLimiter.usingInMemoryFallback IS TRUE }"
ALERTS = [
    Alert("redis-failures", DISCONNECTED, "1", "Sum", 0, "critical", "info"),
    Alert("redis-latency", f"{{ {LATENCY} = * }}", LATENCY, "Maximum", 100, "warning", "warning"),
    Alert("redis-unavailable", COUNTED, UNAVAILABLE, "Maximum", 0, "warning", "warning"),
    Alert("redis-fallback", FALLBACK, "1", "Sum", 0, "info", "info"),
]
EACH_ALERT = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.metric)


# Health check endpoints.


def test_the_detailed_health_path_is_polled_every_30_seconds_from_outside(read: Reading) -> None:
    config = read.one("AWS::Route53::HealthCheck")["HealthCheckConfig"]
    assert config["Type"] == "HTTPS"
    assert config["FullyQualifiedDomainName"] == "api.daadaar.com"
    assert (config["Port"], config["EnableSNI"]) == (443, True)
    assert config["ResourcePath"] == "/api/health"
    assert config["RequestInterval"] == 30


def test_somebody_hears_when_the_poll_fails(read: Reading) -> None:
    alarm = _alarm(read, "backend-probe")
    check = read.one("AWS::Route53::HealthCheck")
    assert alarm["MetricName"] == "HealthCheckStatus"
    assert alarm["Dimensions"] == [{"Name": "HealthCheckId", "Value": check.att("HealthCheckId")}]
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["AlarmActions"] == [_topic(read, "critical").ref]


# Monitoring metrics and alerting.


@EACH_ALERT
def test_alert_is_read_out_of_the_services_application_log(
    read: Reading, backend: Thing, alert: Alert
) -> None:
    (source,) = [
        source
        for source in read.all("AWS::Logs::MetricFilter", FilterPattern=alert.pattern)
        if source["MetricTransformations"][0]["MetricName"] == alert.metric
    ]
    log_group = f"/aws/apprunner/daadaar-backend/{backend.att('ServiceId')}/application"
    assert source["LogGroupName"] == log_group
    (transformation,) = source["MetricTransformations"]
    assert transformation["MetricNamespace"] == NAMESPACE
    assert transformation["MetricValue"] == alert.value
    assert "DefaultValue" not in transformation


@EACH_ALERT
def test_alert_rings_over_the_documents_figure(read: Reading, alert: Alert) -> None:
    alarm = _alarm(read, f"backend-{alert.metric}")
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["Threshold"] == alert.above
    if "Metrics" in alarm.properties:
        watched = alarm["Metrics"][0]["MetricStat"]
        metric, statistic = watched["Metric"], watched["Stat"]
    else:
        metric, statistic = alarm.properties, alarm["Statistic"]
    assert (metric["Namespace"], metric["MetricName"]) == (NAMESPACE, alert.metric)
    assert statistic == alert.statistic
    assert not metric.get("Dimensions")
    # Silence ends an alert: what is bad is written at every poll.
    assert alarm["TreatMissingData"] == "notBreaching"


def test_the_counter_of_unavailability_is_watched_for_its_increase(read: Reading) -> None:
    counter, result = _alarm(read, "backend-redis-unavailable")["Metrics"]
    assert (counter["Id"], counter["ReturnData"]) == ("m1", False)
    assert (result["Expression"], result["ReturnData"]) == ("DIFF(m1)", True)


@EACH_ALERT
def test_alert_reaches_the_documents_tier(read: Reading, alert: Alert) -> None:
    alarm = _alarm(read, f"backend-{alert.metric}")
    assert alarm["AlarmActions"] == [_topic(read, alert.tier).ref]
    assert alarm.get("ActionsEnabled", True) is True


@EACH_ALERT
def test_alerts_end_reaches_the_documents_tier(read: Reading, alert: Alert) -> None:
    alarm = _alarm(read, f"backend-{alert.metric}")
    assert alarm["OKActions"] == [_topic(read, alert.recovery).ref]


@pytest.mark.parametrize("tier", ["critical", "warning", "info"])
def test_each_tier_reaches_slack(read: Reading, notifier: Thing, tier: str) -> None:
    topic = _topic(read, tier)
    subscription = read.one("AWS::SNS::Subscription", TopicArn=topic.ref, Protocol="lambda")
    assert subscription["Endpoint"] == notifier.att("Arn")
    permission = read.one("AWS::Lambda::Permission", SourceArn=topic.ref)
    assert permission["FunctionName"] == notifier.att("Arn")
    assert permission["Principal"] == "sns.amazonaws.com"
    assert permission["Action"] == "lambda:InvokeFunction"


@pytest.mark.parametrize("tier", ["critical", "warning", "info"])
def test_alarms_may_publish_to_each_tier(read: Reading, key: Thing, tier: str) -> None:
    topic = _topic(read, tier)
    assert topic["KmsMasterKeyId"] == key.att("Arn")
    policy = read.one("AWS::SNS::TopicPolicy", Topics=[topic.ref])["PolicyDocument"]
    (publish,) = _allowed_to_cloudwatch(policy)
    assert (publish["Action"], publish["Resource"]) == ("sns:Publish", topic.ref)
    (use,) = _allowed_to_cloudwatch(key["KeyPolicy"])
    assert {*use["Action"]} == {"kms:Decrypt", "kms:GenerateDataKey*"}


# What else is worth watching.


@pytest.mark.parametrize(
    ("figure", "metric"),
    [
        ("key count", "CurrItems"),
        ("memory usage", "BytesUsedForCache"),
        ("connections", "CurrConnections"),
        ("commands", "TotalCmdsCount"),
        ("refused logins", "AuthenticationFailures"),
        ("latency", "SuccessfulReadRequestLatency"),
    ],
)
def test_the_dashboard_shows_the_figure_of_the_cache(
    read: Reading, cache: Thing, figure: str, metric: str
) -> None:
    shown = [line[:4] for line in _lines(read)]
    name = cache["ServerlessCacheName"]
    assert ["AWS/ElastiCache", metric, "clusterId", name] in shown, figure


@EACH_ALERT
def test_the_dashboard_shows_what_the_backend_sees_of_redis(read: Reading, alert: Alert) -> None:
    assert [NAMESPACE, alert.metric] in [line[:2] for line in _lines(read)]


def _allowed_to_cloudwatch(policy: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        statement
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
        and "cloudwatch.amazonaws.com" in listed(_services(statement["Principal"]))
    ]


def _services(principal: Any) -> Any:
    return principal.get("Service", []) if isinstance(principal, dict) else []


def _alarm(read: Reading, name: str) -> Thing:
    return read.one(ALARM, AlarmName=f"daadaar-prod-{name}")


def _topic(read: Reading, tier: str) -> Thing:
    return read.one("AWS::SNS::Topic", DisplayName=f"daadaar-prod {tier}")


def _lines(read: Reading) -> list[list[Any]]:
    """The lines of all graphs of the dashboard."""
    widgets = json.loads(read.one("AWS::CloudWatch::Dashboard")["DashboardBody"])["widgets"]
    return [line for widget in widgets for line in widget.get("properties", {}).get("metrics", [])]
