"""A double of Secrets Manager in this process, as strict as the service where it matters."""

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name
from botocore.validate import ParamValidator

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:"
Parameters = Mapping[str, Any]


class Refusal(Exception):  # noqa: N818
    """An operation that the service would not do; holds its error code."""


@dataclass
class Version:
    """One version of a secret; a rotation starts with an empty one."""

    value: str | None
    labels: set[str]
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class SecretsManager:
    """All secrets, and which operations were called on which of them."""

    secrets: dict[str, dict[str, Version]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    turn: threading.RLock = field(default_factory=threading.RLock)

    def create(self, name: str, value: str) -> str:
        """Make a secret as CloudFormation does."""
        arn = self.arn(name)
        self.secrets[arn] = {str(uuid.uuid4()): Version(value, {"AWSCURRENT"})}
        return arn

    @staticmethod
    def arn(name: str) -> str:
        """Return the ARN of the secret with the name."""
        return f"{ARN}{name}-AbCdEf"

    def begin(self, arn: str) -> str:
        """Start a rotation with an empty version; refused while another one is on its way."""
        with self.turn:
            token = str(uuid.uuid4())
            for version in self.secrets[arn].values():
                assert version.labels & {"AWSPENDING", "AWSCURRENT"} != {"AWSPENDING"}
                version.labels.discard("AWSPENDING")
            self.secrets[arn][token] = Version(None, {"AWSPENDING"})
            return token

    def abandon(self, arn: str) -> None:
        """Take the label off a pending version, as an operator does to give up a rotation."""
        for version in self.secrets[arn].values():
            version.labels.discard("AWSPENDING")

    def move_current(self, arn: str, token: str) -> None:
        """Make another version the current one by hand."""
        [former] = [each for each, v in self.secrets[arn].items() if "AWSCURRENT" in v.labels]
        wanted = {"VersionStage": "AWSCURRENT", "MoveToVersionId": token}
        self._update_secret_version_stage(
            self.secrets[arn], wanted | {"RemoveFromVersionId": former}
        )

    def value(self, arn: str, stage: str = "AWSCURRENT") -> str:
        """Read a secret as a service does when it starts."""
        with self.turn:
            [value] = [each.value for each in self.secrets[arn].values() if stage in each.labels]
            assert value is not None
            return value

    def labels(self, arn: str, token: str) -> set[str]:
        """Return the labels of one version."""
        return self.secrets[arn][token].labels

    def answer(self, client: Any, operation: str, parameters: Parameters) -> Any:
        """Stand in for a client's request: check the parameters, then do the operation."""
        shape = client.meta.service_model.operation_model(operation).input_shape
        problems = ParamValidator().validate(parameters, shape)
        assert not problems.has_errors(), problems.generate_report()
        arn = parameters["SecretId"]
        with self.turn:
            self.calls.append((operation, arn))
            try:
                return getattr(self, f"_{xform_name(operation)}")(self.secrets[arn], parameters)
            except Refusal as refusal:
                [code] = refusal.args
                error = {"Error": {"Code": code, "Message": operation}}
                raise client.exceptions.from_code(code)(error, operation) from None

    def _describe_secret(self, versions: dict[str, Version], _: Parameters) -> Any:
        labelled = {token: sorted(each.labels) for token, each in versions.items() if each.labels}
        return {"VersionIdsToStages": labelled}

    def _list_secret_version_ids(self, versions: dict[str, Version], wanted: Parameters) -> Any:
        found = [
            {"VersionId": token, "CreatedDate": each.created, "VersionStages": sorted(each.labels)}
            for token, each in versions.items()
            if each.labels or wanted.get("IncludeDeprecated")
        ]
        return {"Versions": found}

    def _get_secret_value(self, versions: dict[str, Version], wanted: Parameters) -> Any:
        token = wanted.get("VersionId")
        stage = wanted.get("VersionStage") or (None if token else "AWSCURRENT")
        for each, version in versions.items():
            wanted_version = token in (None, each) and (stage is None or stage in version.labels)
            if wanted_version and version.value is not None:
                return {"SecretString": version.value, "VersionId": each}
        raise Refusal("ResourceNotFoundException")

    def _put_secret_value(self, versions: dict[str, Version], wanted: Parameters) -> Any:
        token, value = wanted["ClientRequestToken"], wanted["SecretString"]
        version = versions.setdefault(token, Version(None, set()))
        if version.value not in (None, value):
            raise Refusal("ResourceExistsException")
        # The service ignores a request that it has done before, labels included.
        if version.value is None:
            version.value = value
            for stage in wanted.get("VersionStages", ["AWSCURRENT"]):
                self._label(versions, stage, token)
        return {"VersionId": token}

    def _update_secret_version_stage(self, versions: dict[str, Version], wanted: Parameters) -> Any:
        stage, target = wanted["VersionStage"], wanted["MoveToVersionId"]
        holders = [token for token, each in versions.items() if stage in each.labels]
        if target not in versions or holders != [wanted.get("RemoveFromVersionId")]:
            raise Refusal("InvalidParameterException")
        self._label(versions, stage, target)
        return {}

    def _label(self, versions: dict[str, Version], stage: str, target: str) -> None:
        holders = [token for token, each in versions.items() if stage in each.labels]
        self._move(versions, stage, target)
        if stage == "AWSCURRENT":
            versions[target].labels.discard("AWSPREVIOUS")
            self._move(versions, "AWSPREVIOUS", holders[0])

    @staticmethod
    def _move(versions: dict[str, Version], stage: str, target: str) -> None:
        for version in versions.values():
            version.labels.discard(stage)
        versions[target].labels.add(stage)
