"""What logs in, what is refused, and what may be repeated, seen from outside."""

import threading

import pytest

from database_admin.credentials import ConnectionUrl
from database_admin.errors import RotationError
from tests.database_admin.deployment import STEPS, Deployment
from tests.database_admin.server import DATABASE, HOST


def parsed(value: str) -> ConnectionUrl:
    """Read a connection string that must be one."""
    url = ConnectionUrl.parse(value)
    assert url is not None
    return url


def test_first_rotation_makes_the_complete_connection_string(deployment: Deployment) -> None:
    """The random initial value becomes a URL of the blue login."""
    value = deployment.rotate(deployment.application)
    password = parsed(value).password
    address = f"{HOST}:{deployment.server.port}/{DATABASE}"
    assert value == f"postgresql://app_blue:{password}@{address}?sslmode=require"
    assert len(password) >= 32
    assert password.isalnum()
    assert password.isascii()


def test_empty_query_leaves_no_question_mark(deployment: Deployment) -> None:
    """A credential without a query has a URL that ends with the database."""
    assert deployment.rotate(deployment.owner).endswith(f"/{DATABASE}")


def test_three_first_rotations_at_once_bootstrap_from_nothing(deployment: Deployment) -> None:
    """Secrets Manager starts all rotations at the same moment on the first deployment."""
    arns = (deployment.master, deployment.application, deployment.owner)
    start = threading.Barrier(len(arns))
    values: dict[str, str] = {}

    def first_rotation(arn: str) -> None:
        start.wait()
        values[arn] = deployment.rotate(arn)

    threads = [threading.Thread(target=first_rotation, args=(arn,)) for arn in arns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(values) == set(arns)
    assert all(deployment.accepts(value) for value in values.values())


@pytest.mark.parametrize("name", ["application", "owner"])
def test_newest_and_previous_log_in_and_the_one_before_is_refused(
    deployment: Deployment, name: str
) -> None:
    """The logins take turns, so that a service keeps its connection string for one rotation."""
    arn = getattr(deployment, name)
    values = [deployment.rotate(arn) for _ in range(5)]
    colours = [parsed(value).user.rsplit("_")[-1] for value in values]
    assert colours == ["blue", "green", "blue", "green", "blue"]
    assert [deployment.accepts(value) for value in values] == [False, False, False, True, True]
    assert deployment.secrets.value(arn, "AWSPREVIOUS") == values[-2]


@pytest.mark.parametrize("name", ["master", "application", "owner"])
def test_every_step_done_twice_is_harmless(deployment: Deployment, name: str) -> None:
    """Secrets Manager and Lambda may both call a step again."""
    arn = getattr(deployment, name)
    for _ in range(3):
        token = deployment.secrets.begin(arn)
        pending = []
        for step in STEPS:
            for _ in range(2):
                deployment.step(step, arn, token)
                pending.append(deployment.secrets.value(arn, "AWSPENDING"))
        assert set(pending) == {deployment.secrets.value(arn)}
        assert deployment.accepts(pending[0])


@pytest.mark.parametrize("name", ["master", "application", "owner"])
@pytest.mark.parametrize("step", STEPS)
def test_no_step_touches_a_version_that_is_current_already(
    deployment: Deployment, name: str, step: str
) -> None:
    """A late repetition of a finished rotation writes nothing anywhere."""
    arn = getattr(deployment, name)
    token = deployment.secrets.begin(arn)
    value = deployment.rotate(arn, token)
    deployment.secrets.calls.clear()
    deployment.step(step, arn, token)
    assert deployment.secrets.calls == [("DescribeSecret", arn)]
    assert deployment.secrets.value(arn) == value


@pytest.mark.parametrize("done", range(4))
@pytest.mark.parametrize("name", ["master", "application", "owner"])
def test_new_token_after_an_abandoned_rotation_works(
    deployment: Deployment, name: str, done: int
) -> None:
    """An operator may give up a rotation after any of its steps and start another."""
    arn = getattr(deployment, name)
    before = deployment.rotate(arn)
    abandoned = deployment.secrets.begin(arn)
    for step in STEPS[:done]:
        deployment.step(step, arn, abandoned)
    deployment.secrets.abandon(arn)
    after = deployment.rotate(arn)
    assert after != before
    assert deployment.accepts(after)
    # The master has one role only, whose former password ends with the rotation.
    assert deployment.accepts(before) == (name != "master")
    with pytest.raises(RotationError, match="not the one being rotated in"):
        deployment.step("setSecret", arn, abandoned)


def test_return_to_the_previous_version_by_hand_is_followed(deployment: Deployment) -> None:
    """The next colour follows from AWSCURRENT and not from a count of rotations."""
    arn = deployment.application
    blue = deployment.secrets.begin(arn)
    deployment.rotate(arn, blue)
    deployment.rotate(arn)
    deployment.secrets.move_current(arn, blue)
    deployment.secrets.abandon(arn)
    in_use = deployment.secrets.value(arn)
    assert parsed(deployment.rotate(arn)).user == "app_green"
    assert deployment.accepts(in_use)


def test_login_in_use_is_never_given_another_password(deployment: Deployment) -> None:
    """A pending version made before AWSCURRENT was moved back by hand must not do harm."""
    arn = deployment.application
    blue = deployment.secrets.begin(arn)
    deployment.rotate(arn, blue)
    deployment.rotate(arn)
    token = deployment.secrets.begin(arn)
    deployment.step("createSecret", arn, token)
    deployment.secrets.move_current(arn, blue)
    with pytest.raises(RotationError, match="app_blue is in use"):
        deployment.step("setSecret", arn, token)
    assert deployment.accepts(deployment.secrets.value(arn))


def test_finish_needs_no_database_and_test_needs_a_working_login(deployment: Deployment) -> None:
    """A password that was never set is found before it becomes the current one."""
    arn = deployment.application
    deployment.rotate(arn)
    token = deployment.secrets.begin(arn)
    deployment.step("createSecret", arn, token)
    assert not deployment.accepts(deployment.secrets.value(arn, "AWSPENDING"))
    with pytest.raises(Exception, match="28P01"):
        deployment.step("testSecret", arn, token)
