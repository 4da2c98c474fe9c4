"""What the function's user may do: read lengths, and nothing else."""

import subprocess
import sys
from contextlib import suppress

import pytest
from valkey.exceptions import NoPermissionError, ResponseError

from queue_depth.access import ACCESS
from queue_depth.errors import QueueDepthError
from tests.queue_depth.function import Function
from tests.queue_depth.server import USER, Server, without

# What every client may call, as it has to log in first.
NEEDS_NO_PERMISSION = {"auth", "hello", "quit", "reset"}
FILLED = (
    ("RPUSH", "celery", "secret"),
    ("ZADD", "bull:digest:prioritized", 1, "secret"),
    ("XADD", "bull:digest:wait", "*", "body", "secret"),
)


def test_access_string_is_the_least() -> None:
    """Spelt out once, as it stands in the template."""
    assert ACCESS == "on ~* -@all +type +llen +zcard +xlen +scard"


def test_function_needs_nothing_more(server: Server, function: Function) -> None:
    """Not even tries it: the server logs whatever it refuses."""
    server.do(*FILLED)
    assert function.invoke() == {"worker": 1, "digest": 2}
    with server.admin() as admin:
        assert admin.acl_log() == []


@pytest.mark.parametrize(
    ("command", "fill"),
    [
        ("type", ("RPUSH", "celery", 1)),
        ("llen", ("RPUSH", "celery", 1)),
        ("zcard", ("ZADD", "celery", 1, "a")),
        ("xlen", ("XADD", "celery", "*", "a", "b")),
        ("scard", ("SADD", "celery", "a")),
    ],
)
def test_every_command_is_needed(
    server: Server, function: Function, command: str, fill: tuple[str, ...]
) -> None:
    server.do(fill)
    assert function.invoke()["worker"] == 1
    server.set_user(access=without(command))
    with pytest.raises(QueueDepthError, match=f"no permissions to run the '{command}' command"):
        function.invoke()
    assert function.documents() == []


@pytest.mark.parametrize(
    "command",
    [
        "GET text",
        "LRANGE celery 0 -1",
        "LINDEX celery 0",
        "LPOP celery",
        "ZRANGE bull:digest:prioritized 0 -1",
        "XRANGE bull:digest:wait - +",
        "SMEMBERS u",
        "DUMP celery",
        "SET text x",
        "LPUSH celery x",
        "DEL celery",
        "EXPIRE celery 1",
        "KEYS *",
        "SCAN 0",
        "EVAL return(1) 0",
        "EVAL_RO return(1) 0",
        "FUNCTION LIST",
        "SCRIPT FLUSH",
        "CONFIG GET *",
        "INFO",
        "CLIENT LIST",
        "ACL LIST",
        "MONITOR",
        "MULTI",
        "SUBSCRIBE channel",
        "PUBLISH channel x",
        "SELECT 1",
        "FLUSHALL",
        "SHUTDOWN",
    ],
)
def test_user_may_neither_read_values_nor_write_nor_run_scripts(
    server: Server, command: str
) -> None:
    server.do(*FILLED, ("SET", "text", "secret"), ("SADD", "u", "secret"))
    with server.log_in() as client, pytest.raises(NoPermissionError):
        client.execute_command(*command.split())


def test_server_grants_exactly_these_commands(server: Server) -> None:
    """Of all commands that the server knows, whatever their category."""
    with server.admin() as admin:
        user = admin.acl_getuser(USER)
        granted = set()
        for name, command in admin.command().items():
            words = [name, *["1"] * (abs(command["arity"]) - 1)]
            # Families such as CONFIG are no command by themselves.
            with suppress(ResponseError):
                if admin.execute_command("ACL", "DRYRUN", USER, *words) == b"OK":
                    granted.add(name)
    assert user["categories"] == ["-@all"]
    assert user["commands"] == ["+type", "+llen", "+zcard", "+xlen", "+scard"]
    assert user["channels"] == []
    assert granted == {"type", "llen", "zcard", "xlen", "scard"} | NEEDS_NO_PERMISSION


@pytest.mark.parametrize("module", ["queue_depth.access", "queue_depth"])
def test_construct_may_import_it_without_the_functions_packages(module: str) -> None:
    """With -S and -I nothing is there but the standard library."""
    code = f"import sys; sys.path[:0] = ['lambda']; import {module}"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
