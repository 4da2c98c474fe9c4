"""Wiring: what a consumer gets from its links, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from config.credentials import login_of
from config.model.links import Link
from stackyard.iam import Statement
from stackyard.node import Grant, Node, SecretValue, Wiring, may_read, wire
from tests.components.building import spec


def secret(name: str, *, key: str = "arn:key", json_key: str | None = None) -> SecretValue:
    """A secret of this region."""
    return SecretValue(arn=f"arn:{name}", key_arn=key, region="us-east-1", json_key=json_key)


def grant(access: str | None) -> Grant:
    """A permission that names its access."""
    statement = Statement(actions=[f"s3:{access}"], resources=["arn:files/*"])
    return Grant(statements=[statement], wildcards={"arn:files/*": f"to {access}"})


NODES = {
    "orders": Node(
        values={"host": "db.example", "port": "5432"},
        urls={"app": secret("app-url"), "owner": secret("owner-url")},
    ),
    "smtp": Node(
        secrets={
            "username": secret("smtp", json_key="username"),
            "password": secret("smtp", json_key="password"),
        }
    ),
    "files": Node(values={"name": "the-bucket"}, grant=grant),
}
DEFAULTS = {"orders": "url", "files": "name"}


def wired(uses: dict[str, dict[str, Any]], **env: str) -> Wiring:
    """What a program with these links gets."""
    return wire(
        env=env,
        uses={target: spec(Link, **link) for target, link in uses.items()},
        nodes=NODES,
        default_attribute=DEFAULTS.get,
        login_of=login_of,
    )


def test_values_become_variables_beside_those_of_the_file() -> None:
    wiring = wired({"orders": {"env": {"HOST": "host", "PORT": "port"}}}, MODE="fast")
    assert wiring.variables == {"MODE": "fast", "HOST": "db.example", "PORT": "5432"}
    assert wiring.secrets == {}
    assert wiring.statements == []


def test_a_bare_variable_takes_the_targets_own_attribute() -> None:
    wiring = wired({"orders": {"env": "URL"}, "files": {"env": "BUCKET"}})
    assert wiring.secrets == {"URL": secret("app-url")}
    assert wiring.variables == {"BUCKET": "the-bucket"}


def test_each_login_gets_the_connection_string_of_its_own() -> None:
    assert wired({"orders": {"env": "URL", "as": "owner"}}).secrets == {"URL": secret("owner-url")}
    with pytest.raises(KeyError, match="nobody"):
        wired({"orders": {"env": "URL", "login": "nobody"}})


def test_an_attribute_that_the_target_has_not_is_an_error() -> None:
    with pytest.raises(KeyError, match="colour"):
        wired({"files": {"env": {"COLOUR": "colour"}}})


def test_an_access_brings_its_permission_and_the_reason_for_its_wildcard() -> None:
    wiring = wired({"files": {"access": "read"}})
    assert [each.actions for each in wiring.statements] == [["s3:read"]]
    assert wiring.wildcards == {"arn:files/*": "to read"}
    assert wiring.variables == {}


def test_a_link_to_what_offers_nothing_gives_nothing() -> None:
    assert wired({"internet": {"reason": "It asks the weather"}}) == Wiring()


def test_all_secrets_are_read_by_one_statement_and_their_key_for_them_only() -> None:
    uses: dict[str, dict[str, Any]] = {
        "orders": {"env": "URL"},
        "smtp": {"env": {"USER": "username", "PASSWORD": "password"}},
    }
    read, decrypt = (each.document for each in wired(uses).reading)
    assert read == {
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": ["arn:app-url", "arn:smtp"],
    }
    assert decrypt == {
        "Effect": "Allow",
        "Action": "kms:Decrypt",
        "Resource": "arn:key",
        "Condition": {
            "StringEquals": {
                "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com",
                "kms:EncryptionContext:SecretARN": ["arn:app-url", "arn:smtp"],
            }
        },
    }


def test_reading_its_secrets_is_apart_from_what_the_program_itself_may_do() -> None:
    """The platform that starts a program may read them in its stead."""
    wiring = wired({"orders": {"env": "URL"}, "files": {"access": "read"}})
    assert [each.actions for each in wiring.statements] == [["s3:read"]]
    assert [each.actions for each in wiring.reading] == [
        ["secretsmanager:GetSecretValue"],
        ["kms:Decrypt"],
    ]


def test_who_takes_no_secret_has_none_to_read() -> None:
    assert wired({"files": {"env": "BUCKET", "access": "read"}}).reading == []


def test_a_secret_that_two_variables_take_is_read_once() -> None:
    uses = {"orders": {"env": {"URL": "url", "DATABASE_URL": "url"}}}
    wiring = wired(uses)
    assert wiring.secrets == dict.fromkeys(("URL", "DATABASE_URL"), secret("app-url"))
    assert wiring.reading[0].resources == ["arn:app-url"]


def test_secrets_under_several_keys_need_each_key_once() -> None:
    _, decrypt = may_read(secret("a"), secret("b", key="arn:other"), secret("c"))
    assert decrypt.resources == ["arn:key", "arn:other"]


def test_who_reads_no_secret_may_read_none() -> None:
    assert may_read() == []


def test_a_key_of_a_json_secret_is_named_as_aws_writes_it() -> None:
    assert secret("smtp", json_key="password").value_from == "arn:smtp:password::"
    assert secret("token").value_from == "arn:token"
