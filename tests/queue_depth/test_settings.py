"""What the environment and the secret may hold."""

import json

import pytest

from queue_depth.address import Address
from queue_depth.errors import QueueDepthError
from queue_depth.settings import Settings
from tests.queue_depth.function import NAMESPACE, QUEUES

ENVIRONMENT = {"URL_SECRET_ARN": "arn", "NAMESPACE": NAMESPACE, "QUEUES": json.dumps(QUEUES)}


def test_tls_is_the_default() -> None:
    settings = Settings.from_environment(ENVIRONMENT)
    assert settings == Settings(
        url_secret="arn",
        namespace=NAMESPACE,
        queues={name: tuple(keys) for name, keys in QUEUES.items()},
        scheme="rediss",
    )
    assert Settings.from_environment(ENVIRONMENT | {"CACHE_TLS": "off"}).scheme == "redis"


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_missing_variable_is_named(name: str) -> None:
    for environment in (
        {k: v for k, v in ENVIRONMENT.items() if k != name},
        ENVIRONMENT | {name: ""},
    ):
        with pytest.raises(QueueDepthError, match=f"{name} is not set"):
            Settings.from_environment(environment)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"CACHE_TLS": "no"}, "CACHE_TLS must be one of"),
        ({"NAMESPACE": "AWS/ElastiCache"}, "none that CloudWatch accepts"),
        ({"NAMESPACE": "a b"}, "none that CloudWatch accepts"),
        ({"NAMESPACE": "a" * 256}, "none that CloudWatch accepts"),
        ({"QUEUES": "worker"}, "QUEUES is not JSON"),
        ({"QUEUES": "[]"}, "object of at least one service"),
        ({"QUEUES": "{}"}, "object of at least one service"),
        ({"QUEUES": '{"": ["a"]}'}, "no value of a dimension"),
        ({"QUEUES": '{" ": ["a"]}'}, "no value of a dimension"),
        ({"QUEUES": '{":a": ["a"]}'}, "no value of a dimension"),
        ({"QUEUES": '{"ä": ["a"]}'}, "no value of a dimension"),
        ({"QUEUES": '{"worker": "celery"}'}, "a list of keys"),
        ({"QUEUES": '{"worker": [1]}'}, "a list of keys"),
        ({"QUEUES": '{"worker": [""]}'}, "a list of keys"),
        ({"QUEUES": '{"worker": []}'}, "each of them once"),
        ({"QUEUES": '{"worker": ["a", "a"]}'}, "each of them once"),
    ],
)
def test_wrong_environment_is_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(QueueDepthError, match=message):
        Settings.from_environment(ENVIRONMENT | change)


def test_address_is_read_and_its_escapes_with_it() -> None:
    address = Address.parse(" rediss://us%2Fer:p%40ss:w+rd@a-1.cache.amazonaws.com:6379/0\n")
    assert address == Address("rediss", "us/er", "p@ss:w+rd", "a-1.cache.amazonaws.com", 6379)
    assert "p@ss" not in repr(address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "generated-password",
        "rediss://host:6379/0",
        "rediss://user@host:6379/0",
        "rediss://:password@host:6379/0",
        "rediss://user:@host:6379/0",
        "rediss://user:password@host/0",
        "rediss://user:password@host:6379",
        "rediss://user:password@host:6379/1",
        "rediss://user:password@host:0/0",
        "rediss://user:password@host:65536/0",
        "rediss://user:pass@word@host:6379/0",
        "rediss://user:pass/word@host:6379/0",
        "rediss://user:password@ho st:6379/0",
        "rediss://user:password@" + "h" * 64 + ":6379/0",
        "rediss://user:password@host..com:6379/0",
        "rediss://user:password@host:6379/0?ssl_cert_reqs=none",
        "rediss://user:password@host:6379/0#0",
        "valkeys://user:password@host:6379/0",
        "unix://user:password@/socket",
        "https://user:password@host:6379/0",
    ],
)
def test_anything_else_is_no_address(text: str) -> None:
    assert Address.parse(text) is None
