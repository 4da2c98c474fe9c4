"""Mistakes in the function's environment are named, before anything is asked or done."""

import json

import pytest

from database_admin.errors import RotationError
from tests.database_admin.deployment import Deployment


def one(**fields: object) -> str:
    """Describe one credential with more fields."""
    return json.dumps({"a": {"role": "owner", "login": "x"} | fields})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"DATABASE_TLS": "no"}, "DATABASE_TLS"),
        ({"CREDENTIALS": json.dumps({"a": {"role": "admin", "login": "x"}})}, "role 'admin'"),
        ({"CREDENTIALS": json.dumps({"a": {"role": "owner", "login": "A b"}})}, "login 'A b'"),
        ({"CREDENTIALS": json.dumps({"a": {"role": "owner", "login": "x" * 58}})}, "login"),
        ({"CREDENTIALS": one(format="xml")}, "format 'xml'"),
        ({"CREDENTIALS": one(host="a:1/b")}, "host 'a:1/b'"),
        ({"CREDENTIALS": one(colours={"blue": "b"})}, "colours"),
        ({"CREDENTIALS": one(colours={"blue": "b", "red": "r"})}, "colours"),
        ({"CREDENTIALS": one(colours={"blue": "b", "green": "b"})}, "one secret twice"),
        ({"CREDENTIALS": one(colours={"blue": "a", "green": "b"})}, "one secret twice"),
        ({"EXTENSIONS": "vector"}, "EXTENSIONS"),
        ({"EXTENSIONS": '"vector"'}, "EXTENSIONS"),
        ({"EXTENSIONS": "[1]"}, "extension 1"),
        ({"EXTENSIONS": '["vector", "Post GIS"]'}, "extension 'Post GIS'"),
        ({"EXTENSIONS": json.dumps(['x"; DROP ROLE owner'])}, "extension 'x"),
        ({"EXTENSIONS": '["1st"]'}, "extension '1st'"),
        ({"EXTENSIONS": json.dumps(["vector\n"])}, "extension 'vector"),
        (
            {"CREDENTIALS": json.dumps({k: {"role": "owner", "login": "x"} for k in "ab"})},
            "share a login",
        ),
    ],
)
def test_wrong_environment_is_refused(
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, str],
    message: str,
) -> None:
    """Every event finds them, not only that of the secret they are about."""
    for name, value in change.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(RotationError, match=message):
        deployment.step("createSecret", deployment.owner, "token")
    with pytest.raises(RotationError, match=message):
        deployment.bootstrap()
    assert deployment.secrets.calls == []


def test_master_may_not_be_a_colour(deployment: Deployment) -> None:
    """Each secret has one kind of content only."""
    colours = deployment.colours("app") | {"green": deployment.master}
    deployment.deploy(application={"colours": colours})
    with pytest.raises(RotationError, match="one secret twice"):
        deployment.bootstrap()


def test_extensions_are_optional(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that needs none has no such variable."""
    monkeypatch.delenv("EXTENSIONS")
    deployment.bootstrap()
    deployment.rotate(deployment.application)
