"""Secrets: random ones that fit into any URL, and empty ones that the team fills."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from config.model.secrets import BroughtSecret, GeneratedSecret
from stackyard.key import EnvironmentKey
from stackyard.node import Node
from stackyard.secret import brought_secret, generated_secret, made_up_secret
from tests.components.building import Made, made, resolved, spec, stack_in

MADE_UP: dict[str, dict[str, Any]] = {
    "signing": {"generate": True},
    "session": {"generate": "session_secret", "length": 64, "name": "demo/session"},
}


class Secrets(NamedTuple):
    made: Made
    values: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def secrets(folder: Path) -> Secrets:
    stack = stack_in(folder)
    key = EnvironmentKey(stack, "Key", description="Secrets")
    generated_secret(stack, "Made", node="orders", description="Made", key=key, name="demo/made")
    brought: dict[str, Node] = {
        name: brought_secret(
            stack,
            name.title(),
            node=name,
            spec=spec(BroughtSecret, brought=True, description=name, **fields),
            key=key,
        )
        for name, fields in {"text": {}, "json": {"keys": ["user", "password"]}}.items()
    }
    made_up: dict[str, Node] = {
        name: made_up_secret(
            stack,
            name.title(),
            node=name,
            spec=spec(GeneratedSecret, description=name, **fields),
            key=key,
        )
        for name, fields in MADE_UP.items()
    }
    values = {
        name: {key: resolved(stack, each.value_from) for key, each in node.secrets.items()}
        for name, node in {**brought, **made_up}.items()
    }
    return Secrets(made(stack), values)


def test_a_generated_secret_is_long_and_safe_in_any_url(secrets: Secrets) -> None:
    generated = secrets.made.only("AWS::SecretsManager::Secret", Name="demo/made")
    rule = generated["GenerateSecretString"]
    assert rule["PasswordLength"] == 32
    assert rule["ExcludePunctuation"] is True
    assert set(rule["ExcludeCharacters"]) == set(string.punctuation)
    assert not rule.get("IncludeSpace")
    assert "SecretStringTemplate" not in rule


@pytest.mark.parametrize("name", ["text", "json"])
def test_a_brought_secret_has_no_value_until_the_team_gives_it_one(
    secrets: Secrets, name: str
) -> None:
    brought = secrets.made.only("AWS::SecretsManager::Secret", Description=name)
    assert not {"SecretString", "GenerateSecretString"} & brought.keys()


def test_a_brought_secret_says_by_its_tag_what_it_waits_for(secrets: Secrets) -> None:
    tags = {
        each["Description"]: {tag["Key"]: tag["Value"] for tag in each["Tags"]}
        for each in secrets.made.of("AWS::SecretsManager::Secret")
        if "Tags" in each
    }
    assert tags == {
        "text": {"stackyard:brought": "text"},
        "json": {"stackyard:brought": "user password"},
    }


def test_the_keys_of_a_json_secret_are_attributes_of_their_own(secrets: Secrets) -> None:
    name = secrets.made.name_of("AWS::SecretsManager::Secret", Description="json")
    assert secrets.values["json"] == {
        "user": f"<{name}>:user::",
        "password": f"<{name}>:password::",
    }


def test_a_plain_secret_is_taken_whole(secrets: Secrets) -> None:
    name = secrets.made.name_of("AWS::SecretsManager::Secret", Description="text")
    assert secrets.values["text"] == {"value": f"<{name}>"}


@pytest.mark.parametrize(("name", "length"), [("signing", 50), ("session", 64)])
def test_a_secret_that_nobody_has_to_know_is_as_long_as_the_file_says(
    secrets: Secrets, name: str, length: int
) -> None:
    made_up = secrets.made.only("AWS::SecretsManager::Secret", Description=name)
    rule = made_up["GenerateSecretString"]
    assert rule["PasswordLength"] == length
    assert rule["ExcludePunctuation"] is True
    assert set(rule["ExcludeCharacters"]) == set(string.punctuation)
    assert "SecretString" not in made_up
    assert made_up.get("Name") == MADE_UP[name].get("name")


def test_a_made_up_secret_is_plain_text_and_taken_whole(secrets: Secrets) -> None:
    name = secrets.made.name_of("AWS::SecretsManager::Secret", Description="signing")
    rule = secrets.made.only("AWS::SecretsManager::Secret", Description="signing")
    plain = rule["GenerateSecretString"]
    assert not {"GenerateStringKey", "SecretStringTemplate"} & plain.keys()
    assert secrets.values["signing"] == {"value": f"<{name}>"}


def test_with_a_key_it_is_a_json_object_with_this_one_key(secrets: Secrets) -> None:
    name = secrets.made.name_of("AWS::SecretsManager::Secret", Description="session")
    rule = secrets.made.only("AWS::SecretsManager::Secret", Description="session")
    made_up = rule["GenerateSecretString"]
    assert made_up["GenerateStringKey"] == "session_secret"
    # Secrets Manager adds the key to this object, and refuses one without the other.
    assert json.loads(made_up["SecretStringTemplate"]) == {}
    assert secrets.values["session"] == {"session_secret": f"<{name}>:session_secret::"}


def test_a_made_up_secret_waits_for_nobody(secrets: Secrets) -> None:
    for name in MADE_UP:
        found = secrets.made.only("AWS::SecretsManager::Secret", Description=name)
        assert "stackyard:brought" not in str(found.get("Tags"))


def test_every_secret_is_under_the_key_and_outlives_its_stack(secrets: Secrets) -> None:
    (key,) = secrets.made.whole("AWS::KMS::Key")
    found = secrets.made.whole("AWS::SecretsManager::Secret").values()
    assert len(found) == 5
    assert {each["Properties"]["KmsKeyId"] for each in found} == {f"<{key}.Arn>"}
    assert {each["DeletionPolicy"] for each in found} == {"RetainExceptOnCreate"}
    assert {each["UpdateReplacePolicy"] for each in found} == {"Retain"}
