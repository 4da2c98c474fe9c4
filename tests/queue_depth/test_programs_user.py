"""What the programs' own user of a Valkey can do there: queues, and the lock of a singleton."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from valkey import Valkey
from valkey.exceptions import LockError, NoPermissionError

from config.model.valkey import Valkey as ValkeySpec
from tests.queue_depth.server import HOST, Server

USER, PASSWORD = "app", "programs-password-0123456789"
ACCESS: str = ValkeySpec.model_fields["access_string"].default


@pytest.fixture
def program(server: Server) -> Iterator[Valkey]:
    """A client as a program has it, with the access string that a file has by default."""
    server.do(("ACL", "SETUSER", USER, "reset", *ACCESS.split(), f">{PASSWORD}"))
    with closing(Valkey(HOST, server.port, username=USER, password=PASSWORD)) as client:
        yield client


@pytest.fixture
def another(program: Valkey, server: Server) -> Iterator[Valkey]:
    """The same in a second task."""
    with closing(Valkey(HOST, server.port, username=USER, password=PASSWORD)) as client:
        yield client


def test_of_two_singletons_one_holds_the_lock(program: Valkey, another: Valkey) -> None:
    mine = program.lock("clock", timeout=30)
    theirs = another.lock("clock", timeout=30, blocking=False)
    assert mine.acquire()
    assert not theirs.acquire()
    mine.extend(30)
    mine.release()
    assert theirs.acquire()


def test_a_lock_whose_holder_is_gone_becomes_free(program: Valkey, another: Valkey) -> None:
    assert program.set("clock", "first", nx=True, px=40)
    assert not another.set("clock", "second", nx=True, px=40)
    assert another.lock("clock", timeout=30, blocking_timeout=5).acquire()


def test_who_lost_the_lock_can_not_take_it_from_its_new_holder(
    program: Valkey, another: Valkey
) -> None:
    mine = program.lock("clock", timeout=0.04)
    assert mine.acquire()
    assert another.lock("clock", timeout=30, blocking_timeout=5).acquire()
    with pytest.raises(LockError):
        mine.release()
    assert another.exists("clock")


def test_celery_and_bullmq_find_the_commands_that_they_need(program: Valkey) -> None:
    program.lpush("celery", "{}")
    program.sadd("_kombu.binding.celery", "celery")
    program.zadd("unacked_index", {"tag": 1})
    assert program.brpop(["celery"], timeout=1) == (b"celery", b"{}")
    assert program.eval("return redis.call('lpush', KEYS[1], ARGV[1])", 1, "bull:x:wait", "1") == 1
    assert program.info("memory")["maxmemory_policy"]
    stream = program.xadd("bull:x:events", {"event": "waiting"})
    assert program.xread({"bull:x:events": "0"})[0][1][0][0] == stream


@pytest.mark.parametrize(
    "command",
    [("FLUSHALL",), ("CONFIG", "SET", "maxmemory", "1"), ("KEYS", "*"), ("ACL", "LIST"), ("SAVE",)],
    ids=" ".join,
)
def test_what_would_harm_everybody_is_shut(program: Valkey, command: tuple[str, ...]) -> None:
    with pytest.raises(NoPermissionError):
        program.execute_command(*command)
