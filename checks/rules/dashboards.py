"""Dashboards that CloudWatch takes and that show something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.functions import REFERENCE
from checks.rules.cloudwatch import body_of, readings
from checks.rules.rule import Fault, rule
from checks.rules.values import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.estate import Resource
    from checks.rules.rule import Scene


@rule(
    "metrics-dashboard",
    "CloudWatch::Dashboard",
    title="dashboards are JSON that shows something, within the grid",
    why="CloudWatch refuses it, or shows an empty page when it is needed",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html",
)
def dashboard(resource: Resource, scene: Scene) -> Iterator[Fault]:
    """Widgets with a type and properties, no wider than 24, metrics of a region."""
    body = body_of(resource)
    if body is None:
        if not REFERENCE.fullmatch(str(resource.get("DashboardBody"))):
            yield _faulty("its body is no JSON", "write an object with widgets")
        return
    widgets = body.get("widgets")
    if not isinstance(widgets, list) or not widgets:
        yield _faulty("it shows nothing", "put widgets on it")
        return
    if not readings(scene.estate).get(resource):
        shown = [each for each in widgets if isinstance(each, dict) and each.get("type") != "text"]
        if not shown:
            yield _faulty("it shows text only", "show metrics or alarms")
    for widget in widgets:
        if problem := _unseen(widget):
            yield _faulty(problem, "see the structure of a dashboard")


def _unseen(widget: Any) -> str:
    if not isinstance(widget, dict) or not isinstance(widget.get("properties"), dict):
        return "a widget without properties"
    if "type" not in widget:
        return "a widget without a type"
    right = (number(widget.get("x")) or 0) + (number(widget.get("width")) or 6)
    if right > 24:
        return f"a widget reaches column {right:g} of 24"
    if widget["type"] == "metric" and not widget["properties"].get("region"):
        return "a widget of metrics without a region"
    return ""


def _faulty(message: str, remedy: str) -> Fault:
    return Fault(message=message, remedy=remedy, property="DashboardBody")
