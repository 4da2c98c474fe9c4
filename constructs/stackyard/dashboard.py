"""One dashboard of an environment: a row for each node, a graph for each of its series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

    from stackyard.series import Series

COLUMNS = 24
WIDTH, HEIGHT = 6, 5


def dashboard(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    region: str,
    rows: Mapping[str, Mapping[str, Series]],
) -> cloudwatch.CfnDashboard:
    """The dashboard, titled by node and by what its alarms are called."""
    widgets: list[dict[str, object]] = []
    top = 0
    for node, series in rows.items():
        widgets.append(_text(node, top))
        top += 1
        for number, (title, shown) in enumerate(series.items()):
            place = {
                "x": number * WIDTH % COLUMNS,
                "y": top + number * WIDTH // COLUMNS * HEIGHT,
                "width": WIDTH,
                "height": HEIGHT,
            }
            widgets.append({**place, "type": "metric", "properties": _graph(title, shown, region)})
        top += -(-len(series) * WIDTH // COLUMNS) * HEIGHT
    body = cdk.Stack.of(scope).to_json_string({"start": "-PT6H", "widgets": widgets})
    return cloudwatch.CfnDashboard(scope, construct_id, dashboard_name=name, dashboard_body=body)


def _text(node: str, top: int) -> dict[str, object]:
    return {
        "type": "text",
        "x": 0,
        "y": top,
        "width": COLUMNS,
        "height": 1,
        "properties": {"markdown": f"## {node}", "background": "transparent"},
    }


def _graph(title: str, series: Series, region: str) -> dict[str, object]:
    lines: list[list[object]] = []
    for number, metric in enumerate(series.metrics, start=1):
        path = [part for pair in metric.dimensions.items() for part in pair]
        options = {"id": f"m{number}", "stat": metric.statistic}
        lines.append([metric.namespace, metric.name, *path, options])
    if series.expression:
        lines.append([{"expression": series.expression, "id": "result", "label": title}])
    return {"title": title, "region": region, "view": "timeSeries", "period": 60, "metrics": lines}
