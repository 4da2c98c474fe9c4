"""What the facts are read from."""

from typing import Any

import pytest

from tests.systems.reading import Reading, Thing, reading_of


@pytest.fixture
def read() -> Reading:
    return reading_of("daadaar-fargate", "prod")


@pytest.fixture
def api(read: Reading) -> Thing:
    return read.one("AWS::ECS::Service", ServiceName="api")


@pytest.fixture
def web(read: Reading) -> Thing:
    return read.one("AWS::ECS::Service", ServiceName="web")


@pytest.fixture(params=["api", "web"])
def service(read: Reading, request: pytest.FixtureRequest) -> Thing:
    return read.one("AWS::ECS::Service", ServiceName=request.param)


@pytest.fixture
def database(read: Reading) -> Thing:
    return read.one("AWS::RDS::DBInstance")


@pytest.fixture
def media(read: Reading) -> Thing:
    return read.one("AWS::S3::Bucket", BucketName="daadaar-media-frkia")


@pytest.fixture
def key(read: Reading) -> Thing:
    return read.one("AWS::KMS::Key", Description="Everything that daadaar-fargate-prod keeps")


@pytest.fixture
def migrate(read: Reading) -> Thing:
    (task,) = [task for task in read.all("AWS::ECS::TaskDefinition") if task.node == "migrate"]
    return task


def container_of(read: Reading, service: Thing) -> dict[str, Any]:
    """The one container of a service's task."""
    (container,) = read.at(service["TaskDefinition"])["ContainerDefinitions"]
    return dict(container)


def secrets_of(read: Reading, service: Thing) -> dict[str, str]:
    """The secrets of a service's container, by variable."""
    return {pair["Name"]: pair["ValueFrom"] for pair in container_of(read, service)["Secrets"]}


def variables_of(read: Reading, service: Thing) -> dict[str, str]:
    """The variables of a service's container that anybody may read."""
    return {pair["Name"]: pair["Value"] for pair in container_of(read, service)["Environment"]}
