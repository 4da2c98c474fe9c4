"""Secrets: there, with a value where one is generated, and rotated where a schedule says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.rehearsal.wiring.fact import Fact, true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal.deployed import Deployed


def facts(deployed: Deployed) -> Iterator[Fact]:
    """Every secret can be read, every rotation has a function that exists."""
    client = deployed.client("secretsmanager")
    for each in deployed.of("AWS::SecretsManager::Secret"):
        found = client.get_secret_value(SecretId=each.physical)
        yield true("value", each.where, found.get("SecretString"), "it is empty")
    functions = {each.physical for each in deployed.of("AWS::Lambda::Function")}
    for each in deployed.of("AWS::SecretsManager::RotationSchedule"):
        secret = client.describe_secret(SecretId=each.physical)
        name = str(secret.get("RotationLambdaARN")).rsplit(":", 1)[-1]
        yield true("rotation", each.where, secret["RotationEnabled"], "it is off")
        yield true(
            "function of the rotation", each.where, name in functions, f"{name} is not there"
        )
