"""Alarms: figures for people on the metrics that AWS publishes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.alarms import Alarm
from config.model.watched import LogMetric
from stackyard import metrics
from stackyard.alarms import describe, watch
from tests.components.building import Made, made, spec, stack_in

RISING = {"above": 0, "tier": "info", "rising": True, "means": "it grows"}
SERIES = {
    "counted": metrics.of_function("f")["errors"],
    "held": metrics.of_postgres("db", max_connections=200)["connections"],
    "below": metrics.of_postgres("db", max_connections=200)["storage"],
    "either": metrics.of_postgres("db", max_connections=200)["latency"],
    "query": metrics.of_app_runner("web")["errors"],
    "slow-query": metrics.of_app_runner("web")["cpu"],
    "probe": metrics.of_probe("check")["probe"],
    "machines": metrics.of_machines("domain", ["arn:one", "arn:two"])["domain"],
    "rising": metrics.of_log_metric(
        "Demo",
        "times",
        spec(LogMetric, pattern="{}", label="t", statistic="Maximum", alarm=RISING),
    ),
}
ALARMS = {
    name: Alarm(name, 5, 10, "warning", "more than {} of them", below=name in ("below", "probe"))
    for name in SERIES
}


@pytest.fixture(scope="module")
def alarms(folder: Path) -> Made:
    stack = stack_in(folder)
    for name, series in SERIES.items():
        watch(
            stack,
            name.title(),
            name=f"demo-{name}",
            alarm=ALARMS[name],
            series=series,
            topic_arn="arn:warning",
            recovery_topic_arn="arn:info",
        )
    return made(stack)


def alarm(alarms: Made, name: str) -> dict[str, Any]:
    return alarms.only("AWS::CloudWatch::Alarm", AlarmName=f"demo-{name}")


def queries(alarms: Made, name: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The metrics of an alarm on an expression, and the expression."""
    *watched, result = alarm(alarms, name)["Metrics"]
    assert [each["ReturnData"] for each in watched] == [False] * len(watched)
    assert result["ReturnData"] is True
    return watched, result


def test_what_is_counted_is_counted_over_the_whole_time(alarms: Made) -> None:
    found = alarm(alarms, "counted")
    assert (found["Period"], found["EvaluationPeriods"]) == (600, 1)
    assert found["Statistic"] == "Sum"


def test_anything_else_has_to_hold_in_each_minute(alarms: Made) -> None:
    found = alarm(alarms, "held")
    assert (found["Period"], found["EvaluationPeriods"]) == (60, 10)
    assert "DatapointsToAlarm" not in found


def test_thresholds_are_turned_into_the_metrics_own_unit(alarms: Made) -> None:
    assert alarm(alarms, "held")["Threshold"] == 10  # 5 percent of 200 connections
    assert alarm(alarms, "below")["Threshold"] == 5e9  # bytes
    assert alarm(alarms, "either")["Threshold"] == 0.005  # seconds


def test_an_alarm_rings_on_its_own_side(alarms: Made) -> None:
    assert alarm(alarms, "below")["ComparisonOperator"] == "LessThanThreshold"
    assert alarm(alarms, "held")["ComparisonOperator"] == "GreaterThanThreshold"


def test_a_metric_is_found_by_its_dimensions(alarms: Made) -> None:
    found = alarm(alarms, "held")
    assert (found["Namespace"], found["MetricName"]) == ("AWS/RDS", "DatabaseConnections")
    assert found["Dimensions"] == [{"Name": "DBInstanceIdentifier", "Value": "db"}]


def test_of_several_metrics_the_expression_alone_is_watched(alarms: Made) -> None:
    watched, result = queries(alarms, "either")
    assert [each["Id"] for each in watched] == ["m1", "m2"]
    names = [each["MetricStat"]["Metric"]["MetricName"] for each in watched]
    assert names == ["ReadLatency", "WriteLatency"]
    assert {each["MetricStat"]["Period"] for each in watched} == {60}
    assert (result["Expression"], "Period" in result) == ("MAX(METRICS())", False)


@pytest.mark.parametrize(("name", "period", "periods"), [("query", 600, 1), ("slow-query", 60, 10)])
def test_a_query_names_its_own_period(alarms: Made, name: str, period: int, periods: int) -> None:
    watched, result = queries(alarms, name)
    assert watched == []
    assert result["Expression"].endswith("FROM \"AWS/AppRunner\" WHERE ServiceName = 'web'")
    assert (result["Period"], alarm(alarms, name)["EvaluationPeriods"]) == (period, periods)


def test_a_counter_that_only_grows_is_watched_by_its_increase(alarms: Made) -> None:
    (watched,), result = queries(alarms, "rising")
    assert result["Expression"] == f"DIFF({watched['Id']})"
    assert watched["MetricStat"]["Stat"] == "Maximum"
    assert watched["MetricStat"]["Period"] == 600


def test_failures_of_several_machines_are_added_up(alarms: Made) -> None:
    watched, result = queries(alarms, "machines")
    assert result["Expression"] == "SUM(METRICS())"
    dimensions = [each["MetricStat"]["Metric"]["Dimensions"] for each in watched]
    assert [each["Value"] for (each,) in dimensions] == ["arn:one", "arn:two"]


def test_one_machine_needs_no_expression() -> None:
    assert metrics.of_machines("domain", ["arn:one"])["domain"].expression is None


def test_without_a_machine_there_is_nothing_to_watch() -> None:
    assert metrics.of_machines("domain", []) == {}


def test_silence_is_bad_news_of_a_probe_only(alarms: Made) -> None:
    missing = {name: alarm(alarms, name)["TreatMissingData"] for name in SERIES}
    assert {name for name, how in missing.items() if how == "breaching"} == {"probe"}
    assert {*missing.values()} == {"breaching", "notBreaching"}


def test_begin_and_end_are_told_to_the_given_topics(alarms: Made) -> None:
    for name in SERIES:
        found = alarm(alarms, name)
        assert (found["AlarmActions"], found["OKActions"]) == (["arn:warning"], ["arn:info"])


@pytest.mark.parametrize(
    ("threshold", "said"), [(0, "0"), (80.0, "80"), (2.5, "2.5"), (2000, "2000")]
)
def test_a_description_is_a_sentence_with_the_figure_of_the_file(
    threshold: float, said: str
) -> None:
    means = Alarm("cpu", threshold, 10, "critical", "more than {} percent")
    assert describe(means, counted=False) == f"More than {said} percent, for 10 min (critical)"


def test_a_description_without_a_figure_is_left_as_it_is() -> None:
    told = describe(Alarm("probe", 1, 2, "critical", "nobody answers", below=True), counted=False)
    assert told == "Nobody answers, for 2 min (critical)"


def test_a_description_tells_what_is_counted_from_what_has_to_hold() -> None:
    errors = Alarm("errors", 3, 5, "info", "more than {} errors")
    assert describe(errors, counted=True) == "More than 3 errors, within 5 min (info)"


@pytest.mark.parametrize(("name", "word"), [("counted", "within"), ("held", "for")])
def test_an_alarm_is_described_as_it_is_watched(alarms: Made, name: str, word: str) -> None:
    said = alarm(alarms, name)["AlarmDescription"]
    assert said == f"More than 5 of them, {word} 10 min (warning)"
