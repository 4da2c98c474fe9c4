"""What all tests share: one synthesis of each environment, and no way to AWS."""

from __future__ import annotations

import os

import pytest

# Before the first call to jsii: the tests of templates do without CDK's own validation, which
# the tests of compliance run by themselves.
os.environ["CDK_VALIDATION"] = "false"
for variable in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
    os.environ.pop(variable, None)
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["AWS_DEFAULT_REGION"] = "us-east-1"

from tests.assemblies import Assembly, synthesized  # noqa: E402


@pytest.fixture(scope="session")
def daadaar() -> Assembly:
    """The templates of daadaar in production."""
    return synthesized("daadaar", "prod")
