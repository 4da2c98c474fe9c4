"""What is expected of a service follows from what its file says."""

from typing import Any

import pytest

from config.load import load_environment
from config.model.environment import Environment
from config.model.watched import Probe
from delivery.smoke import Expectations, UnusableError, expectations


@pytest.fixture
def environment() -> Environment:
    """Load a system whose backend has a database, a cache and a probe."""
    return load_environment("daadaar", "prod")


def changed(environment: Environment, **fields: Any) -> Environment:
    """Change the service."""
    backend = environment.services["backend"].model_copy(update=fields)
    return environment.model_copy(update={"services": {"backend": backend}})


def test_probe_gives_the_details_and_a_database_is_required(environment: Environment) -> None:
    expected = Expectations("/health", "/api/health", ("database",))
    assert expectations(environment, "backend") == expected


def test_redis_is_required_where_the_service_denies_without(environment: Environment) -> None:
    denying = changed(environment, env={"RATE_LIMITER_FAIL_CLOSED": "true"})
    assert expectations(denying, "backend").requires == ("database", "redis")


def test_service_without_a_database_requires_none(environment: Environment) -> None:
    assert expectations(changed(environment, uses={}), "backend").requires == ()


def test_health_path_alone_promises_no_details(environment: Environment) -> None:
    assert expectations(changed(environment, probe=None), "backend") == Expectations("/health")
    # Whoever gives the path of the details knows that they are there.
    given = expectations(changed(environment, probe=None), "backend", details="/deep")
    assert given == Expectations("/health", "/deep", ("database",))


def test_service_on_fargate_is_expected_alike() -> None:
    environment = load_environment("daadaar-fargate", "prod")
    api = environment.services["api"].model_copy(update={"probe": Probe(path="/deep")})
    probed = environment.model_copy(update={"services": {"api": api}})
    assert expectations(probed, "api") == Expectations("/health", "/deep", ("database",))


def test_what_is_given_wins(environment: Environment) -> None:
    given = {"health": "/h", "details": "/d", "requires": (), "version": "new"}
    assert expectations(environment, "backend", **given) == Expectations("/h", "/d", (), "new")


def test_service_without_a_health_path_needs_one(environment: Environment) -> None:
    silent = changed(environment, health=None)
    with pytest.raises(UnusableError, match="backend has no health path: give one"):
        expectations(silent, "backend")
    assert expectations(silent, "backend", health="/h").health == "/h"


@pytest.mark.parametrize("service", ["", "web"])
def test_unknown_service_is_told_with_the_known_ones(
    environment: Environment, service: str
) -> None:
    with pytest.raises(UnusableError, match="known: backend"):
        expectations(environment, service)
