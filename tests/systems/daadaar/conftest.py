"""What the facts are read from."""

from typing import Any

import pytest

from tests.assemblies import Assembly
from tests.systems.reading import Reading, Thing


@pytest.fixture(scope="session")
def read(daadaar: Assembly) -> Reading:
    return Reading(daadaar)


@pytest.fixture
def backend(read: Reading) -> Thing:
    return read.one("AWS::AppRunner::Service", ServiceName="daadaar-backend")


@pytest.fixture
def backend_role(read: Reading, backend: Thing) -> Thing:
    return read.at(backend["InstanceConfiguration"]["InstanceRoleArn"])


@pytest.fixture
def variables(backend: Thing) -> dict[str, str]:
    return _pairs(backend, "RuntimeEnvironmentVariables")


@pytest.fixture
def secrets(backend: Thing) -> dict[str, str]:
    return _pairs(backend, "RuntimeEnvironmentSecrets")


@pytest.fixture
def database(read: Reading) -> Thing:
    return read.one("AWS::RDS::DBInstance")


@pytest.fixture
def cache(read: Reading) -> Thing:
    return read.one("AWS::ElastiCache::ServerlessCache")


@pytest.fixture
def media(read: Reading) -> Thing:
    return read.one("AWS::S3::Bucket", BucketName="daadaar-media-v1-317430950654")


@pytest.fixture
def notifier(read: Reading) -> Thing:
    return read.one("AWS::Lambda::Function", FunctionName="daadaar-slack-notifier")


@pytest.fixture
def migrations(read: Reading) -> Thing:
    return read.one("AWS::CodeBuild::Project", Name="daadaar-migrations")


@pytest.fixture
def key(read: Reading) -> Thing:
    return read.one("AWS::KMS::Key", Description="Everything that daadaar-prod keeps")


def _pairs(service: Thing, kind: str) -> dict[str, str]:
    repository = service["SourceConfiguration"]["ImageRepository"]
    pairs: list[dict[str, Any]] = repository["ImageConfiguration"][kind]
    return {pair["Name"]: pair["Value"] for pair in pairs}
