"""The look at the public address from outside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.model.services import Probe
from stackyard.probe import probe
from tests.components.building import Made, made, spec, stack_in


@pytest.fixture(scope="module")
def checks(folder: Path) -> Made:
    stack = stack_in(folder)
    specs: dict[str, dict[str, Any]] = {
        "calm.example.com": {"path": "/up"},
        "keen.example.com": {"path": "/api/health", "interval": 10, "failures": 1},
    }
    for domain, fields in specs.items():
        name = domain.split(".")[0].title()
        probe(stack, name, node="web", domain=domain, spec=spec(Probe, **fields))
    return made(stack)


@pytest.mark.parametrize(
    ("domain", "path", "interval", "failures"),
    [("calm.example.com", "/up", 30, 3), ("keen.example.com", "/api/health", 10, 1)],
)
def test_a_probe_asks_the_domain_over_tls_as_often_as_the_file_says(
    checks: Made, domain: str, path: str, interval: int, failures: int
) -> None:
    found = [each["HealthCheckConfig"] for each in checks.of("AWS::Route53::HealthCheck")]
    (config,) = [each for each in found if each["FullyQualifiedDomainName"] == domain]
    assert (config["Type"], config["Port"], config["EnableSNI"]) == ("HTTPS", 443, True)
    assert config["ResourcePath"] == path
    assert (config["RequestInterval"], config["FailureThreshold"]) == (interval, failures)


def test_a_probe_is_named_after_what_it_asks(checks: Made) -> None:
    tags = [each["HealthCheckTags"] for each in checks.of("AWS::Route53::HealthCheck")]
    assert [tag["Value"] for (tag,) in tags] == [
        "calm.example.com/up",
        "keen.example.com/api/health",
    ]
    assert {tag["Key"] for (tag,) in tags} == {"Name"}
