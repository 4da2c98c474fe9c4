"""The dashboard: valid JSON, a row for each node, no widget over another."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from stackyard import metrics
from stackyard.dashboard import COLUMNS, dashboard
from stackyard.series import Series
from tests.components.building import Made, made, stack_in

ROWS: dict[str, dict[str, Series]] = {
    "web": metrics.of_app_runner("web"),
    "orders": metrics.of_postgres("orders", max_connections=100),
    "cache": metrics.of_serverless_cache("cache", max_gb=5),
    "nothing": {},
    "admin": metrics.of_function("<function>"),
}
Widget = dict[str, Any]


@pytest.fixture(scope="module")
def widgets(folder: Path) -> list[Widget]:
    stack = stack_in(folder)
    dashboard(stack, "Dashboard", name="demo-prod", region="us-east-1", rows=ROWS)
    template: Made = made(stack)
    found = template.only("AWS::CloudWatch::Dashboard")
    assert found["DashboardName"] == "demo-prod"
    body = json.loads(found["DashboardBody"])
    shown: list[Widget] = body["widgets"]
    return shown


def graphs(widgets: list[Widget]) -> list[Widget]:
    return [each["properties"] for each in widgets if each["type"] == "metric"]


def overlap(one: Widget, other: Widget) -> bool:
    """Whether two widgets lie over each other."""
    return all(
        one[place] < other[place] + other[size] and other[place] < one[place] + one[size]
        for place, size in (("x", "width"), ("y", "height"))
    )


def test_no_widget_lies_over_another_or_beside_the_dashboard(widgets: list[Widget]) -> None:
    assert [(a, b) for a, b in combinations(widgets, 2) if overlap(a, b)] == []
    assert [each for each in widgets if each["x"] < 0 or each["x"] + each["width"] > COLUMNS] == []


def test_there_are_no_gaps_between_the_rows(widgets: list[Widget]) -> None:
    covered = {line for each in widgets for line in range(each["y"], each["y"] + each["height"])}
    assert covered == set(range(max(covered) + 1))


def test_every_node_has_a_heading_and_a_graph_for_each_series(widgets: list[Widget]) -> None:
    shown: dict[str, list[str]] = {}
    for each in widgets:
        if each["type"] == "text":
            node = each["properties"]["markdown"].removeprefix("## ")
            shown[node] = []
        else:
            shown[node].append(each["properties"]["title"])
    assert shown == {node: list(series) for node, series in ROWS.items()}


def test_a_graph_shows_its_metric_by_dimensions_and_statistic(widgets: list[Widget]) -> None:
    (connections,) = [
        each for each in graphs(widgets) if "DatabaseConnections" in str(each["metrics"])
    ]
    assert connections["metrics"] == [
        [
            *("AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", "orders"),
            {"id": "m1", "stat": "Maximum"},
        ]
    ]
    assert connections["region"] == "us-east-1"


def test_an_expression_stands_beside_what_it_is_made_of(widgets: list[Widget]) -> None:
    (latency,) = [each for each in graphs(widgets) if "ReadLatency" in str(each["metrics"])]
    *made_of, result = latency["metrics"]
    assert [each[-1]["id"] for each in made_of] == ["m1", "m2"]
    expected = {"expression": "MAX(METRICS())", "id": "result", "label": "latency"}
    assert result == [expected]


def test_a_query_needs_no_metric(widgets: list[Widget]) -> None:
    queries = [each["metrics"] for each in graphs(widgets) if "SELECT" in str(each["metrics"])]
    assert len(queries) == 4
    assert {len(each) for each in queries} == {1}


def test_ids_are_unique_within_a_graph(widgets: list[Widget]) -> None:
    for graph in graphs(widgets):
        ids = [line[-1]["id"] for line in graph["metrics"]]
        assert len(ids) == len(set(ids)), graph["title"]
