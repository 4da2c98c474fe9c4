"""What the facts are read from: every environment, one after the other."""

import pytest

from tests.systems.parts import of_node
from tests.systems.reading import Reading, Thing, reading_of

REPLICATION_GROUP = "AWS::ElastiCache::ReplicationGroup"


@pytest.fixture(scope="session", params=["dev", "staging", "prod"])
def stage(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def read(stage: str) -> Reading:
    return reading_of("socialflow", stage)


@pytest.fixture
def database(read: Reading) -> Thing:
    return read.one("AWS::RDS::DBInstance")


@pytest.fixture
def cache(read: Reading) -> Thing:
    return of_node(read, REPLICATION_GROUP, "cache")


@pytest.fixture
def broker(read: Reading) -> Thing:
    return of_node(read, REPLICATION_GROUP, "broker")


@pytest.fixture
def videos(read: Reading) -> Thing:
    return of_node(read, "AWS::S3::Bucket", "videos")


@pytest.fixture
def uploads(read: Reading) -> Thing:
    return of_node(read, "AWS::S3::Bucket", "uploads")


@pytest.fixture
def static(read: Reading) -> Thing:
    return of_node(read, "AWS::S3::Bucket", "static")


@pytest.fixture
def key(read: Reading, stage: str) -> Thing:
    return read.one("AWS::KMS::Key", Description=f"Everything that socialflow-{stage} keeps")
