"""Metrics out of a program's own log lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.model.services import LogMetric
from stackyard.log_metrics import log_metrics, namespace_of
from tests.components.building import Made, made, spec, stack_in

PATTERN = "{ $.redis.latencyMs = * }"
FIELDS: dict[str, dict[str, Any]] = {
    "ping": {"pattern": PATTERN, "value": "$.redis.latencyMs", "unit": "Milliseconds"},
    "lost-calls": {"pattern": "{ $.lost IS TRUE }"},
}


@pytest.fixture(scope="module")
def filters(folder: Path) -> Made:
    stack = stack_in(folder)
    log_metrics(
        stack,
        log_group="/the/group",
        namespace=namespace_of("demo-prod"),
        metrics={name: spec(LogMetric, label=name, **more) for name, more in FIELDS.items()},
    )
    return made(stack)


def transformation(filters: Made, pattern: str) -> dict[str, Any]:
    """What a filter makes of a line that fits."""
    found = filters.only("AWS::Logs::MetricFilter", FilterPattern=pattern)
    assert found["LogGroupName"] == "/the/group"
    (made_of_it,) = found["MetricTransformations"]
    result: dict[str, Any] = made_of_it
    return result


def test_a_metric_is_read_from_the_field_that_the_file_names(filters: Made) -> None:
    assert transformation(filters, PATTERN) == {
        "MetricNamespace": "Stackyard/demo-prod",
        "MetricName": "ping",
        "MetricValue": "$.redis.latencyMs",
        "Unit": "Milliseconds",
    }


def test_without_a_field_lines_are_counted(filters: Made) -> None:
    found = transformation(filters, "{ $.lost IS TRUE }")
    assert (found["MetricValue"], found["Unit"]) == ("1", "Count")
    assert found["MetricName"] == "lost-calls"


def test_silence_stays_silence(filters: Made) -> None:
    """A default value would hide that the program says nothing at all."""
    for each in filters.of("AWS::Logs::MetricFilter"):
        assert "DefaultValue" not in each["MetricTransformations"][0]
