"""What the facts are read from: both environments in AWS, one after the other."""

import pytest

from tests.systems.parts import of_node
from tests.systems.reading import Reading, Thing, reading_of


@pytest.fixture(scope="session", params=["staging", "prod"])
def stage(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def read(stage: str) -> Reading:
    return reading_of("community", stage)


@pytest.fixture
def database(read: Reading) -> Thing:
    return read.one("AWS::RDS::DBInstance")


@pytest.fixture
def jobs(read: Reading) -> Thing:
    return read.one("AWS::ElastiCache::ReplicationGroup")


@pytest.fixture
def uploads(read: Reading) -> Thing:
    return of_node(read, "AWS::S3::Bucket", "uploads")


@pytest.fixture
def key(read: Reading, stage: str) -> Thing:
    return read.one("AWS::KMS::Key", Description=f"Everything that community-{stage} keeps")
