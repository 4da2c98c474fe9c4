"""Metrics by way of the log, so that the function needs no way to CloudWatch."""

from collections.abc import Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

METRIC = "QueueDepth"
DIMENSION = "Service"


def publish(namespace: str, depths: Mapping[str, int]) -> None:
    """Write one document of the Embedded Metric Format per service."""
    documents = [_document(namespace, service, depth) for service, depth in depths.items()]
    for document in documents:
        document.flush_metrics()


def _document(namespace: str, service: str, depth: int) -> EphemeralMetrics:
    # An empty service keeps POWERTOOLS_SERVICE_NAME from becoming a second dimension.
    document = EphemeralMetrics(namespace=namespace, service="")
    document.add_dimension(name=DIMENSION, value=service)
    document.add_metric(name=METRIC, unit=MetricUnit.Count, value=depth)
    return document
