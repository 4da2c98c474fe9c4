"""The key: rotated, decided about by IAM, open to this account's logs and alarms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stackyard.key import EnvironmentKey
from tests.components.building import Made, made, stack_in

ADMINISTRATION = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
    "Action": "kms:*",
    "Resource": "*",
}
LOGS = {
    "Effect": "Allow",
    "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
    "Action": [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
    ],
    "Resource": "*",
    "Condition": {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:111111111111:log-group:*"
        }
    },
}
ALARMS = {
    "Effect": "Allow",
    "Principal": {"Service": "cloudwatch.amazonaws.com"},
    "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
}


@pytest.fixture(scope="module")
def keys(folder: Path) -> Made:
    stack = stack_in(folder)
    EnvironmentKey(stack, "Plain", description="plain")
    EnvironmentKey(stack, "Logs", description="logs", logs=True)
    EnvironmentKey(stack, "Loud", description="loud", logs=True, alarms=True)
    return made(stack)


def policy(keys: Made, description: str) -> list[dict[str, Any]]:
    """The statements of a key's policy."""
    key = keys.only("AWS::KMS::Key", Description=description)
    found: list[dict[str, Any]] = key["KeyPolicy"]["Statement"]
    return found


def test_keys_are_rotated_every_year(keys: Made) -> None:
    assert [key["EnableKeyRotation"] for key in keys.of("AWS::KMS::Key")] == [True] * 3


def test_a_key_is_for_iam_to_give_and_for_nobody_else(keys: Made) -> None:
    assert policy(keys, "plain") == [ADMINISTRATION]


def test_a_key_of_logs_is_also_for_this_accounts_log_groups(keys: Made) -> None:
    assert policy(keys, "logs") == [ADMINISTRATION, LOGS]


def test_a_key_of_topics_is_also_for_this_accounts_alarms(keys: Made) -> None:
    assert policy(keys, "loud") == [ADMINISTRATION, LOGS, ALARMS]


def test_a_key_outlives_its_stack_unless_its_creation_failed(keys: Made) -> None:
    for key in keys.whole("AWS::KMS::Key").values():
        assert key["DeletionPolicy"] == "RetainExceptOnCreate"
        assert key["UpdateReplacePolicy"] == "Retain"
