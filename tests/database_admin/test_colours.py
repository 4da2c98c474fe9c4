"""The secrets that RDS Proxy reads, one for each colour."""

import json

import pytest

from database_admin.credentials import read
from tests.database_admin.deployment import Deployment


@pytest.fixture
def colours(deployment: Deployment) -> dict[str, str]:
    """Deploy the application's login with a proxy."""
    arns = deployment.colours("app")
    deployment.deploy(application={"colours": arns})
    return arns


def login(value: str) -> dict[str, str]:
    """Return what a proxy must know to let somebody with the value in."""
    url = read(value)
    assert url is not None
    return {"username": url.user, "password": url.password}


def test_each_rotation_writes_its_own_colour(
    deployment: Deployment, colours: dict[str, str]
) -> None:
    """The other one keeps the password that services still use."""
    expected: dict[str, object] = {"blue": "initial", "green": "initial"}
    for colour in ("blue", "green", "blue"):
        expected[colour] = login(deployment.rotate(deployment.application))
        found = {each: deployment.secrets.value(arn) for each, arn in colours.items()}
        read_by_proxy = {k: v if v == "initial" else json.loads(v) for k, v in found.items()}
        assert read_by_proxy == expected


def test_colour_is_written_at_the_end_of_set_secret(
    deployment: Deployment, colours: dict[str, str]
) -> None:
    """Before it the database has the password, after it services may come with it."""
    arn = deployment.application
    token = deployment.secrets.begin(arn)
    deployment.step("createSecret", arn, token)
    assert deployment.secrets.value(colours["blue"]) == "initial"
    deployment.step("setSecret", arn, token)
    pending = deployment.secrets.value(arn, "AWSPENDING")
    assert json.loads(deployment.secrets.value(colours["blue"])) == login(pending)
    assert deployment.secrets.calls[-1] == ("PutSecretValue", colours["blue"])
    assert deployment.accepts(pending)


def test_colour_is_not_written_where_the_database_refused(
    deployment: Deployment, colours: dict[str, str]
) -> None:
    """The password in the proxy's secret is always one that works."""
    deployment.deploy(application={"colours": colours}, extensions=["missing"])
    with pytest.raises(Exception, match="missing"):
        deployment.rotate(deployment.application)
    assert {deployment.secrets.value(arn) for arn in colours.values()} == {"initial"}


def test_repeated_step_makes_no_second_version(
    deployment: Deployment, colours: dict[str, str]
) -> None:
    """The version has the id of the rotation's own."""
    arn = deployment.application
    token = deployment.secrets.begin(arn)
    deployment.step("createSecret", arn, token)
    for _ in range(3):
        deployment.step("setSecret", arn, token)
    versions = deployment.secrets.secrets[colours["blue"]]
    assert len(versions) == 2
    assert versions[token].labels == {"AWSCURRENT"}


def test_rotation_after_an_abandoned_one_writes_the_colour_again(
    deployment: Deployment, colours: dict[str, str]
) -> None:
    """The new password takes the place of one that never became current."""
    arn = deployment.application
    abandoned = deployment.secrets.begin(arn)
    for step in ("createSecret", "setSecret"):
        deployment.step(step, arn, abandoned)
    deployment.secrets.abandon(arn)
    value = deployment.rotate(arn)
    assert json.loads(deployment.secrets.value(colours["blue"])) == login(value)


def test_nothing_but_put_is_needed_on_a_colour(
    deployment: Deployment, colours: dict[str, str]
) -> None:
    """The function's policy allows no more; the others' rotations do not touch it."""
    for arn in (deployment.application, deployment.owner, deployment.master):
        deployment.rotate(arn)
    used = {call for call in deployment.secrets.calls if call[1] in colours.values()}
    assert used == {("PutSecretValue", colours["blue"])}
