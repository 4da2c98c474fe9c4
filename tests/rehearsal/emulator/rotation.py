"""Rotation schedules: with real databases behind the instances, the first rotation really runs."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any

from ministack.services import secretsmanager

from tests.rehearsal.emulator.api import client, runs_on_worker
from tests.rehearsal.emulator.ledger import API, register

if TYPE_CHECKING:
    from tests.rehearsal.emulator.settings import Settings

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
TYPE = "AWS::SecretsManager::RotationSchedule"


def register_all(settings: Settings) -> None:
    """Teach the emulator rotation schedules."""
    for_real = bool(settings.machines)

    def set_up(props: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        arn = props["SecretId"]
        _, secret = secretsmanager._resolve(arn)
        if not secret:
            raise ValueError(f"there is no secret {arn} to rotate")
        secret["RotationEnabled"] = True
        secret["RotationLambdaARN"] = props.get("RotationLambdaARN")
        secret["RotationRules"] = props.get("RotationRules")
        # What is not said is yes: the schedule rotates as soon as it is there.
        at_once = str(props.get("RotateImmediatelyOnUpdate", True)).lower() == "true"
        if for_real and at_once and props.get("RotationLambdaARN"):
            rotate(arn, props["RotationLambdaARN"])
        return arn, {"Id": arn}

    def remove(arn: str, _: dict[str, Any]) -> None:
        _, secret = secretsmanager._resolve(arn)
        if secret:
            secret["RotationEnabled"] = False

    register(
        API,
        TYPE,
        {
            "create": lambda _, props, __: set_up(props),
            "update": lambda _, __, new, ___: set_up(new),
            "delete": remove,
        },
    )
    runs_on_worker(TYPE)


def rotate(arn: str, function: str) -> None:
    """Call the function for each step, as Secrets Manager does."""
    token = str(uuid.uuid4())
    _, secret = secretsmanager._resolve(arn)
    secret["Versions"][token] = {
        "SecretString": None,
        "SecretBinary": None,
        "CreatedDate": int(time.time()),
        "Stages": ["AWSPENDING"],
    }
    for step in STEPS:
        event = {"Step": step, "SecretId": arn, "ClientRequestToken": token}
        answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
        if answer.get("FunctionError"):
            said = answer["Payload"].read().decode()
            raise ValueError(f"{step} of the first rotation of {arn} failed: {said}")
