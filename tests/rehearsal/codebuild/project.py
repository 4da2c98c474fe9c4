"""What a build takes from the project that it belongs to."""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import (  # type: ignore[import-untyped, unused-ignore]
    BotoCoreError,
    ClientError,
)

from tests.rehearsal.codebuild.failures import PhaseError, UnsupportedError
from tests.rehearsal.codebuild.references import Clients

OBJECT = re.compile(r"arn:[^:]+:s3:::(?P<bucket>[^/]+)/(?P<key>.+)", re.DOTALL)
# What such a setting changes is not done here.
FOREIGN = ("secondarySources", "secondaryArtifacts", "fileSystemLocations")
KINDS = {"source": "NO_SOURCE", "artifacts": "NO_ARTIFACTS", "cache": "NO_CACHE"}


@dataclass(frozen=True)
class Identity:
    """The name of a build and that of its project."""

    project_arn: str
    project: str
    number: str

    @classmethod
    def of(cls, project: Mapping[str, Any]) -> "Identity":
        """Name a new build of the project."""
        return cls(project["arn"], project["name"], str(uuid.uuid4()))

    @property
    def build(self) -> str:
        """The id of the build."""
        return f"{self.project}:{self.number}"

    def variables(self, project: Mapping[str, Any], folder: Path) -> dict[str, str]:
        """List what CodeBuild tells; without a source, nothing is told of one."""
        # https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
        _, partition, _, region, account, _ = self.project_arn.split(":", 5)
        default_key = f"arn:{partition}:kms:{region}:{account}:alias/aws/s3"
        return {
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "CODEBUILD_BUILD_ARN": (
                f"arn:{partition}:codebuild:{region}:{account}:build/{self.build}"
            ),
            "CODEBUILD_BUILD_ID": self.build,
            "CODEBUILD_BUILD_IMAGE": project.get("environment", {}).get("image", ""),
            "CODEBUILD_BUILD_NUMBER": "1",
            "CODEBUILD_BUILD_SUCCEEDING": "1",
            "CODEBUILD_INITIATOR": "rehearsal",
            "CODEBUILD_KMS_KEY_ID": project.get("encryptionKey") or default_key,
            "CODEBUILD_LOG_PATH": self.number,
            "CODEBUILD_PROJECT_ARN": self.project_arn,
            "CODEBUILD_SRC_DIR": str(folder.resolve()),
            "CODEBUILD_START_TIME": str(int(time.time() * 1000)),
        }


def refuse_foreign(project: Mapping[str, Any]) -> None:
    """Refuse a project whose builds would do more on AWS than they do here."""
    for setting in FOREIGN:
        if project.get(setting):
            raise UnsupportedError(f"{setting} of {project['name']}")
    for setting, known in KINDS.items():
        kind = (project.get(setting) or {}).get("type") or known
        if kind != known:
            raise UnsupportedError(f"{setting} of type {kind}, only {known} is known")


def buildspec_text(project: Mapping[str, Any], clients: Clients) -> str:
    """Return the text of the buildspec, which stands in the project or in S3."""
    given = str(project["source"].get("buildspec") or "")
    place = OBJECT.fullmatch(given)
    if place is None:
        return given
    try:
        answer = clients.s3.get_object(Bucket=place["bucket"], Key=place["key"])
        return str(answer["Body"].read().decode())
    except (BotoCoreError, ClientError) as error:
        raise PhaseError("YAML_FILE_ERROR", f"{given} cannot be read: {error}") from None
    except UnicodeDecodeError:
        raise PhaseError("YAML_FILE_ERROR", f"{given} is not UTF-8") from None
