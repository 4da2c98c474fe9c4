"""What is counted, on a real server."""

import json
import uuid

import pytest

from queue_depth.access import LENGTHS
from queue_depth.errors import QueueDepthError
from tests.queue_depth.function import Function
from tests.queue_depth.server import Server


def celery_message() -> str:
    """Return a task as kombu writes it into a list."""
    headers = {"lang": "py", "task": "shop.tasks.send", "id": str(uuid.uuid4()), "retries": 0}
    delivery = {"exchange": "", "routing_key": "celery"}
    properties = {"delivery_mode": 2, "delivery_info": delivery, "body_encoding": "base64"}
    message = {"body": "W1tdLCB7fSwge31d", "headers": headers, "properties": properties}
    return json.dumps(message | {"content-encoding": "utf-8", "content-type": "application/json"})


def test_celery_messages_are_counted_until_a_worker_takes_them(
    server: Server, function: Function
) -> None:
    server.do(*(("LPUSH", "celery", celery_message()) for _ in range(3)))
    assert function.invoke()["worker"] == 3
    server.do(("BRPOP", "celery", 1))
    assert function.invoke()["worker"] == 2


def test_waiting_and_prioritized_jobs_of_bullmq_add_up(server: Server, function: Function) -> None:
    server.do(
        ("LPUSH", "bull:digest:wait", "1", "2"),
        ("ZADD", "bull:digest:prioritized", 4294967297, "3", 8589934594, "4", 8589934595, "5"),
        # What else BullMQ keeps of a job and of jobs that don't wait.
        ("HSET", "bull:digest:1", "name", "daily"),
        ("LPUSH", "bull:digest:active", "6"),
    )
    assert function.invoke() == {"worker": 0, "digest": 5}


@pytest.mark.parametrize(
    ("commands", "depth"),
    [
        ([("XADD", "celery", "*", "job", str(number)) for number in range(4)], 4),
        ([("SADD", "celery", "a", "b")], 2),
        ([("ZADD", "celery", 1, "a")], 1),
        ([("RPUSH", "celery", *range(20_000))], 20_000),
    ],
)
def test_every_type_that_has_a_length_is_counted(
    server: Server, function: Function, commands: list[tuple[str, ...]], depth: int
) -> None:
    server.do(*commands)
    assert function.invoke()["worker"] == depth


def test_queues_that_are_not_there_are_empty(function: Function) -> None:
    assert function.invoke() == {"worker": 0, "digest": 0}


@pytest.mark.parametrize(
    ("command", "kind"),
    [(("SET", "bull:digest:wait", "x"), "string"), (("HSET", "bull:digest:wait", "f", 1), "hash")],
)
def test_key_of_another_type_is_named_and_nothing_is_published(
    server: Server, function: Function, command: tuple[str, ...], kind: str
) -> None:
    server.do(("LPUSH", "celery", "x"), command)
    with pytest.raises(QueueDepthError, match=f"key 'bull:digest:wait' is of type {kind};"):
        function.invoke()
    assert function.documents() == []


def test_services_may_share_a_key(
    server: Server, function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUEUES", json.dumps({"all": ["a", "b"], "some": ["b"], "none": ["c"]}))
    server.do(("RPUSH", "a", 1), ("RPUSH", "b", 1, 2))
    assert function.invoke() == {"all": 3, "some": 2, "none": 0}


def test_key_with_odd_characters_is_counted(
    server: Server, function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Celery's own names of queues by priority.
    odd = "celery\x06\x163 {ü}"
    monkeypatch.setenv("QUEUES", json.dumps({"worker": [odd]}))
    server.do(("RPUSH", odd, 1))
    assert function.invoke() == {"worker": 1}


def test_length_that_the_server_refuses_is_an_error_and_no_depth(
    server: Server, function: Function, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a key changes its type between the two round trips."""
    monkeypatch.setitem(LENGTHS, "list", "ZCARD")
    server.do(("RPUSH", "celery", 1))
    with pytest.raises(QueueDepthError, match=r"ZCARD celery.*WRONGTYPE"):
        function.invoke()
    assert function.documents() == []


def test_two_round_trips_without_a_transaction_are_enough(
    server: Server, function: Function
) -> None:
    """The server counts how often it had something to read."""
    server.do(
        ("RPUSH", "celery", 1),
        ("RPUSH", "bull:digest:wait", 1),
        ("ZADD", "bull:digest:prioritized", 1, "a"),
    )
    function.invoke()
    with server.admin() as admin:
        admin.config_resetstat()
        before = admin.info("stats")["total_reads_processed"]
        function.invoke()
        after = admin.info("stats")["total_reads_processed"]
        assert after - before == 2 + 1
        assert {*admin.info("commandstats")} == {
            f"cmdstat_{name}" for name in ("config|resetstat", "info", "type", "llen", "zcard")
        }
