"""Builds of a CodeBuild project, run phase by phase where the tests run."""

from tests.rehearsal.codebuild.build import Build, Phase, Status
from tests.rehearsal.codebuild.failures import UnsupportedError
from tests.rehearsal.codebuild.references import Clients
from tests.rehearsal.codebuild.runner import run

__all__ = ["Build", "Clients", "Phase", "Status", "UnsupportedError", "run"]
