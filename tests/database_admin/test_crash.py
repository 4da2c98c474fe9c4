"""A rotation killed at any point and repeated with the same token ends well."""

import json
from itertools import count

import pytest

from database_admin import credentials
from tests.database_admin.crash import Crashed, crash_after
from tests.database_admin.deployment import Deployment

# Fewer operations than this would mean that the counting misses some.
FEWEST = {"master": 16, "application": 36, "owner": 36, "bootstrap": 20}


@pytest.fixture(params=["plain", "full"])
def deployment(request: pytest.FixtureRequest, deployment: Deployment) -> Deployment:
    """Run every test with the least and with all that a deployment may ask for."""
    if request.param == "full":
        fields = {
            name: {"format": "json", "colours": deployment.colours(name)}
            for name in ("application", "owner")
        }
        extensions = [request.getfixturevalue("pgvector")]
        deployment.deploy(extensions=extensions, **fields)
    return deployment


def proxy_knows(deployment: Deployment, value: str) -> bool:
    """Say whether the login's colour holds the same password, where there are colours."""
    url = credentials.read(value)
    if url is None or not value.startswith("{"):
        return True
    name = "application" if url.user.startswith("app_") else "owner"
    arn = deployment.secrets.arn(f"{name}-{url.user.rsplit('_')[-1]}")
    expected = {"username": url.user, "password": url.password}
    return bool(json.loads(deployment.secrets.value(arn)) == expected)


def rotate_with_crash(deployment: Deployment, arn: str, operations: int) -> bool:
    """Rotate, killed after so many operations, then from the start; False if it was not killed."""
    token = deployment.secrets.begin(arn)
    try:
        with crash_after(operations):
            deployment.rotate(arn, token)
    except Crashed:
        in_use = deployment.secrets.value(arn)
        # Services go on with the current value; the master's has no second login to go on with.
        assert in_use == "random" or arn == deployment.master or deployment.accepts(in_use)
        assert proxy_knows(deployment, in_use)
        deployment.rotate(arn, token)
        return True
    return False


def check(deployment: Deployment, arn: str, values: list[str]) -> None:
    """The newest and, where there are two logins, the previous value are accepted; no other is."""
    lasting = 1 if arn == deployment.master else 2
    accepted = [deployment.accepts(value) for value in values]
    assert accepted == [False] * (len(values) - lasting) + [True] * lasting
    assert all(proxy_knows(deployment, value) for value in values[-lasting:])


def test_first_rotation_survives_a_crash_at_any_point(deployment: Deployment) -> None:
    """Every point gets a database in which nothing was prepared yet."""
    for operations in count(1):
        arn = deployment.secrets.create("application", "random")
        killed = rotate_with_crash(deployment, arn, operations)
        value = deployment.secrets.value(arn)
        assert deployment.accepts(value)
        check(deployment, arn, [value, deployment.rotate(arn)])
        if not killed:
            assert operations >= FEWEST["application"]
            return
        deployment.server.clear()
        deployment.server.create_master()


@pytest.mark.parametrize("name", ["master", "application", "owner"])
def test_later_rotation_survives_a_crash_at_any_point(deployment: Deployment, name: str) -> None:
    """The former connection string goes on working until the rotation after."""
    arn = getattr(deployment, name)
    values = [deployment.rotate(arn), deployment.rotate(arn)]
    for operations in count(1):
        killed = rotate_with_crash(deployment, arn, operations)
        values = [*values[-2:], deployment.secrets.value(arn)]
        check(deployment, arn, values)
        if not killed:
            assert operations >= FEWEST[name]
            return


def test_rotations_of_the_others_go_on_while_a_killed_master_rotation_waits(
    deployment: Deployment,
) -> None:
    """Whoever connects as the master finds the password that is valid at that point."""
    for operations in count(1):
        token = deployment.secrets.begin(deployment.master)
        try:
            with crash_after(operations):
                deployment.rotate(deployment.master, token)
        except Crashed:
            assert deployment.accepts(deployment.rotate(deployment.application))
            deployment.rotate(deployment.master, token)
        else:
            return


def test_bootstrap_event_survives_a_crash_at_any_point(deployment: Deployment) -> None:
    """Sent again, it ends what was begun; the first rotations follow."""
    for operations in count(1):
        try:
            with crash_after(operations):
                deployment.bootstrap()
        except Crashed:
            deployment.bootstrap()
            deployment.rotate(deployment.application)
        else:
            assert operations >= FEWEST["bootstrap"]
            return
        deployment.server.clear()
        deployment.server.create_master()
        deployment.secrets.create("application", "random")
