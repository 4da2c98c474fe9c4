"""What the facts are read from: both environments, or the one that has the document's names."""

import pytest

from tests.systems.reading import Reading, Thing, reading_of


@pytest.fixture(params=["prod", "dev"])
def read(request: pytest.FixtureRequest) -> Reading:
    return reading_of("fckdoomscroll", request.param)


@pytest.fixture
def prod() -> Reading:
    return reading_of("fckdoomscroll", "prod")


@pytest.fixture
def dev() -> Reading:
    return reading_of("fckdoomscroll", "dev")


@pytest.fixture
def service(read: Reading) -> Thing:
    return read.one("AWS::ECS::Service")


@pytest.fixture
def task(read: Reading, service: Thing) -> Thing:
    return read.at(service["TaskDefinition"])


@pytest.fixture
def container(task: Thing) -> dict:
    (container,) = task["ContainerDefinitions"]
    return container


@pytest.fixture
def database(read: Reading) -> Thing:
    return read.one("AWS::RDS::DBInstance")


@pytest.fixture
def key(read: Reading) -> Thing:
    name = f"fckdoomscroll-{read.environment.environment}"
    return read.one("AWS::KMS::Key", Description=f"Everything that {name} keeps")


@pytest.fixture
def login(read: Reading) -> Thing:
    """The secret that holds the application's login."""
    secrets = read.all("AWS::SecretsManager::Secret")
    (login,) = [s for s in secrets if s["Description"].startswith("Connection string of login app")]
    return login
