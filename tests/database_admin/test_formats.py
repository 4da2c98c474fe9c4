"""The two forms of a secret, and the host that is written into it."""

import json

import pytest

from database_admin.credentials import ConnectionUrl, read
from database_admin.errors import RotationError
from tests.database_admin.deployment import Deployment
from tests.database_admin.server import DATABASE, HOST

READER = "db.cluster-ro-abc.eu-central-1.rds.amazonaws.com"


def parsed(value: str) -> ConnectionUrl:
    """Read a value that must be of one form or the other."""
    url = read(value)
    assert url is not None
    return url


def test_json_holds_the_fields_of_rds_and_the_connection_string(deployment: Deployment) -> None:
    """Exactly these, with the port as a number."""
    deployment.deploy(application={"format": "json"})
    value = deployment.rotate(deployment.application)
    password, port = parsed(value).password, deployment.server.port
    assert json.loads(value) == {
        "engine": "postgres",
        "username": "app_blue",
        "password": password,
        "host": HOST,
        "port": port,
        "dbname": DATABASE,
        "url": f"postgresql://app_blue:{password}@{HOST}:{port}/{DATABASE}?sslmode=require",
    }


@pytest.mark.parametrize("name", ["application", "owner"])
def test_json_takes_turns_as_connection_strings_do(deployment: Deployment, name: str) -> None:
    """Newest and previous log in, in three rotations and more."""
    deployment.deploy(**{name: {"format": "json"}})
    values = [deployment.rotate(getattr(deployment, name)) for _ in range(4)]
    colours = [json.loads(value)["username"].rsplit("_")[-1] for value in values]
    assert colours == ["blue", "green", "blue", "green"]
    assert [deployment.accepts(value) for value in values] == [False, False, True, True]


def test_form_may_change_between_rotations(deployment: Deployment) -> None:
    """The login in use is found in either form, and its password stays."""
    values = []
    for form in ("url", "json", "json", "url", "json"):
        deployment.deploy(application={"format": form})
        values.append(deployment.rotate(deployment.application))
        assert values[-1].startswith("{" if form == "json" else "postgresql://")
    colours = [parsed(value).user.rsplit("_")[-1] for value in values]
    assert colours == ["blue", "green", "blue", "green", "blue"]
    assert [deployment.accepts(value) for value in values] == [False, False, False, True, True]


@pytest.mark.parametrize("form", ["url", "json"])
def test_form_may_change_in_the_middle_of_a_rotation(deployment: Deployment, form: str) -> None:
    """The rotation ends in the form in which it began."""
    deployment.deploy(application={"format": form})
    arn = deployment.application
    token = deployment.secrets.begin(arn)
    deployment.step("createSecret", arn, token)
    deployment.deploy(application={"format": {"url": "json", "json": "url"}[form]})
    value = deployment.rotate(arn, token)
    assert value == deployment.secrets.value(arn)
    assert value.startswith("{") == (form == "json")
    assert deployment.accepts(value)


@pytest.mark.parametrize("form", ["url", "json"])
def test_other_host_is_written_and_never_connected_to(deployment: Deployment, form: str) -> None:
    """Nobody could look up this one: every step goes to the database itself."""
    deployment.deploy(application={"format": form, "host": READER})
    for colour in ("blue", "green", "blue"):
        value = deployment.rotate(deployment.application)
        url = parsed(value)
        assert (url.user, url.host) == (f"app_{colour}", READER)
        assert form == "url" or json.loads(value)["host"] == READER
        assert deployment.accepts(value)
    assert parsed(deployment.rotate(deployment.owner)).host == HOST


def test_host_may_change_between_rotations(deployment: Deployment) -> None:
    """The login in use is known whatever host stands beside it."""
    for colour, host in (("blue", HOST), ("green", READER), ("blue", HOST)):
        deployment.deploy(application={"host": host})
        url = parsed(deployment.rotate(deployment.application))
        assert (url.user, url.host) == (f"app_{colour}", host)


@pytest.mark.parametrize(
    "initial", ['{"url": 1}', "{}", "[]", "7", '{"url": "random"}', "[" * 60_000, '{"username"']
)
@pytest.mark.parametrize("form", ["url", "json"])
def test_any_other_value_is_replaced_as_the_initial_one(
    deployment: Deployment, initial: str, form: str
) -> None:
    """Blue comes first."""
    deployment.deploy(application={"format": form})
    arn = deployment.secrets.create("application", initial)
    assert parsed(deployment.rotate(arn)).user == "app_blue"


@pytest.mark.parametrize(
    "change",
    [
        {"username": "migrations_blue"},
        {"password": "y" * 40},
        {"host": "elsewhere"},
        {"port": 1},
        {"port": "{port}"},
        {"dbname": "other"},
        {"engine": "mysql"},
        {"url": "postgresql://app_blue:{password}@elsewhere:{port}/{database}"},
        {"url": "random"},
        {"more": "x"},
    ],
)
@pytest.mark.parametrize("step", ["setSecret", "testSecret"])
def test_pending_fields_that_do_not_fit_are_refused(
    deployment: Deployment, step: str, change: dict[str, object]
) -> None:
    """What services read must be what was verified, in whichever field they read it."""
    deployment.deploy(application={"format": "json"})
    arn = deployment.application
    token = deployment.secrets.begin(arn)
    deployment.step("createSecret", arn, token)
    version = deployment.secrets.secrets[arn][token]
    assert version.value is not None
    words = {"password": "x" * 40, "port": deployment.server.port, "database": DATABASE}
    filled = {k: v.format(**words) if isinstance(v, str) else v for k, v in change.items()}
    password = json.loads(version.value)["password"]
    version.value = json.dumps(json.loads(version.value) | filled)
    with pytest.raises(RotationError, match="the pending value") as caught:
        deployment.step(step, arn, token)
    assert not any(word in str(caught.value) for word in (password, "x" * 40, "y" * 40))


def test_host_may_be_added_in_the_middle_of_a_rotation(deployment: Deployment) -> None:
    """A rotation that waits for its retry must not be stuck because of a deployment."""
    arn = deployment.application
    token = deployment.secrets.begin(arn)
    deployment.step("createSecret", arn, token)
    deployment.deploy(application={"host": READER})
    assert parsed(deployment.rotate(arn, token)).host == HOST
    assert parsed(deployment.rotate(arn)).host == READER


def test_pending_host_that_is_no_longer_deployed_is_refused(deployment: Deployment) -> None:
    """Nobody can tell it from a foreign one; a rotation with another token ends it."""
    deployment.deploy(application={"host": READER})
    arn = deployment.application
    token = deployment.secrets.begin(arn)
    deployment.step("createSecret", arn, token)
    deployment.deploy()
    with pytest.raises(RotationError, match="not a connection string of this database"):
        deployment.step("setSecret", arn, token)
    deployment.secrets.abandon(arn)
    assert parsed(deployment.rotate(arn)).host == HOST
