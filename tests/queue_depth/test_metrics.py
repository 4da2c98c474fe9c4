"""What CloudWatch finds in the log."""

import json
import time

import pytest

from queue_depth.handler import handle
from tests.queue_depth.function import CONTEXT, NAMESPACE, Function
from tests.queue_depth.server import Server


def test_every_service_gets_one_document_with_one_metric_and_one_dimension(
    server: Server, function: Function
) -> None:
    server.do(("RPUSH", "celery", 1, 2))
    handle({}, CONTEXT)
    documents = function.documents()
    assert [each["Service"] for each in documents] == ["worker", "digest"]
    first = documents[0]
    assert abs(first["_aws"].pop("Timestamp") - time.time() * 1000) < 60_000
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["Service"]],
        "Metrics": [{"Name": "QueueDepth", "Unit": "Count"}],
    }
    assert first == {
        "_aws": {"CloudWatchMetrics": [directive]},
        "Service": "worker",
        "QueueDepth": [2.0],
    }


@pytest.mark.parametrize(
    "name", ["POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "AWS_LAMBDA_FUNCTION_NAME"]
)
def test_environment_adds_no_dimension_and_changes_no_namespace(
    function: Function, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "other")
    handle({}, CONTEXT)
    for document in function.documents():
        [directive] = document["_aws"]["CloudWatchMetrics"]
        assert directive["Dimensions"] == [["Service"]]
        assert directive["Namespace"] == NAMESPACE
        assert document.keys() == {"_aws", "Service", "QueueDepth"}


def test_a_line_holds_one_document(function: Function) -> None:
    """CloudWatch takes a log event for metrics only if nothing else is in it."""
    handle({}, CONTEXT)
    lines = function.output.readouterr().out.splitlines()
    assert [json.loads(line)["Service"] for line in lines] == ["worker", "digest"]


def test_invocations_do_not_add_up(server: Server, function: Function) -> None:
    server.do(("RPUSH", "celery", 1))
    assert [function.invoke()["worker"] for _ in range(3)] == [1, 1, 1]


def test_many_services_are_published_one_by_one(
    function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Powertools starts a new document after a hundred metrics."""
    monkeypatch.setenv("QUEUES", json.dumps({f"s{number}": ["q"] for number in range(150)}))
    assert len(function.invoke()) == 150
