"""What the function refuses, and what it leaves behind in the logs."""

import io
import logging
import re
import traceback

import pytest

from database_admin.errors import RotationError
from database_admin.handler import handle, logger
from tests.database_admin.deployment import CONTEXT, STEPS, Deployment
from tests.database_admin.server import DATABASE

FOREIGN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:foreign-AbCdEf"


@pytest.mark.parametrize("step", STEPS)
def test_unknown_secret_is_refused_before_anything_is_asked(
    deployment: Deployment, step: str
) -> None:
    """The function's own permissions are not the only thing that limits it."""
    with pytest.raises(RotationError, match=f"{FOREIGN} is not in the care"):
        deployment.step(step, FOREIGN, "token")
    assert deployment.secrets.calls == []


def test_unknown_step_is_refused(deployment: Deployment) -> None:
    """Only the four steps of a rotation are known."""
    token = deployment.secrets.begin(deployment.owner)
    with pytest.raises(RotationError, match="unknown step 'dropSecret'"):
        deployment.step("dropSecret", deployment.owner, token)


@pytest.mark.parametrize("key", ["Step", "SecretId", "ClientRequestToken"])
def test_event_of_another_kind_is_refused(deployment: Deployment, key: str) -> None:
    """The error names what is missing."""
    event = {"Step": STEPS[0], "SecretId": deployment.owner, "ClientRequestToken": "token"}
    del event[key]
    with pytest.raises(RotationError, match=key):
        handle(event, CONTEXT)


@pytest.mark.parametrize("step", STEPS)
def test_version_that_is_not_pending_is_refused(deployment: Deployment, step: str) -> None:
    """A token that Secrets Manager did not announce does nothing."""
    with pytest.raises(RotationError, match="not the one being rotated in"):
        deployment.step(step, deployment.owner, "0" * 32)


@pytest.mark.parametrize("step", ["setSecret", "testSecret"])
def test_empty_pending_version_is_refused(deployment: Deployment, step: str) -> None:
    """The steps cannot run before the first one."""
    token = deployment.secrets.begin(deployment.owner)
    with pytest.raises(RotationError, match="still empty"):
        deployment.step(step, deployment.owner, token)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("random", "not a connection string of this database"),
        ("postgresql://app_blue:{password}@elsewhere:{port}/{database}", "of this database"),
        ("postgresql://app_blue:{password}@127.0.0.1:1/{database}", "of this database"),
        ("postgresql://app_blue:{password}@127.0.0.1:{port}/other", "of this database"),
        ("postgresql://Master:{password}@127.0.0.1:{port}/{database}", "another credential"),
        ("postgresql://migrations_blue:{password}@127.0.0.1:{port}/{database}", "another"),
    ],
)
@pytest.mark.parametrize("step", ["setSecret", "testSecret"])
def test_pending_value_that_was_put_by_somebody_else_is_refused(
    deployment: Deployment, step: str, value: str, message: str
) -> None:
    """Who may write a secret cannot thereby choose another role or server."""
    arn = deployment.application
    token = deployment.secrets.begin(arn)
    port = deployment.server.port
    written = value.format(password="x" * 40, port=port, database=DATABASE)
    deployment.secrets.secrets[arn][token].value = written
    with pytest.raises(RotationError, match=message) as caught:
        deployment.step(step, arn, token)
    assert "x" * 40 not in str(caught.value)


def test_only_these_operations_are_needed(deployment: Deployment) -> None:
    """The function's policy lists exactly these, per secret."""
    own = {"DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"}
    for arn in (deployment.application, deployment.owner):
        deployment.secrets.calls.clear()
        deployment.rotate(arn)
        used = set(deployment.secrets.calls)
        assert used == {(name, arn) for name in own} | {("GetSecretValue", deployment.master)}
    deployment.secrets.calls.clear()
    deployment.rotate(deployment.master)
    assert set(deployment.secrets.calls) == {(name, deployment.master) for name in own}


@pytest.mark.parametrize("form", ["url", "json"])
def test_nothing_secret_is_logged(
    deployment: Deployment,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
) -> None:
    """Neither by the function, even with every logger at DEBUG, nor by the database server."""
    caplog.set_level(logging.DEBUG)
    output = io.StringIO()
    monkeypatch.setattr(logger.handlers[0], "stream", output)
    arns = (deployment.master, deployment.application, deployment.owner)
    deployment.deploy(
        application={"format": form, "colours": deployment.colours("app")},
        owner={"format": form},
    )
    deployment.bootstrap()
    for arn in arns * 3:
        deployment.rotate(arn)
    token = deployment.secrets.begin(deployment.owner)
    deployment.step("createSecret", deployment.owner, token)
    with pytest.raises(Exception, match="28P01") as caught:
        deployment.step("testSecret", deployment.owner, token)
    server_log = deployment.server.log.read_text()
    logs = output.getvalue() + caplog.text + "".join(traceback.format_exception(caught.value))
    assert '"step":"finishSecret"' in logs
    assert "password authentication failed" in logs
    assert "ALTER ROLE" in server_log
    versions = [each for arn in arns for each in deployment.secrets.secrets[arn].values()]
    values = [each.value for each in versions if each.value]
    assert len(values) == 13
    for value in values:
        for word in [value, *re.findall(r"\w{24,}", value)]:
            assert word not in logs
            # The tests themselves made the master with its initial password.
            assert word not in server_log or value == values[0]


def test_responses_of_the_sdk_are_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    """At DEBUG botocore would write the secrets' values out."""
    caplog.set_level(logging.DEBUG)
    for name in ("boto3", "botocore", "botocore.parsers", "urllib3"):
        assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)
