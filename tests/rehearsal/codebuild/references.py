"""Values that a build fetches from Secrets Manager and from the Parameter Store."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import (  # type: ignore[import-untyped, unused-ignore]
    BotoCoreError,
    ClientError,
)

from tests.rehearsal.codebuild.failures import PhaseError, UnsupportedError

SECRET_ERROR, PARAMETER_ERROR = "Secrets Manager Error", "Decrypted Variables Error"


@dataclass(frozen=True)
class Clients:
    """The boto3 clients with which a build reads; the caller says where they lead."""

    s3: Any
    secretsmanager: Any
    ssm: Any


@dataclass(frozen=True)
class Reference:
    """A secret, and which part of which version of it."""

    secret: str
    key: str = ""
    stage: str = ""
    version: str = ""

    @classmethod
    def of(cls, text: str) -> "Reference":
        """Read `name-or-arn[:json-key[:version-stage[:version-id]]]`."""
        if "$" in text:
            raise UnsupportedError(f"variables inside of a reference to a secret: {text}")
        parts = text.split(":")
        # arn:partition:secretsmanager:region:account:secret:name
        length = 7 if parts[0] == "arn" else 1
        secret, rest = ":".join(parts[:length]), parts[length:]
        if not secret or len(rest) > 3:
            raise PhaseError(SECRET_ERROR, f"{text} is no reference to a secret")
        return cls(secret, *rest)


def secret(clients: Clients, text: str) -> str:
    """Return the value to which the reference leads."""
    reference = Reference.of(text)
    which = {"VersionStage": reference.stage, "VersionId": reference.version}
    try:
        answer = clients.secretsmanager.get_secret_value(
            SecretId=reference.secret, **{name: value for name, value in which.items() if value}
        )
    except (BotoCoreError, ClientError) as error:
        raise PhaseError(SECRET_ERROR, _reason(error)) from None
    if "SecretString" not in answer:
        raise PhaseError(SECRET_ERROR, f"{reference.secret} is binary")
    value = str(answer["SecretString"])
    return _part(value, reference) if reference.key else value


def _part(value: str, reference: Reference) -> str:
    try:
        fields = json.loads(value)
    except ValueError:
        fields = None
    # Neither message nor cause may show the value.
    if not isinstance(fields, dict):
        raise PhaseError(SECRET_ERROR, f"{reference.secret} is no JSON object")
    if reference.key not in fields:
        raise PhaseError(SECRET_ERROR, f"{reference.secret} has no key {reference.key}")
    part = fields[reference.key]
    return part if isinstance(part, str) else json.dumps(part)


def parameter(clients: Clients, name: str) -> str:
    """Return the value of the parameter; asked with the one action that CodeBuild needs."""
    try:
        answer = clients.ssm.get_parameters(Names=[name], WithDecryption=True)
    except (BotoCoreError, ClientError) as error:
        raise PhaseError(PARAMETER_ERROR, _reason(error)) from None
    if not answer["Parameters"]:
        raise PhaseError(PARAMETER_ERROR, f"parameter does not exist: {name}")
    return str(answer["Parameters"][0]["Value"])


def _reason(error: BotoCoreError | ClientError) -> str:
    if isinstance(error, ClientError):
        details = error.response["Error"]
        return f"{details['Code']}: {details['Message']}"
    return str(error)
